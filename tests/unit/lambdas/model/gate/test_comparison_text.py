from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lambdas.model.gate.comparison import (
    NO_WORSE,
    NOT_ENOUGH_ROWS,
    NOT_PROVED,
    NOT_SHOWN_WORSE,
    NOTHING_TO_COMPARE,
    UNDEFINED,
    WORSE,
    Comparison,
    Comparisons,
)
from lambdas.model.gate.comparison_text import points, sentence, summary
from lambdas.model.gate.demands import Demands

PRECISION = Comparison(
    name="precision of defaulted",
    metric="precision",
    of="defaulted",
    margin=0.01,
    challenger=0.87291,
    champion=0.87831,
    difference=-0.0054,
    low=-0.0208,
    high=0.0101,
    z=0.4,
    p=0.81,
    against=12,
    in_favour=9,
    verdict=NOT_SHOWN_WORSE,
    is_proved=False,
    notices=0.08,
    copies=1.0,
    rows_needed=None,
)
NUMBERS = "new 0.8729, live 0.8783, difference -0.0054 (-0.021 to +0.010), margin 0.01"
NOTHING = replace(PRECISION, difference=None, low=None, high=None, notices=None)
RATE = replace(PRECISION, metric="false_positive_rate", name="false_positive_rate of defaulted")


def said(comparison: Comparison, **demands: Any) -> str:
    return sentence(comparison, rows=600, demands=Demands(**demands))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (NOT_SHOWN_WORSE, "not shown worse"),
        (NO_WORSE, "proved no worse, by a test of this ratio alone"),
        (WORSE, "worse, 12 rows against it and 9 for it (p = 0.81)"),
        (NOT_PROVED, "not proved no worse, which the recipe demands"),
    ],
)
def test_sentence_has_the_numbers_the_verdict_and_what_the_rows_would_notice(verdict: str, words: str) -> None:
    found = said(replace(PRECISION, verdict=verdict))

    assert found == f"{NUMBERS}: {words}; 600 rows would notice a fall of 8 points"


@pytest.mark.parametrize(
    ("demands", "words"),
    [
        ({"detectable": 0.05}, "1,550 would notice a fall of 5 points"),
        ({"proved": True}, "1,550 would prove the margin"),
        ({"detectable": 0.05, "proved": True}, "1,550 would notice a fall of 5 points and prove the margin"),
    ],
)
def test_rows_that_are_not_enough_are_told_how_many_would_be(demands: dict[str, Any], words: str) -> None:
    found = said(replace(PRECISION, verdict=NOT_ENOUGH_ROWS, rows_needed=1550), **demands)

    more = "950 more than the holdout has: add files, or hold out a larger part"
    assert f": NOT ENOUGH ROWS, {words}, {more}; 600 rows" in found


@pytest.mark.parametrize(
    ("metric", "low", "high", "words"),
    [
        ("recall", -0.012, 0.008, "proved no worse, by a test of this ratio alone"),
        ("recall", -0.009, 0.012, "proved no worse"),
        ("false_positive_rate", -0.008, 0.012, "proved no worse, by a test of this ratio alone"),
        ("false_positive_rate", -0.012, 0.009, "proved no worse"),
    ],
)
def test_proof_that_the_interval_of_all_ratios_together_does_not_give_says_so(
    metric: str, low: float, high: float, words: str
) -> None:
    found = said(replace(PRECISION, metric=metric, low=low, high=high, verdict=NO_WORSE))

    assert f": {words};" in found


def test_undefined_ratios_say_why() -> None:
    why = "no row was predicted as the class"

    assert said(replace(NOTHING, verdict=UNDEFINED, challenger=None)) == f"undefined: {why}"
    assert (
        said(replace(NOTHING, verdict=NOTHING_TO_COMPARE, champion=None))
        == f"new 0.8729, live undefined ({why}): nothing to compare with"
    )
    assert (
        said(replace(NOTHING, verdict=NOT_ENOUGH_ROWS, challenger=None, champion=None))
        == f"NOT ENOUGH ROWS: of both models {why}"
    )


def test_rate_of_which_less_is_better_rises() -> None:
    assert said(RATE).endswith("600 rows would notice a rise of 8 points")


def test_rows_that_would_notice_nothing_say_so() -> None:
    assert said(replace(PRECISION, notices=0.9)).endswith("600 rows would not notice even a fall to 0")
    assert said(replace(RATE, notices=0.2)).endswith("600 rows would not notice even a rise to 1")


def test_rows_that_are_mostly_copies_are_said_to_be() -> None:
    copied = replace(PRECISION, copies=1.5)

    assert said(copied).endswith("600 rows, many of them copies, would notice a fall of 8 points")
    assert said(replace(copied, notices=0.9)).endswith(
        "600 rows, many of them copies, would not notice even a fall to 0"
    )


def test_narrow_interval_has_more_digits_and_one_without_width_has_an_end() -> None:
    narrow = replace(PRECISION, difference=-0.00001234, low=-0.0000201, high=0.0000099)

    assert "difference -0.0000123 (-0.000020 to +0.000010)" in said(narrow)
    assert "(+0.00000000 to +0.00000000)" in said(replace(PRECISION, low=0.0, high=0.0))


@pytest.mark.parametrize(
    ("fall", "words"),
    [(0.08, "8 points"), (0.0711, "7.2 points"), (0.01, "1 point"), (0.0, "0 points"), (1, "100 points")],
)
def test_points_are_rounded_up(fall: float, words: str) -> None:
    assert points(fall) == words


def all_of(*comparisons: Comparison) -> str:
    return summary(Comparisons(demands=Demands(), rows=600, critical=1.6, comparisons=comparisons))


def test_summary_names_the_ratio_of_which_the_rows_would_notice_least() -> None:
    better = replace(PRECISION, name="accuracy", notices=0.02, verdict=NO_WORSE)
    noticed = "in precision of defaulted, 600 rows would notice a fall of 8 points"

    assert all_of(better, PRECISION) == f"not shown worse than the live model; {noticed}"
    assert all_of(better) == (
        "proved no worse than the live model in every compared ratio;"
        " in accuracy, 600 rows would notice a fall of 2 points"
    )
    assert all_of(replace(NOTHING, champion=None)) == ""
    assert all_of() == ""
