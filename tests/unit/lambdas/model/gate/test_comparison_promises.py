"""How often a verdict is right, in made-up worlds whose truth is known. Every figure is printed and has its bound.

The grid of all worlds is in `tests/simulation/test_comparison_grid.py`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from statistics import median

import numpy as np
import pytest

from lambdas.model.gate.comparison import WORSE, compare_jointly
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.joint import JointCounts, count_jointly
from lambdas.model.gate.thresholds import GateRule, at_least, at_most
from tests.given import worlds

NIGHTS = 100
DEMANDS = Demands(sure=0.95)


def rules(margin: float, number: int = 3) -> list[GateRule]:
    return [
        at_least("recall", of="attack", bound=0.5, margin=margin),
        at_least("precision", of="attack", bound=0.5, margin=margin),
        at_least("accuracy", bound=0.5, margin=margin),
        at_least("f1", of="attack", bound=0.5, margin=margin),
        at_most("false_positive_rate", of="attack", bound=0.5, margin=margin),
    ][:number]


def rejected(nights: Iterable[JointCounts], thresholds: list[GateRule]) -> float:
    """The share of nights with a ratio that is found worse."""
    found = [compare_jointly(each, thresholds, labels=worlds.CLASSES, demands=DEMANDS) for each in nights]
    return sum(any(each.verdict == WORSE for each in night.comparisons) for night in found) / len(found)


@pytest.mark.parametrize(("margin", "most"), [(0.001, 0.07), (0.01, 0.02)])
@pytest.mark.parametrize(("rows", "prevalence"), [(600, 0.3), (5_000, 0.05)])
def test_equal_models_are_seldom_rejected(rows: int, prevalence: float, margin: float, most: float) -> None:
    cells = worlds.chances(prevalence=prevalence)

    share = rejected(worlds.nights(cells, rows=rows, count=NIGHTS, seed=1), rules(margin))

    worlds.tell(
        f"equal, {rows} rows, prevalence {prevalence}, margin {margin}: {share:.1%} rejected, promised {most:.0%}"
    )
    assert share <= most


@pytest.mark.parametrize(
    ("rows", "fall", "margin", "least"),
    [(600, 0.05, 0.001, 0.85), (600, 0.05, 0.01, 0.65), (600, 0.1, 0.01, 0.99), (5_000, 0.02, 0.001, 0.9)],
)
def test_models_of_a_recall_that_is_truly_lower_are_mostly_rejected(
    rows: int, fall: float, margin: float, least: float
) -> None:
    cells = worlds.chances(prevalence=0.3, recall=worlds.RECALL - fall)

    share = rejected(worlds.nights(cells, rows=rows, count=NIGHTS, seed=2), rules(margin))

    worlds.tell(
        f"recall {100 * fall:.0f} points lower, {rows} rows, margin {margin}: {share:.1%}, promised {least:.0%}"
    )
    assert share >= least


@pytest.mark.parametrize(("rows", "prevalence"), [(600, 0.3), (5_000, 0.05)])
def test_fall_that_a_verdict_names_is_found_on_eighty_percent_of_nights(rows: int, prevalence: float) -> None:
    thresholds = rules(0.01, 2)
    equal = worlds.nights(worlds.chances(prevalence=prevalence), rows=rows, count=NIGHTS, seed=3)
    named = [compare_jointly(each, thresholds, labels=worlds.CLASSES, demands=DEMANDS) for each in equal]
    fall = median(night.comparisons[0].notices or 1.0 for night in named)
    cells = worlds.chances(prevalence=prevalence, recall=worlds.RECALL - fall)

    share = rejected(worlds.nights(cells, rows=rows, count=NIGHTS, seed=4), thresholds)

    worlds.tell(
        f"{rows} rows, prevalence {prevalence}: a fall of {fall:.3f} is named, and found on {share:.1%} of nights"
    )
    assert share >= 0.8


@pytest.mark.parametrize("copies", [3, 10])
def test_copies_of_rows_reject_no_more_equal_models(copies: int) -> None:
    cells = worlds.chances(prevalence=0.3)

    share = rejected(worlds.copied_nights(cells, rows=6_000, copies=copies, count=NIGHTS, seed=5), rules(0.001))

    worlds.tell(f"equal, 6,000 rows, {copies} copies a row: {share:.1%} rejected, promised 6%")
    assert share <= 0.06


@pytest.mark.parametrize(("rows", "recall"), [(200, 0.95), (600, 0.9), (600, 0.99)])
def test_true_difference_is_seldom_outside_the_intervals(rows: int, recall: float) -> None:
    """Each end of the family errs on at most 1 - sure of nights; few rows cost another 2 points."""
    cells = worlds.chances(prevalence=0.3, recall=recall)
    truth = [recall - worlds.RECALL, 0.0, float(cells[0, :, 0].sum() + cells[1, :, 1].sum())]
    truth[2] -= float(cells[0, 0].sum() + cells[1, 1].sum())
    missed = [0, 0]
    for night in worlds.nights(cells, rows=rows, count=2 * NIGHTS, seed=6):
        found = compare_jointly(night, rules(0.01), labels=worlds.CLASSES, demands=DEMANDS).comparisons
        missed[0] += any(each.low is not None and each.low > true for each, true in zip(found, truth, strict=True))
        missed[1] += any(each.high is not None and each.high < true for each, true in zip(found, truth, strict=True))

    shares = [each / (2 * NIGHTS) for each in missed]
    worlds.tell(
        f"{rows} rows, recall {recall} of {worlds.RECALL}: truth below {shares[0]:.1%}, above {shares[1]:.1%}"
    )
    assert max(shares) <= 0.07


@pytest.mark.parametrize(("rows", "copies", "together"), [(600, 1, 0.7), (600, 1, 0.97), (3_000, 5, 0.7)])
def test_fall_of_exactly_the_margin_is_seldom_proved_no_worse(rows: int, copies: int, together: float) -> None:
    cells = worlds.chances(prevalence=0.3, recall=worlds.RECALL - 0.05, together=together).clip(0)
    drawn = worlds.copied_nights(cells, rows=rows, copies=copies, count=2 * NIGHTS, seed=8)
    found = [compare_jointly(each, rules(0.05, 1), labels=worlds.CLASSES, demands=DEMANDS) for each in drawn]

    share = sum(night.comparisons[0].is_proved for night in found) / len(found)

    worlds.tell(f"recall lower by its margin, {rows} rows, {copies} copies a row: {share:.1%} proved, promised 7%")
    assert share <= 0.07


def test_precision_alone_is_seldom_rejected_where_the_two_answer_the_class_at_other_rates() -> None:
    """Precision is equal, recall is not: swapping the answers of rows at random would reject 14 %."""
    cells = worlds.chances(prevalence=0.05, recall=0.8)

    share = rejected(worlds.nights(cells, rows=600, count=2 * NIGHTS, seed=9), rules(0.01, 2)[1:])

    worlds.tell(f"equal precision, lower recall, 600 rows: {share:.1%} rejected, promised 5%")
    assert share <= 0.05


def test_ten_classes_and_forty_one_rules_get_the_same_numbers_in_any_order() -> None:
    rng = np.random.default_rng(7)
    labels = [f"class-{n}" for n in range(10)]
    weights = 1.0 / np.arange(1, 11) ** 2
    true = rng.choice(10, 113_500, p=weights / weights.sum())
    hard = rng.random(len(true))
    champion, challenger = (
        np.where(hard + 0.1 * rng.random(len(true)) > 1, rng.integers(0, 10, len(true)), true) for _ in range(2)
    )
    thresholds = [
        *(at_least(metric, of=name, bound=0.5) for name in labels for metric in ("recall", "precision", "f1")),
        *(at_most("false_positive_rate", of=name, bound=0.5) for name in labels),
        at_least("accuracy", bound=0.5),
    ]
    began = time.process_time()
    joint = count_jointly(
        true,
        champion=champion,
        challenger=challenger,
        n_classes=len(labels),
        alike=np.arange(len(true), dtype=np.int64),
        times=np.ones(len(true), dtype=np.uint32),
    )
    found = compare_jointly(joint, thresholds, labels=labels, demands=DEMANDS)
    worlds.tell(f"113,500 rows, 10 classes, 41 rules: {time.process_time() - began:.3f} s of CPU")

    again = compare_jointly(joint, thresholds[::-1], labels=labels, demands=DEMANDS)

    assert len(found.comparisons) == 41
    assert again.comparisons == found.comparisons[::-1]
    assert all(math.isfinite(each.z) for each in found.comparisons)
