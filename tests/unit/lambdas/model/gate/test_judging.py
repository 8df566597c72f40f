from __future__ import annotations

import math
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom  # type: ignore[import-untyped]

from lambdas.model.gate.judging import judge
from lambdas.model.gate.thresholds import AT_MOST, GateRule, RuleResult, at_least, at_most, at_most_cost
from lambdas.model.metrics.ratios import Counts, Proportion

RECALL = at_least("recall", of="attack", bound=0.98, sure=0.95)
PASS, FAIL, NOT_ENOUGH_ROWS = "PASS", "FAIL", "NOT ENOUGH ROWS"


MORE = ": add files, or hold out a larger part"


def decided(threshold: GateRule, part: int, whole: int) -> RuleResult:
    value = Fraction(part, whole) if whole else None
    return judge(threshold, value=value, proportion=Proportion(part, whole))


def word(result: RuleResult) -> str:
    assert not (result.passed and not result.enough_rows)
    return PASS if result.passed else FAIL if result.enough_rows else NOT_ENOUGH_ROWS


def judged_counts(threshold: GateRule, found: Counts) -> RuleResult:
    return judge(threshold, value=getattr(found, threshold.metric), proportion=found.proportion(threshold.metric))


@pytest.mark.parametrize(
    ("part", "whole", "expected", "reason"),
    [
        (149, 149, PASS, "1 >= 0.98, proved (each end 95 % sure: 0.980095 to 1)"),
        (594, 600, PASS, "0.99 >= 0.98, proved (each end 95 % sure: 0.980359 to 0.995636)"),
        (570, 600, FAIL, "0.95 < 0.98, proved (each end 95 % sure: 0.93279 to 0.963784)"),
        (
            148,
            148,
            NOT_ENOUGH_ROWS,
            "NOT ENOUGH ROWS: 1 >= 0.98 (each end 95 % sure: 0.979962 to 1); "
            "at this rate about 149 rows of attack would do, 1 more than the holdout has" + MORE,
        ),
        (
            437,
            442,
            NOT_ENOUGH_ROWS,
            "NOT ENOUGH ROWS: 0.988688 >= 0.98 (each end 95 % sure: 0.976363 to 0.995532); "
            "at this rate about 845 rows of attack would do, 403 more than the holdout has" + MORE,
        ),
        (
            590,
            600,
            NOT_ENOUGH_ROWS,
            "NOT ENOUGH ROWS: 0.983333 >= 0.98 (each end 95 % sure: 0.971894 to 0.990931); "
            "at this rate about 5,082 rows of attack would do, 4,482 more than the holdout has" + MORE,
        ),
        (
            97,
            100,
            NOT_ENOUGH_ROWS,
            "NOT ENOUGH ROWS: 0.97 < 0.98 (each end 95 % sure: 0.924289 to 0.991774); "
            "at this rate no number of rows of attack would do: it takes a better model, or another bound",
        ),
        (
            0,
            0,
            NOT_ENOUGH_ROWS,
            "NOT ENOUGH ROWS: undefined: the holdout has no row of the class; "
            "without an error about 149 rows of attack would do, 149 more than the holdout has" + MORE,
        ),
        (
            980_001,
            1_000_000,
            NOT_ENOUGH_ROWS,
            "NOT ENOUGH ROWS: 0.980001 >= 0.98 (each end 95 % sure: 0.979769 to 0.980231); "
            "at this rate more than 10,000,000 rows of attack would do: take another bound",
        ),
    ],
)
def test_rule_that_has_to_be_sure_passes_only_what_the_rows_prove(
    part: int, whole: int, expected: str, reason: str
) -> None:
    result = decided(RECALL, part, whole)

    assert (word(result), result.reason) == (expected, reason)


def test_interval_stands_beside_the_value_of_a_rule_that_need_not_be_sure() -> None:
    result = decided(at_least("recall", of="attack", bound=0.98), 437, 442)

    assert result.passed
    assert result.reason == "0.988688 >= 0.98 (each end 95 % sure: 0.976363 to 0.995532)"
    assert result.interval is not None
    assert (result.interval.sure, result.interval.rows) == (0.95, 442)
    assert (result.interval.low, result.interval.high) == pytest.approx((0.9763629, 0.9955324))


def test_value_without_rows_or_that_is_no_share_of_rows_has_no_interval() -> None:
    undefined = decided(at_least("recall", of="attack", bound=0.98), 0, 0)
    area = judge(at_least("roc_auc", bound=0.9), value=0.95)

    assert (undefined.interval, undefined.reason) == (None, "undefined: the holdout has no row of the class")
    assert (area.interval, area.reason) == (None, "0.95 >= 0.9")


def test_rule_that_has_to_be_sure_fails_without_the_rows_or_the_value() -> None:
    assert word(judge(RECALL, value=1.0)) == NOT_ENOUGH_ROWS
    assert word(judge(RECALL, value=math.nan, proportion=Proportion(600, 600))) == NOT_ENOUGH_ROWS
    assert word(judge(RECALL, value=None, proportion=Proportion(600, 600))) == NOT_ENOUGH_ROWS


def test_ceiling_is_proved_by_the_rows_that_are_right() -> None:
    ceiling = at_most("false_positive_rate", of="attack", bound=0.02, sure=0.95)

    assert word(decided(ceiling, 6, 600)) == PASS
    assert word(decided(ceiling, 30, 600)) == FAIL
    few = decided(ceiling, 10, 600)
    assert word(few) == NOT_ENOUGH_ROWS
    assert few.reason == (
        "NOT ENOUGH ROWS: 0.0166667 <= 0.02 (each end 95 % sure: 0.00906945 to 0.0281064); "
        "at this rate about 5,082 rows of other classes would do, 4,482 more than the holdout has" + MORE
    )


def test_precision_is_judged_by_the_rows_that_were_predicted_as_the_class() -> None:
    precision = at_least("precision", of="attack", bound=0.98, sure=0.95)

    assert word(judged_counts(precision, Counts(tp=149, fp=0, fn=1000, tn=9))) == PASS
    nothing = judged_counts(precision, Counts(tp=0, fp=0, fn=5, tn=9))
    assert word(nothing) == NOT_ENOUGH_ROWS
    assert nothing.reason == (
        "NOT ENOUGH ROWS: undefined: no row was predicted as the class; "
        "without an error about 149 rows predicted as attack would do, 149 more than the holdout has" + MORE
    )


def test_f1_is_judged_by_the_share_that_it_is_made_of() -> None:
    """An F1 of 0.9 is 9 of 11: 2 * 9 / 11 / (1 + 9 / 11)."""
    found = Counts(tp=437, fp=3, fn=5, tn=1000)
    f1 = at_least("f1", of="attack", bound=0.97, sure=0.95)

    result = judged_counts(f1, found)

    low, high = (beta.ppf(0.05, 437, 9), beta.ppf(0.95, 438, 8))
    assert result.interval is not None
    assert (result.interval.low, result.interval.high) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert result.interval.rows == 445
    assert word(result) == PASS
    assert word(judged_counts(at_least("f1", of="attack", bound=0.985, sure=0.95), found)) == NOT_ENOUGH_ROWS


def test_copies_count_as_the_rows_that_would_tell_as_much() -> None:
    copied = judge(RECALL, value=Fraction(594, 600), proportion=Proportion(594, 600, Fraction(3)))
    alone = judge(RECALL, value=Fraction(198, 200), proportion=Proportion(198, 200))

    assert word(decided(RECALL, 594, 600)) == PASS
    assert word(copied) == word(alone) == NOT_ENOUGH_ROWS
    assert copied.interval is not None
    assert alone.interval is not None
    assert (copied.interval.low, copied.interval.high) == (alone.interval.low, alone.interval.high)
    assert (copied.interval.rows, copied.interval.distinct) == (600, 200)
    assert copied.reason == (
        "NOT ENOUGH ROWS: 0.99 >= 0.98 "
        "(each end 95 % sure: 0.968857 to 0.99822, where copies make 600 rows count as about 200); "
        "at this rate about 1,770 rows of attack would do, 1,170 more than the holdout has" + MORE
    )


@given(
    rows=st.integers(1, 400).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), data=st.data()
)
def test_copies_never_make_an_interval_narrower(rows: tuple[int, int], data: st.DataObject) -> None:
    part, whole = rows
    copies = data.draw(st.fractions(1, whole, max_denominator=50))
    threshold, value = at_least("recall", of="a", bound=0.5), Fraction(part, whole)

    plain = judge(threshold, value=value, proportion=Proportion(part, whole)).interval
    wider = judge(threshold, value=value, proportion=Proportion(part, whole, copies)).interval

    assert plain is not None
    assert wider is not None
    assert 1 <= wider.distinct <= whole / copies
    assert wider.low <= plain.low + 1e-12
    assert wider.high >= plain.high - 1e-12


def test_interval_holds_the_true_value_though_rows_are_copied() -> None:
    """Copies without number do not make it surer: each distinct row is drawn, and then copied some times."""
    rng = np.random.default_rng(0)
    nights, true, outside, by_row = 1000, 0.9, [0, 0], [0, 0]
    for _ in range(nights):
        times = rng.geometric(1 / 5, size=200)
        part, whole = int(times[rng.random(200) < true].sum()), int(times.sum())
        copies = Fraction(int((times**2).sum()), whole)
        for counted, proportion in ((outside, Proportion(part, whole, copies)), (by_row, Proportion(part, whole))):
            found = judge(RECALL, value=Fraction(part, whole), proportion=proportion).interval
            assert found is not None
            counted[0] += found.low > true
            counted[1] += found.high < true
    sys.stdout.write(
        f"200 rows, 5 copies each on average: the interval lies above the true value on {outside[0] / nights:.1%} of "
        f"nights, below it on {outside[1] / nights:.1%}; with each copy a row of its own on {by_row[0] / nights:.1%} "
        f"and {by_row[1] / nights:.1%}\n"
    )
    assert max(outside) / nights <= 0.06  # it is an approximation
    assert min(by_row) / nights > 0.15


def test_cost_is_judged_as_it_was_measured() -> None:
    costs = at_most_cost({"fn": 50, "fp": 1}, of="attack", per_row=0.26)
    found = Counts(tp=437, fp=10, fn=5, tn=548).cost_per_row({"fn": 50, "fp": 1})

    assert found == Fraction(260, 1000)
    assert (judge(costs, value=found).passed, judge(costs, value=found).reason) == (True, "0.26 <= 0.26")
    assert not judge(costs, value=found + Fraction(1, 1000)).passed
    assert Counts(tp=0, fp=0, fn=0, tn=0).cost_per_row({"fn": 50}) is None
    assert judge(costs, value=None).reason == "undefined: the holdout is empty"


rows = st.integers(0, 3000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(rows=rows, bound=st.integers(1, 99).map(lambda n: n / 100), sure=st.sampled_from([0.51, 0.8, 0.95, 0.999]))
def test_what_is_proved_agrees_with_the_value_and_with_the_interval(
    rows: tuple[int, int], bound: float, sure: float
) -> None:
    for threshold in (
        at_least("recall", of="a", bound=bound, sure=sure),
        at_least("f1", of="a", bound=bound, sure=sure),
        at_most("false_positive_rate", of="a", bound=bound, sure=sure),
    ):
        part, whole = rows
        value = Fraction(part, whole) if whole else None
        value = 2 * value / (1 + value) if value is not None and threshold.metric == "f1" else value
        result = judge(threshold, value=value, proportion=Proportion(part, whole))
        if value is None:
            assert word(result) == NOT_ENOUGH_ROWS
            continue
        assert result.interval is not None
        low, high = result.interval.low, result.interval.high
        assert low <= value <= high or math.isclose(low, high)
        better, worse = (high, low) if threshold.direction == AT_MOST else (low, high)
        sign = -1 if threshold.direction == AT_MOST else 1
        if result.passed:
            assert sign * value > sign * bound
            assert sign * better >= sign * bound - 1e-9
        elif result.enough_rows:
            assert sign * value < sign * bound
            assert sign * worse <= sign * bound + 1e-9
        else:
            assert low - 1e-9 <= bound <= high + 1e-9


def test_how_often_a_bound_of_98_percent_passes_fails_and_lacks_rows() -> None:
    """Exactly, by the probability of every count of right rows."""
    point = at_least("recall", of="attack", bound=0.98)
    expected = {
        (30, 0.96): (0.0, 0.117, 0.883, 0.294),
        (180, 0.97): (0.004, 0.175, 0.820, 0.209),
        (180, 0.98): (0.026, 0.029, 0.944, 0.514),
        (454, 0.97): (0.001, 0.389, 0.611, 0.125),
        (454, 0.99): (0.334, 0.0, 0.666, 0.982),
        (1500, 0.99): (0.918, 0.0, 0.082, 1.0),
    }
    for (whole, true), shares in expected.items():
        words = [word(decided(RECALL, part, whole)) for part in range(whole + 1)]
        chances = binom.pmf(np.arange(whole + 1), whole, true)
        found = [sum(p for p, each in zip(chances, words, strict=True) if each == end) for end in (PASS, FAIL)]
        values = [decided(point, part, whole).passed for part in range(whole + 1)]
        by_value = sum(p for p, passed in zip(chances, values, strict=True) if passed)
        found = [*found, 1 - sum(found), by_value]
        sys.stdout.write(
            f"{whole} rows, true recall {true}: PASS {found[0]:.1%}, FAIL {found[1]:.1%}, "
            f"NOT ENOUGH ROWS {found[2]:.1%}; by the value alone {found[3]:.1%}\n"
        )
        assert found == pytest.approx(shares, abs=0.0006)
        assert true > 0.98 or found[0] <= 0.05
        assert true < 0.98 or found[1] <= 0.05


def test_interval_of_precision_and_f1_holds_the_true_value_though_their_rows_are_drawn_too() -> None:
    rng = np.random.default_rng(0)
    true_recall, true_precision = 0.95, 0.9
    for holdout, prevalence in ((200, 0.05), (200, 0.3), (600, 0.3), (5000, 0.004)):
        alarms = true_recall * prevalence * (1 - true_precision) / (true_precision * (1 - prevalence))
        shares = [
            prevalence * true_recall,
            (1 - prevalence) * alarms,
            prevalence * (1 - true_recall),
            (1 - prevalence) * (1 - alarms),
        ]
        true = {"precision": true_precision, "f1": 2 * shares[0] / (2 * shares[0] + shares[1] + shares[2])}
        beyond = {"precision": [0, 0], "f1": [0, 0]}
        nights = 1000
        for tp, fp, fn, tn in rng.multinomial(holdout, shares, size=nights).tolist():
            for metric, counted in beyond.items():
                result = judged_counts(at_least(metric, of="a", bound=0.5), Counts(tp=tp, fp=fp, fn=fn, tn=tn))
                if result.interval is not None:
                    counted[0] += result.interval.low > true[metric]
                    counted[1] += result.interval.high < true[metric]
        for metric, (above, below) in beyond.items():
            sys.stdout.write(
                f"{holdout} rows, prevalence {prevalence}: the interval of {metric} lies above the true value "
                f"on {above / nights:.1%} of nights, below it on {below / nights:.1%}\n"
            )
            assert above / nights <= 0.05
            assert below / nights <= 0.05
