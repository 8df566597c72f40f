from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edges.metrics import Traffic
from chalicelib.promotion import canary
from chalicelib.promotion.canary import HealthSeen
from chalicelib.promotion.replaying import FACTOR, SLACK_MS

counts = st.integers(0, 10_000)


def traffic(invocations: int, *, errors: int = 0, duration_ms: float | None = 10.0) -> Traffic:
    return Traffic(invocations=invocations, errors=errors, duration_ms=duration_ms if invocations else None)


SOUND = traffic(100)


def test_version_that_does_as_the_live_one_does_is_healthy() -> None:
    health = canary.compare(traffic(100), live=traffic(900))

    assert health.problems == []
    assert health.in_words == "100 invocations of the new version, 900 of the live one"


def test_single_error_that_the_live_version_does_not_make_is_a_problem() -> None:
    health = canary.compare(traffic(1000, errors=1), live=traffic(9000))

    assert health.problems == [
        "1 of 1000 invocations of the new version failed, of the live one 0 of 9000",
    ]
    assert health.in_words == health.problems[0]


@pytest.mark.parametrize("live_errors", [90, 91, 500])
def test_trouble_of_the_whole_system_is_no_trouble_of_the_new_version(live_errors: int) -> None:
    assert canary.compare(traffic(100, errors=10), live=traffic(900, errors=live_errors)).problems == []


def test_more_trouble_than_the_live_version_has_is_a_problem() -> None:
    assert canary.compare(traffic(100, errors=10), live=traffic(900, errors=89)).problems


@pytest.mark.parametrize(
    ("candidate", "live"), [(0, 0), (19, 1000), (20, 19), (0, 1000)], ids=["none", "few", "few live", "none new"]
)
def test_too_little_traffic_is_said_and_left_to_the_replay(candidate: int, live: int) -> None:
    health = canary.compare(traffic(candidate, duration_ms=9_999.0), live=traffic(live, duration_ms=1.0))

    assert health.problems == []
    assert health.in_words == (
        f"too little traffic to compare ({candidate} invocations of the new version, {live} of the live one;"
        " 20 are enough): the replay decides"
    )


@pytest.mark.parametrize("live", [traffic(0), traffic(5), traffic(900)])
def test_error_counts_however_little_traffic_there_was(live: Traffic) -> None:
    assert canary.compare(traffic(1, errors=1), live=live).problems


def test_error_without_an_invocation_is_a_problem() -> None:
    """CloudWatch's sums may come one after the other."""
    assert canary.compare(Traffic(invocations=0, errors=1, duration_ms=None), live=SOUND).problems


def test_as_much_traffic_as_is_enough_is_compared() -> None:
    health = canary.compare(traffic(20, duration_ms=5_000.0), live=traffic(20))

    assert health.problems == ["the new version takes 5000 ms, the live one 10 ms: at most 70 ms"]


def test_duration_at_the_bound_is_no_problem_and_above_it_is_one() -> None:
    bound = FACTOR * 10.0 + SLACK_MS

    assert canary.compare(traffic(100, duration_ms=bound), live=SOUND).problems == []
    assert canary.compare(traffic(100, duration_ms=bound + 1), live=SOUND).problems


def test_duration_just_above_the_bound_is_told_apart_from_it() -> None:
    (problem,) = canary.compare(traffic(100, duration_ms=70.04), live=SOUND).problems

    assert problem == "the new version takes 70.04 ms, the live one 10 ms: at most 70.00 ms"


@given(sizes=st.tuples(st.integers(1, 10**9), st.integers(1, 10**9)), failed=st.tuples(counts, counts))
def test_shares_of_errors_are_compared_by_their_counts(sizes: tuple[int, int], failed: tuple[int, int]) -> None:
    mine, theirs = (min(errors, size) for errors, size in zip(failed, sizes, strict=True))

    health = canary.compare(traffic(sizes[0], errors=mine), live=traffic(sizes[1], errors=theirs))

    assert bool(health.problems) == (mine * sizes[1] > theirs * sizes[0])


@pytest.mark.parametrize(("mine", "theirs"), [(None, 10.0), (10.0, None)])
def test_missing_durations_are_doubt_enough(mine: float | None, theirs: float | None) -> None:
    health = canary.compare(traffic(100, duration_ms=mine), live=traffic(100, duration_ms=theirs))

    assert health.problems == ["CloudWatch counted invocations and no durations"]


@given(candidate=counts, live=counts, errors=counts)
def test_version_without_errors_is_never_accused_of_any(candidate: int, live: int, errors: int) -> None:
    health = canary.compare(traffic(candidate), live=traffic(live, errors=min(errors, live)))

    assert health.problems == []
    assert health.in_words


@given(invocations=st.integers(1, 10_000), live=counts, errors=st.integers(1, 10_000))
def test_any_error_beside_a_faultless_live_version_is_a_problem(invocations: int, live: int, errors: int) -> None:
    assert canary.compare(traffic(invocations, errors=min(errors, invocations)), live=traffic(live)).problems


def test_health_of_an_earlier_release_is_read() -> None:
    body = b'{\n "at": "2026-11-21T03:00:00.000Z",\n "problems": [],\n "remarks": [\n  "0 invocations"\n ]\n}'

    seen = HealthSeen.read(body, key="runs/a-run/health_1.json")

    assert (seen.problems, seen.remarks, seen.at) == ([], ["0 invocations"], "2026-11-21T03:00:00.000Z")
