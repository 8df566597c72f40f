"""Says how small a fall a holdout would notice, and how many rows would notice a smaller one."""

from __future__ import annotations

import math
from statistics import NormalDist

from lambdas.model.arrays import Floats
from lambdas.model.gate.statistics.score_test import reach

POWER = 0.8
"""The share of nights on which the fall has to be found."""


def smallest_fall(critical: float, *, variance: Floats, of_rows: Floats, margins: Floats) -> Floats:
    """(r,): the true fall of each ratio, 0..1, that is found worse than its margin with a chance of POWER or more.

    `variance` is that of the difference, `of_rows` what a difference of 1 adds to it; both are of this holdout.
    """
    found = margins + reach(critical + NormalDist().inv_cdf(POWER), variance=variance, of_rows=of_rows)
    return found.clip(0.0, 1.0)


def rows_to_notice(fall: float, critical: float, *, rows: int, variance: float, of_rows: float, margin: float) -> int:
    """How many rows such as these `rows` would notice the fall, which is more than the margin.

    Both variances shrink as the rows grow; this solves `reach` for their number.
    """
    beyond = fall - margin
    square = (critical + NormalDist().inv_cdf(POWER)) ** 2
    return math.ceil(rows * square * (variance + of_rows * beyond) / beyond**2)
