from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.thresholds import Threshold, Verdict, at_least, at_most, compare, judge

FLOOR = at_least("recall", of="bad", bound=0.9, margin=0.01)
CEILING = at_most("false_positive_rate", of="bad", bound=0.1, margin=0.01)


@pytest.mark.parametrize(
    ("threshold", "value", "passed"),
    [
        (FLOOR, 0.9, True),
        (FLOOR, math.nextafter(0.9, 0), False),
        (FLOOR, 1.0, True),
        (CEILING, 0.1, True),
        (CEILING, math.nextafter(0.1, 1), False),
        (CEILING, 0.0, True),
        (FLOOR, None, False),
        (CEILING, None, False),
        (FLOOR, math.nan, False),
        (CEILING, math.nan, False),
        (CEILING, -math.inf, False),
    ],
)
def test_bound_itself_passes_and_whatever_is_no_number_fails(
    threshold: Threshold, value: float | None, passed: bool
) -> None:
    assert judge(threshold, value=value).passed is passed


def test_failed_rule_says_why() -> None:
    assert judge(FLOOR, value=0.5).reason == "0.5 < 0.9"
    assert judge(CEILING, value=0.5).reason == "0.5 > 0.1"
    assert judge(FLOOR, value=None).reason == "undefined: the holdout has no row of the class"
    assert judge(at_least("support", of="bad", bound=3), value=None).reason == "undefined: it was not measured"


@pytest.mark.parametrize(
    ("threshold", "value", "champion", "passed"),
    [
        (FLOOR, 0.95, 0.95, True),
        (FLOOR, 0.95 - 0.01, 0.95, True),
        (FLOOR, 0.93, 0.95, False),
        (CEILING, 0.05 + 0.01, 0.05, True),
        (CEILING, 0.07, 0.05, False),
        (FLOOR, None, 0.95, False),
        (FLOOR, 0.95, None, False),
        (FLOOR, 0.95, math.nan, False),
    ],
)
def test_no_worse_than_the_champion_by_more_than_the_margin(
    threshold: Threshold, value: float | None, champion: float | None, passed: bool
) -> None:
    assert compare(threshold, value=value, champion=champion).passed is passed


@given(value=st.floats(0, 1))
def test_equal_to_the_champion_is_no_worse_without_any_margin(value: float) -> None:
    floor, ceiling = at_least("f1", of="bad", bound=0, margin=0), at_most("f1", of="bad", bound=0, margin=0)

    assert compare(floor, value=value, champion=value).passed
    assert compare(ceiling, value=value, champion=value).passed


def test_undefined_champion_names_the_way_out() -> None:
    assert "compare_with_champion=False" in compare(FLOOR, value=0.9, champion=None).reason


def test_ratios_with_a_margin_are_compared_and_counts_are_not() -> None:
    assert FLOOR.compares_with_champion
    assert at_least("accuracy", bound=0.5).compares_with_champion
    assert not at_least("recall", of="bad", bound=0.9, margin=None).compares_with_champion
    assert not at_least("support", of="bad", bound=100).compares_with_champion


def test_verdict_without_rules_does_not_pass() -> None:
    assert not Verdict(()).passed
    assert Verdict(()).reason == "there is no rule to pass"


def test_verdict_names_every_failing_rule() -> None:
    good, bad = judge(FLOOR, value=1.0), judge(CEILING, value=1.0)

    assert Verdict((good,)).reason == "all 1 rules hold"
    assert not Verdict((good, bad)).passed
    assert Verdict((good, bad)).reason == "false_positive_rate of bad: 1 > 0.1"
