"""The whole grid of made-up worlds in which the comparison keeps its promises; every figure is printed.

The few that each run of the fast tests looks at are in `test_comparison_promises`.
"""

from __future__ import annotations

import pytest

from lambdas.model.gate.comparison import WORSE, compare_jointly
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.thresholds import GateRule, at_least, at_most
from tests.given import worlds

NIGHTS = 250
MOST = {0.001: 0.07, 0.01: 0.02}
"""By margin: the share of nights on which an equally good model may be refused."""


def rules(margin: float, number: int) -> list[GateRule]:
    return [
        at_least("recall", of="attack", bound=0.5, margin=margin),
        at_least("precision", of="attack", bound=0.5, margin=margin),
        at_least("accuracy", bound=0.5, margin=margin),
        at_most("false_positive_rate", of="attack", bound=0.5, margin=margin),
    ][:number]


def rejected(*, rows: int, thresholds: list[GateRule], seed: int, nights: int = NIGHTS, **world: float) -> float:
    demands = Demands(sure=0.95)
    drawn = worlds.nights(worlds.chances(**world), rows=rows, count=nights, seed=seed)
    found = (compare_jointly(each, thresholds, labels=worlds.CLASSES, demands=demands).comparisons for each in drawn)
    return sum(any(each.verdict == WORSE for each in night) for night in found) / nights


@pytest.mark.parametrize("margin", [0.001, 0.01])
@pytest.mark.parametrize("prevalence", [0.3, 0.05])
@pytest.mark.parametrize("rows", [200, 600, 5_000, 113_500])
def test_equal_models_are_seldom_rejected_whatever_the_rows_and_rules(
    rows: int, prevalence: float, margin: float
) -> None:
    for number in (2, 4):
        share = rejected(rows=rows, thresholds=rules(margin, number), seed=rows + number, prevalence=prevalence)

        worlds.tell(f"{rows:,} rows, prevalence {prevalence}, margin {margin}, {number} rules: {share:.1%} rejected")
        assert share <= MOST[margin]


@pytest.mark.parametrize(
    ("rows", "fall", "margin", "least"),
    [
        (600, 0.05, 0.001, 0.85),
        (600, 0.05, 0.01, 0.65),
        (600, 0.1, 0.001, 0.99),
        (600, 0.1, 0.01, 0.99),
        (5_000, 0.02, 0.001, 0.9),
        (113_500, 0.01, 0.001, 0.99),
    ],
)
def test_lower_recall_is_found(rows: int, fall: float, margin: float, least: float) -> None:
    share = rejected(rows=rows, thresholds=rules(margin, 3), seed=7, prevalence=0.3, recall=worlds.RECALL - fall)

    worlds.tell(f"{rows:,} rows, recall {100 * fall:g} points lower, margin {margin}: {share:.1%} found")
    assert share >= least


@pytest.mark.parametrize("copies", [1, 3, 10])
def test_copies_change_nothing(copies: int) -> None:
    demands = Demands(sure=0.95)
    drawn = worlds.copied_nights(worlds.chances(prevalence=0.3), rows=6_000, copies=copies, count=NIGHTS, seed=8)
    found = [
        compare_jointly(each, rules(0.001, 3), labels=worlds.CLASSES, demands=demands).comparisons for each in drawn
    ]
    share = sum(any(each.verdict == WORSE for each in night) for night in found) / NIGHTS

    worlds.tell(f"6,000 rows, {copies} copies each: {share:.1%} rejected")
    assert share <= 0.06
