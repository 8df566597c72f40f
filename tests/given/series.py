"""Made-up years of nights, in which the true quality of every model is known: what does the gate let through?

A model is its true recall and precision. On a night's rows the live model, the anchor and the new model are all
asked, and their errors are as correlated as those of models that were trained on nearly the same rows. In one world a
gate can go wrong by doing too much, in the other by doing too little:

    equal    each night's model is trained anew, and is as good as any other but for the chance of its own training
    rotten   the same, and the data get worse every night, a little less than any night can notice
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.model.gate.comparison import WORSE, Comparisons, compare_jointly
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.ratchet import observed_worse, of_the_anchor, proved_better
from lambdas.model.gate.thresholds import GateRule, at_least
from tests.given import worlds

PREVALENCE = 0.3
SPREAD = 0.005
"""The standard deviation of the true recall, and of the true precision, from one training to the next."""
ROT = 0.0005
"""By how much both are less every night in the rotten world: 18 points a year."""
LATENT = 0.93
"""The correlation of what makes a row hard for two models; their errors then have about `worlds.TOGETHER`."""
BEST = 0.995


@dataclass(frozen=True)
class Model:
    recall: float = worlds.RECALL
    precision: float = worlds.PRECISION

    @property
    def quality(self) -> float:
        return (self.recall + self.precision) / 2


@dataclass(frozen=True)
class Gate:
    """Recall and precision, with a margin; with or without an anchor."""

    margin: float = 0.01
    sure: float = 0.95
    has_anchor: bool = True

    @property
    def thresholds(self) -> list[GateRule]:
        return [at_least(each, of="attack", bound=0.5, margin=self.margin) for each in ("recall", "precision")]

    @property
    def anchor_sure(self) -> float:
        return of_the_anchor(self.sure)

    def compares(self, joint: JointCounts, *, sure: float) -> Comparisons:
        return compare_jointly(joint, self.thresholds, labels=worlds.CLASSES, demands=Demands(sure=sure))

    def advances(self, found: Comparisons, joint: JointCounts) -> bool:
        if observed_worse(found, self.thresholds, labels=worlds.CLASSES):
            return False
        return bool(proved_better(joint, self.thresholds, labels=worlds.CLASSES, sure=self.anchor_sure))


def refuses(found: Comparisons) -> bool:
    return any(each.verdict == WORSE for each in found.comparisons)


@dataclass(frozen=True)
class Series:
    """What became of some nights."""

    promoted: int
    advances: int
    live: Model

    @property
    def fall(self) -> float:
        """In points: by how much what is live is truly worse than what was live at first."""
        return 100 * (Model().quality - self.live.quality)


def live_through(nights: int, *, rows: int, gate: Gate, rot: float = 0.0, seed: int) -> Series:
    """The first model is live, and is the anchor; then night follows night."""
    rng = np.random.default_rng(seed)
    live = anchor = Model()
    promoted = advances = 0
    for night in range(nights):
        new = _trained(rng, fallen=rot * night)
        counted = _night([live, anchor, new], rows=rows, rng=rng)
        against_live, against_anchor = (worlds.joint(counted.sum(axis=beside)) for beside in (2, 1))
        if refuses(gate.compares(against_live, sure=gate.sure)):
            continue
        if gate.has_anchor:
            found = gate.compares(against_anchor, sure=gate.anchor_sure)
            if refuses(found):
                continue
            if gate.advances(found, against_anchor):
                anchor, advances = new, advances + 1
        live, promoted = new, promoted + 1
    return Series(promoted, advances, live)


def refused(*, rows: int, gate: Gate, nights: int, seed: int) -> float:
    """The share of nights on which a model is refused that is truly as good as the champion and as the anchor."""
    rng = np.random.default_rng(seed)

    def is_refused() -> bool:
        counted = _night([Model()] * 3, rows=rows, rng=rng)
        against_live, against_anchor = (worlds.joint(counted.sum(axis=beside)) for beside in (2, 1))
        return refuses(gate.compares(against_live, sure=gate.sure)) or refuses(
            gate.compares(against_anchor, sure=gate.anchor_sure)
        )

    return sum(is_refused() for _ in range(nights)) / nights


def _trained(rng: np.random.Generator, *, fallen: float) -> Model:
    recall, precision = (
        min(mean + SPREAD * rng.standard_normal() - fallen, BEST) for mean in (worlds.RECALL, worlds.PRECISION)
    )
    return Model(recall, precision)


def _night(models: Sequence[Model], *, rows: int, rng: np.random.Generator) -> Integers:
    """(2, 2, 2, 2): rows by true class, and the answers of the live model, the anchor and the new one."""
    alarms = [worlds.false_alarms(PREVALENCE, each.recall, each.precision) for each in models]
    normal = (1 - PREVALENCE) * wrong_together(alarms)
    attack = PREVALENCE * wrong_together([1 - each.recall for each in models])
    cells = np.stack([normal, np.flip(attack)])  # answers: a normal row is wrong as attack, an attack as normal
    drawn = rng.multinomial(rows, cells.ravel() / cells.sum())
    return drawn.reshape(cells.shape)


_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(80)


def wrong_together(rates: Sequence[float]) -> Floats:
    """(2, ..., 2): the chance that exactly these of the models are wrong on a row, by their error rates.

    Each is wrong where a normal number is less than its limit, LATENT of whose variance all models share.
    """
    normal = NormalDist()
    found = (_WEIGHTS / _WEIGHTS.sum()).reshape(-1)
    by_node: Floats = found
    for rate in rates:
        limit = (normal.inv_cdf(rate) - math.sqrt(LATENT) * _NODES) / math.sqrt(1 - LATENT)
        wrong = np.array([normal.cdf(each) for each in limit])
        by_node = by_node[..., None] * np.stack([1 - wrong, wrong], axis=-1).reshape(
            len(_NODES), *(1,) * (by_node.ndim - 1), 2
        )
    summed: Floats = by_node.sum(axis=0)
    return summed
