from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exact import Number
from lambdas.model.gate.judging import judge
from lambdas.model.gate.thresholds import (
    AT_LEAST,
    GateRule,
    RuleResult,
    Verdict,
    at_least,
    at_most,
    compare,
    no_comparison,
)

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
    threshold: GateRule, value: float | None, passed: bool
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
        (FLOOR, Fraction(94, 100), Fraction(95, 100), True),
        (FLOOR, 0.94, 0.95, True),
        (FLOOR, 0.93, 0.95, False),
        (CEILING, Fraction(6, 100), Fraction(5, 100), True),
        (CEILING, Fraction(601, 10_000), Fraction(5, 100), False),
        (CEILING, 0.07, 0.05, False),
        (FLOOR, None, 0.95, False),
        (FLOOR, 0.95, None, False),
        (FLOOR, 0.95, math.nan, False),
    ],
)
def test_no_worse_than_the_champion_by_more_than_the_margin(
    threshold: GateRule, value: Number | None, champion: Number | None, passed: bool
) -> None:
    assert compare(threshold, value=value, champion=champion).passed is passed


@given(value=st.floats(0, 1))
def test_equal_to_the_champion_is_no_worse_without_any_margin(value: float) -> None:
    floor, ceiling = at_least("f1", of="bad", bound=0, margin=0), at_most("f1", of="bad", bound=0, margin=0)

    assert compare(floor, value=value, champion=value).passed
    assert compare(ceiling, value=value, champion=value).passed


def test_count_at_the_bound_passes_and_the_text_has_the_numbers() -> None:
    """As floats 8/10 less 0.1 is more than 7/10."""
    threshold = at_least("recall", of="attack", bound=0.5, margin=0.1)

    result = compare(threshold, value=Fraction(7, 10), champion=Fraction(8, 10))

    assert (result.passed, result.reason, result.value, result.bound) == (True, "0.7 >= 0.7", 0.7, 0.7)


tenths = st.integers(0, 1000).map(lambda n: n / 1000)
"""As they are written in a recipe."""


@given(
    counts=st.tuples(st.integers(0, 60), st.integers(1, 60)).filter(lambda pair: pair[0] <= pair[1]),
    champions=st.tuples(st.integers(0, 60), st.integers(1, 60)).filter(lambda pair: pair[0] <= pair[1]),
    bound=tenths,
    margin=tenths,
    metric=st.sampled_from(["recall", "precision", "f1", "false_positive_rate", "accuracy"]),
)
def test_counts_decide_as_arithmetic_has_it(
    counts: tuple[int, int], champions: tuple[int, int], bound: float, margin: float, metric: str
) -> None:
    made = at_most if metric == "false_positive_rate" else at_least
    threshold = made(metric, of=None if metric == "accuracy" else "bad", bound=bound, margin=margin)
    sign = -1 if made is at_most else 1
    value, champion = Fraction(*counts), Fraction(*champions)
    thousandths = 1000 * counts[0], round(1000 * bound) * counts[1]
    apart = 1000 * (counts[0] * champions[1] - champions[0] * counts[1])

    judged = judge(threshold, value=value)
    compared = compare(threshold, value=value, champion=champion)

    assert judged.passed == (sign * thousandths[0] >= sign * thousandths[1])
    assert compared.passed == (sign * apart >= -round(1000 * margin) * counts[1] * champions[1])
    for result in (judged, compared):
        one, _, other = result.reason.split(" ")
        assert result.passed or one != other


@given(value=st.floats(0, 1), bound=st.floats(0, 1))
def test_text_never_says_that_a_number_is_less_than_itself(value: float, bound: float) -> None:
    for found in (value, Fraction(value)):
        one, sign, other = judge(at_least("accuracy", bound=bound), value=found).reason.split(" ")
        assert (sign == ">=") or one != other


@given(counts=st.tuples(st.integers(0, 10_000), st.integers(1, 10_000)).filter(lambda pair: pair[0] <= pair[1]))
def test_bound_that_is_written_as_a_quotient_is_reached_by_that_ratio(counts: tuple[int, int]) -> None:
    bound = counts[0] / counts[1]

    assert judge(at_least("accuracy", bound=bound), value=Fraction(*counts)).passed
    assert judge(at_most("false_positive_rate", of="bad", bound=bound), value=Fraction(*counts)).passed


def test_undefined_champion_names_the_way_out() -> None:
    assert "compare_with_champion=False" in compare(FLOOR, value=0.9, champion=None).reason


@pytest.mark.parametrize("champion", [None, 0.5])
def test_undefined_value_names_no_way_out_that_does_not_help(champion: float | None) -> None:
    """Its own bound fails too, with the champion or without."""
    result = compare(FLOOR, value=None, champion=champion)

    assert (result.passed, result.reason) == (False, "undefined: the holdout has no row of the class")


def test_ratios_with_a_margin_are_compared_and_counts_are_not() -> None:
    assert FLOOR.compares_with_champion
    assert at_least("accuracy", bound=0.5).compares_with_champion
    assert not at_least("recall", of="bad", bound=0.9, margin=None).compares_with_champion
    assert not at_least("support", of="bad", bound=100).compares_with_champion


def test_verdict_without_rules_does_not_pass() -> None:
    assert not Verdict(()).passed
    assert Verdict(()).reason == "there is no rule to pass"


def test_verdict_tells_a_reason_of_several_rules_once() -> None:
    lost = [no_comparison(f"{each}, against the champion", why="it is lost", threshold=FLOOR) for each in ("a", "b")]

    said = Verdict((*lost, RuleResult("c", 0.5, AT_LEAST, 0.9, False, "0.5 < 0.9"))).reason

    way_out = "set compare_with_champion=False in the recipe to be judged without it"
    assert said == f"a, against the champion; b, against the champion: it is lost; {way_out}; c: 0.5 < 0.9"


def test_verdict_names_every_failing_rule() -> None:
    good, bad = judge(FLOOR, value=1.0), judge(CEILING, value=1.0)

    assert Verdict((good,)).reason == "the only rule holds"
    assert not Verdict((good, bad)).passed
    assert Verdict((good, bad)).reason == "false_positive_rate of bad: 1 > 0.1"
