"""Makes one error rate of many comparisons, from how these depend on one another.

Compared ratios share rows, so they are wrong together: a correction that takes them for independent would notice
less. Under the hypothesis, and with many rows, the statistics are nearly normal together, and the rows tell their
correlation. The distribution of the smallest of them is simulated from that. The simulation always draws the same
numbers: the same counts always get the same verdict.

Source: Hothorn, Bretz and Westfall, Simultaneous inference in general parametric models, Biometrical Journal 50
(2008) 346-363.
"""

from __future__ import annotations

import math

import numpy as np

from chalicelib.values import Value
from lambdas.model.arrays import Floats

DRAWS = 20_000
"""With them a p of 0.05 is known to 0.0015. Another constant seed changed none of 1,500 verdicts."""
SEED = 0


class FamilyWise(Value):
    """Of r comparisons: a statistic below -critical is too low for chance, all of them together considered."""

    p: Floats
    """(r,), more than 0, at most 1: the chance that any of the r is so low, where none is worse than its margin."""
    critical: float
    """p <= 1 - sure exactly where the statistic is less than -critical."""


def family_wise(z: Floats, *, covariance: Floats, sure: float) -> FamilyWise:
    """z: (r,) statistics, low ones speak against the hypothesis. covariance: (r, r), of any scale.

    A comparison without variance can tell nothing: its p is 1, and it takes nothing from the others.
    sure: more than 0.5, at most `demands.SURE_MAX`.
    """
    deviations = np.sqrt(np.diag(covariance))
    telling = deviations > 0
    least = _least(covariance[np.ix_(telling, telling)], deviations=deviations[telling])
    p = np.ones(len(z))
    p[telling] = (1 + np.searchsorted(least, z[telling], side="right")) / (DRAWS + 1)
    # p <= 1 - sure allows this many draws at or below the statistic, so the next one is the first that forbids it.
    allowed = math.floor(round((1 - sure) * (DRAWS + 1), 6)) - 1
    return FamilyWise(p, -float(least[allowed]))


def _least(covariance: Floats, *, deviations: Floats) -> Floats:
    """(DRAWS,), ascending: the smallest of the statistics, drawn under the hypothesis."""
    normals = np.random.Generator(np.random.PCG64(SEED)).standard_normal((max(len(deviations), 1), DRAWS))
    if not len(deviations):
        return np.sort(normals[0])
    values, vectors = np.linalg.eigh(covariance / np.outer(deviations, deviations))
    # F1 is nearly a combination of recall and precision, so that an eigenvalue may be rounded to less than 0.
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    least: Floats = np.sort((root @ normals).min(axis=0))
    return least
