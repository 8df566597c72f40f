"""The evidence of a canary. How often it is wrong, and how soon it is right, is in `tests/simulation`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nchypergeom_fisher  # type: ignore[import-untyped]

from chalicelib.promotion import eprocess
from chalicelib.promotion.eprocess import ODDS, Evidence, Minute, evidence

CALLS = 100_000
counts = st.integers(0, 60)


@st.composite
def minutes(draw: st.DrawFn) -> Minute:
    calls, live_calls = draw(counts), draw(counts)
    return Minute(draw(st.integers(0, calls)), calls, draw(st.integers(0, live_calls)), live_calls)


def seen(failed: int, live_failed: int, *, share: float) -> list[Minute]:
    """Rare failures, one in a minute."""
    calls = round(share * CALLS)
    return [Minute(1, calls, 0, CALLS - calls)] * failed + [Minute(0, calls, 1, CALLS - calls)] * live_failed


@pytest.mark.parametrize(
    ("failed", "live_failed", "share", "e"),
    [
        (1, 0, 0.1, 4.9),
        (2, 0, 0.1, 32),
        (2, 1, 0.1, 8.8),
        (3, 1, 0.1, 52),
        (3, 2, 0.1, 18.1),
        (4, 3, 0.1, 41),
        (2, 0, 0.5, 2.9),
        (3, 1, 0.5, 1.05),
    ],
)
def test_few_failures_are_as_much_evidence_as_bets_on_whose_each_was(
    failed: int, live_failed: int, share: float, e: float
) -> None:
    """Rare failures bet on whose each was: odds^failed / (share * odds + 1 - share)^all, meant over the odds."""
    by_bets = sum(odds**failed / (share * odds + 1 - share) ** (failed + live_failed) for odds in ODDS) / len(ODDS)

    found = evidence(seen(failed, live_failed, share=share))

    assert math.exp(found.now) == pytest.approx(by_bets, rel=1e-3)
    assert math.exp(found.now) == pytest.approx(e, rel=0.02)


def test_two_failures_of_a_tenth_of_the_calls_show_a_version_worse_and_one_does_not() -> None:
    assert evidence(seen(2, 0, share=0.1)).shows_worse(e=20)
    assert not evidence(seen(1, 0, share=0.1)).shows_worse(e=20)
    assert not evidence(seen(2, 0, share=0.5)).shows_worse(e=20)


def test_evidence_that_was_there_once_stays() -> None:
    """Otherwise looking late would find less than looking early."""
    found = evidence([Minute(2, CALLS // 10, 0, CALLS)] + [Minute(0, CALLS // 10, 1, CALLS)] * 10)

    assert found.shows_worse(e=20)
    assert found.now < 0


def chances(*, calls: int, live_calls: int, failures: int, odds: float) -> dict[int, float]:
    """Fisher's noncentral hypergeometric distribution by its definition: how many failures are the new version's."""
    weights = {
        failed: math.comb(calls, failed) * math.comb(live_calls, failures - failed) * odds**failed
        for failed in range(max(0, failures - live_calls), min(calls, failures) + 1)
    }
    return {failed: weight / sum(weights.values()) for failed, weight in weights.items()}


@pytest.mark.parametrize("odds", [0.5, 1.0, 1.5, 20.0])
def test_chances_are_those_of_an_independent_implementation(odds: float) -> None:
    """At a few points alone: where odds are extreme, SciPy's ends the process."""
    found = chances(calls=30, live_calls=50, failures=12, odds=odds)

    expected = [float(nchypergeom_fisher.pmf(failed, 80, 30, 12, odds)) for failed in found]
    assert list(found.values()) == pytest.approx(expected, rel=1e-6)


@given(minute=minutes())
def test_likelihood_ratio_is_that_of_fishers_noncentral_hypergeometric_distribution(minute: Minute) -> None:
    failures = minute.failed + minute.live_failed
    if not (failures and minute.calls and minute.live_calls):
        assert eprocess.log_ratios(minute) == (0.0,) * len(ODDS)
        return

    def chance(odds: float) -> float:
        found = chances(calls=minute.calls, live_calls=minute.live_calls, failures=failures, odds=odds)
        return found[minute.failed]

    for odds, ratio in zip(ODDS, eprocess.log_ratios(minute), strict=True):
        assert ratio == pytest.approx(math.log(chance(odds) / chance(1.0)), abs=1e-8)


@given(calls=st.integers(1, 40), live_calls=st.integers(1, 40), data=st.data())
def test_evidence_of_a_minute_is_1_on_average_when_both_versions_are_equal(
    calls: int, live_calls: int, data: st.DataObject
) -> None:
    """Over all ways in which the failures may fall on the calls of both: what Ville's inequality needs."""
    failures = data.draw(st.integers(0, calls + live_calls))

    mean = 0.0
    for failed, chance in chances(calls=calls, live_calls=live_calls, failures=failures, odds=1.0).items():
        mean += chance * math.exp(evidence([Minute(failed, calls, failures - failed, live_calls)]).now)

    assert mean == pytest.approx(1.0, abs=1e-9)


@given(calls=st.integers(1, 40), live_calls=st.integers(1, 40), odds=st.floats(0.01, 1), data=st.data())
def test_evidence_of_a_minute_is_at_most_1_on_average_when_the_new_version_is_better(
    calls: int, live_calls: int, odds: float, data: st.DataObject
) -> None:
    failures = data.draw(st.integers(0, calls + live_calls))

    mean = 0.0
    for failed, chance in chances(calls=calls, live_calls=live_calls, failures=failures, odds=odds).items():
        mean += chance * math.exp(evidence([Minute(failed, calls, failures - failed, live_calls)]).now)

    assert mean <= 1 + 1e-8


@given(seen=st.lists(minutes(), max_size=5))
def test_highest_evidence_is_never_below_the_last_nor_below_none(seen: list[Minute]) -> None:
    found = evidence(seen)

    assert found.highest >= max(0.0, found.now)
    assert evidence(seen) == found


@pytest.mark.parametrize(
    "minute",
    [Minute(0, 10, 0, 90), Minute(3, 10, 0, 0), Minute(0, 0, 7, 90), Minute(10, 10, 90, 90)],
    ids=["no failure", "the candidate alone", "the live one alone", "all fail"],
)
def test_minute_that_cannot_tell_them_apart_says_nothing(minute: Minute) -> None:
    assert evidence([minute]).now == pytest.approx(0.0, abs=1e-12)


def test_minute_of_a_large_outage_is_summed() -> None:
    """A million calls, nearly all of which fail: no evidence where the shares are equal, much where they are not."""
    equal = evidence([Minute(90_000, 100_000, 810_000, 900_000)])
    worse = evidence([Minute(95_000, 100_000, 810_000, 900_000)])

    assert equal.now < 0
    assert worse.shows_worse(e=1e9)


def test_evidence_that_is_just_as_much_as_was_asked_for_is_enough() -> None:
    found = Evidence(now=0.0, highest=math.log(20), by_odds=(-math.log(20),) * len(ODDS))

    assert (found.shows_worse(e=20), found.shows_worse(e=20.1)) == (True, False)
    assert (found.rules_out(5.0, e=20), found.rules_out(5.0, e=20.1)) == (True, False)


def test_enough_calls_rule_out_a_version_that_is_five_times_as_bad() -> None:
    healthy = [Minute(0, 10, 1, 90)] * 19 + [Minute(1, 10, 0, 90)] * 2

    assert evidence(healthy).rules_out(5.0, e=20)
    assert not evidence(healthy[:5]).rules_out(5.0, e=20)
    assert not evidence(healthy).rules_out(1.5, e=20)


@pytest.mark.parametrize(
    ("odds", "share", "rate", "calls"),
    [(2.0, 0.1, 0.01, 15_021), (5.0, 0.1, 0.01, 1_521), (10.0, 0.1, 0.01, 469), (5.0, 0.5, 0.001, 6_974)],
)
def test_calls_that_would_tell_are_named_beforehand(odds: float, share: float, rate: float, calls: int) -> None:
    named = eprocess.calls_that_tell(evidence([]), odds=odds, share=share, rate=rate, e=20)

    assert named == pytest.approx(calls, abs=1)


def test_evidence_against_a_version_leaves_fewer_calls_that_would_tell() -> None:
    def named(*minutes: Minute) -> int:
        return eprocess.calls_that_tell(evidence(minutes), odds=5.0, share=0.1, rate=0.01, e=20)

    suspect, proved = Minute(1, 100, 0, 900), Minute(9, 100, 0, 900)

    assert named(proved) == 0 < named(suspect) < named()
