from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2  # type: ignore[import-untyped]

from lambdas.model.gate.mcnemar import APPROXIMATE, EXACT, EXACT_MAX, Paired, most_by_chance, p_value, paired


def counted(*, challenger: int, champion: int) -> Paired:
    """Rows that one alone gets right, beside some that both or neither do."""
    return Paired(only_challenger_right=challenger, only_champion_right=champion, both_right=80, both_wrong=3)


def test_rows_are_counted_by_who_gets_them_right() -> None:
    y_true = np.array(["a", "a", "a", "b", "b", "b", "c"])
    challenger = np.array(["a", "a", "b", "b", "a", "c", "c"])
    champion = np.array(["a", "b", "a", "c", "b", "a", "c"])

    found = paired(y_true, challenger=challenger, champion=champion)

    assert found == Paired(only_challenger_right=2, only_champion_right=2, both_right=2, both_wrong=1)


@given(discordant=st.integers(1, EXACT_MAX), data=st.data())
def test_few_rows_have_the_p_value_of_the_binomial_test(discordant: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, discordant))

    assert p_value(count, discordant=discordant) == pytest.approx(binomtest(count, discordant, 0.5).pvalue, rel=1e-9)


@given(count=st.integers(0, 10**6), other=st.integers(EXACT_MAX, 10**6))
def test_many_rows_have_the_p_value_of_the_corrected_chi_squared(count: int, other: int) -> None:
    discordant = count + other + 1
    statistic = max(abs(count - other - 1) - 1, 0) ** 2 / discordant

    assert p_value(count, discordant=discordant) == pytest.approx(chi2.sf(statistic, 1), rel=1e-9, abs=1e-300)


@given(share=st.floats(0.4, 0.5))
def test_approximation_takes_over_where_it_is_near_the_exact_test(share: float) -> None:
    count = round(share * EXACT_MAX)
    beyond = p_value(count, discordant=EXACT_MAX + 1)

    assert beyond == pytest.approx(binomtest(count, EXACT_MAX + 1, 0.5).pvalue, abs=1e-3)


@given(discordant=st.integers(0, 3 * EXACT_MAX), significance=st.floats(1e-9, 0.999))
def test_bound_is_the_last_count_that_is_not_significant(discordant: int, significance: float) -> None:
    bound = most_by_chance(discordant, significance=significance)

    assert 2 * bound >= discordant - 1
    assert p_value(bound, discordant=discordant) >= significance
    if bound < discordant:
        assert p_value(bound + 1, discordant=discordant) < significance


@pytest.mark.parametrize(
    ("challenger", "champion", "passed"),
    [(0, 0, True), (0, 5, True), (0, 6, False), (1, 9, False), (2, 8, True), (9, 1, True), (900, 1100, False)],
)
def test_rule_fails_only_when_the_champion_is_significantly_better(
    challenger: int, champion: int, passed: bool
) -> None:
    rule = counted(challenger=challenger, champion=champion).rule(significance=0.05)

    assert rule.passed is passed
    assert (rule.value, rule.direction) == (champion, "<=")


def test_rule_says_how_many_rows_and_how_likely_by_chance() -> None:
    rule = counted(challenger=1, champion=9).rule(significance=0.05)

    assert rule.name == "rows that the champion alone gets right"
    assert rule.reason == "9 > 8 of 10 that one alone gets right (p = 0.0215, significance 0.05)"


def test_lower_significance_takes_more_to_fail() -> None:
    assert counted(challenger=1, champion=9).rule(significance=0.01).passed


def test_document_tells_counts_p_value_and_method() -> None:
    assert counted(challenger=1, champion=9).to_document(significance=0.05) == {
        "only_challenger_right": 1,
        "only_champion_right": 9,
        "both_right": 80,
        "both_wrong": 3,
        "p_value": 0.021484375,
        "significance": 0.05,
        "method": EXACT,
    }
    assert counted(challenger=500, champion=501).to_document(significance=0.05)["method"] == APPROXIMATE
