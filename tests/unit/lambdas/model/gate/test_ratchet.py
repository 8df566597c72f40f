from __future__ import annotations

import numpy as np
import pytest

from lambdas.model.gate.comparison import compare_jointly
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.ratchet import observed_worse, of_the_anchor, proved_better
from lambdas.model.gate.thresholds import GateRule, at_least, at_most
from tests.given import worlds

RECALL = at_least("recall", of="attack", bound=0.5)
PRECISION = at_least("precision", of="attack", bound=0.5)
ALARMS = at_most("false_positive_rate", of="attack", bound=0.5)
THRESHOLDS = [PRECISION, RECALL, ALARMS]


def joint(
    *, attacks: tuple[int, int, int, int] = (170, 0, 0, 10), normal: tuple[int, int, int, int] = (410, 0, 0, 10)
) -> JointCounts:
    """600 rows: of each class how many both get right, the anchor alone, the challenger alone, and none."""
    counts = np.zeros((2, 2, 2), dtype=np.int64)
    for true, (both, anchor, challenger, none) in enumerate((normal, attacks)):
        counts[true] = (
            np.array([[both, anchor], [challenger, none]])
            if true == 0
            else np.array([[none, challenger], [anchor, both]])
        )
    return worlds.joint(counts)


def better(counts: JointCounts, *thresholds: GateRule, sure: float = 0.95) -> list[str]:
    return proved_better(counts, thresholds or THRESHOLDS, labels=worlds.CLASSES, sure=sure)


def worse(counts: JointCounts) -> list[str]:
    found = compare_jointly(counts, THRESHOLDS, labels=worlds.CLASSES, demands=Demands())
    return observed_worse(found, THRESHOLDS, labels=worlds.CLASSES)


@pytest.mark.parametrize(("won", "found"), [(3, []), (8, []), (12, ["recall of attack"]), (30, ["recall of attack"])])
def test_better_is_what_is_better_by_more_than_twice_its_margin_and_by_more_than_chance(
    won: int, found: list[str]
) -> None:
    assert better(joint(attacks=(140, 0, won, 40 - won)), RECALL) == found


def test_margin_is_the_recipes() -> None:
    counts = joint(attacks=(140, 0, 12, 28))

    assert better(counts, at_least("recall", of="attack", bound=0.5, margin=0.05)) == []
    assert better(counts, at_least("recall", of="attack", bound=0.5, margin=0.5)) == []
    assert better(counts, at_least("recall", of="attack", bound=0.5, margin=0.0)) == ["recall of attack"]
    assert better(counts, at_least("recall", of="attack", bound=0.5, margin=None)) == []


def test_lower_rate_of_false_positives_is_better() -> None:
    counts = joint(normal=(380, 0, 30, 10))

    assert "false_positive_rate of attack" in better(counts)
    assert worse(counts) == []


def test_more_ratios_ask_for_more_evidence() -> None:
    counts = joint(attacks=(140, 0, 10, 30))

    assert (better(counts, RECALL, sure=0.95), better(counts, sure=0.95)) == (["recall of attack"], [])


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        (joint(), []),
        (joint(attacks=(170, 1, 0, 9)), ["precision of attack", "recall of attack"]),
        (joint(normal=(410, 1, 0, 9)), ["false_positive_rate of attack", "precision of attack"]),
        (joint(attacks=(140, 0, 30, 10), normal=(410, 1, 0, 9)), ["false_positive_rate of attack"]),
    ],
)
def test_a_single_row_makes_a_ratio_observed_worse(counts: JointCounts, found: list[str]) -> None:
    assert worse(counts) == found


@pytest.mark.parametrize(("answers", "found"), [("anchor", []), ("challenger", ["precision of attack"])])
def test_ratio_that_only_the_anchor_lacks_is_not_worse(answers: str, found: list[str]) -> None:
    """One of the two never answers attack."""
    counts = np.zeros((2, 2, 2), dtype=np.int64)
    counts[1, 0, 1], counts[0, 0, 0] = 180, 420
    turned = counts if answers == "anchor" else counts.transpose(0, 2, 1)

    assert [each for each in worse(worlds.joint(turned)) if each.startswith("precision")] == found


def test_anchor_is_asked_to_be_a_little_surer() -> None:
    assert of_the_anchor(0.95) == pytest.approx(0.9625)
    assert of_the_anchor(0.9999) == pytest.approx(0.999925)
