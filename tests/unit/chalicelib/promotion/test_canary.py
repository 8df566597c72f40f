from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edges.metrics import Minute
from chalicelib.errors import RegistryIncomplete
from chalicelib.promotion import canary
from chalicelib.promotion.canary import Health, HealthSeen
from chalicelib.promotion.replaying import FACTOR, SLACK_MS
from tests.fakes.clock import START, FakeClock
from tests.fakes.metrics import InMemoryMetrics

MODEL = "kdd99-http"
LIVE, NEW = "1", "2"
MINUTE = timedelta(minutes=1)
counts = st.integers(0, 30)


class Watched:
    """The metrics of a canary whose first share was shifted at START."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.metrics = InMemoryMetrics(clock=self.clock)

    def counts(
        self, version: str, *, minute: int = 0, failed: int = 0, sound: int = 0, slow: int = 0, ms: float = 10.0
    ) -> None:
        """Calls in a minute after the first shift; the slow ones take ten times as long, and 100 ms more."""
        for number in range(failed + sound + slow):
            is_slow = number >= failed + sound
            self.metrics.count(
                MODEL,
                function_version=version,
                at=START + minute * MINUTE,
                failed=number < failed,
                duration_ms=10 * ms + 100 if is_slow else ms,
            )

    def health(self, *, after_minutes: float = 60) -> Health:
        return canary.look(
            self.metrics,
            model=MODEL,
            candidate=NEW,
            live=LIVE,
            share=0.1,
            since=START,
            now=START + after_minutes * MINUTE,
        )


@pytest.fixture
def watched() -> Watched:
    watched = Watched()
    watched.clock.sleep(3600)
    return watched


def test_version_that_does_as_the_live_one_does_goes_on_and_says_what_would_have_told(watched: Watched) -> None:
    watched.counts(NEW, sound=100)
    watched.counts(LIVE, sound=899, failed=1)

    health = watched.health()

    assert health.problems == []
    assert health.remarks[0] == (
        "100 invocations of the new version, 0 failed; 900 of the live one, 1 failed: not shown worse;"
        " about 15,000 more calls would have told a version five times as bad"
    )


def test_where_nothing_failed_the_calls_that_would_have_told_are_a_lower_bound(watched: Watched) -> None:
    watched.counts(NEW, sound=50)
    watched.counts(LIVE, sound=50)

    assert (
        watched.health()
        .remarks[0]
        .endswith("at least about 120 more calls would have told a version five times as bad")
    )


def test_enough_traffic_rules_out_a_version_that_is_much_worse(watched: Watched) -> None:
    for minute in range(50):
        watched.counts(NEW, minute=minute, sound=10)
        watched.counts(LIVE, minute=minute, sound=89, failed=1)

    assert watched.health().remarks[0] == (
        "500 invocations of the new version, 0 failed; 4500 of the live one, 50 failed: not shown worse;"
        " of versions five times as bad, at most 1 in 20 looks like this"
    )


def test_single_error_is_no_reason_to_go_back(watched: Watched) -> None:
    """Of equal versions with rare errors, one in ten has its first error in the tenth of the calls."""
    watched.counts(NEW, sound=99, failed=1)
    watched.counts(LIVE, sound=900)

    assert watched.health().problems == []


def test_two_errors_in_a_tenth_of_the_calls_are_a_problem_that_says_how_rare_it_is(watched: Watched) -> None:
    for minute in (0, 1):
        watched.counts(NEW, minute=minute, sound=49, failed=1)
        watched.counts(LIVE, minute=minute, sound=450)

    health = watched.health()

    assert health.problems == [
        "2 of 100 invocations of the new version failed, of the live one 0 of 900:"
        " of versions as good as the live one, at most 1 in 31 gets there"
    ]
    assert health.in_words == health.problems[0]


@pytest.mark.parametrize("live_failed", [90, 91, 500])
def test_trouble_of_the_whole_system_is_no_trouble_of_the_new_version(watched: Watched, live_failed: int) -> None:
    watched.counts(NEW, failed=10, sound=90)
    watched.counts(LIVE, failed=live_failed, sound=900 - live_failed)

    assert watched.health().problems == []


def test_much_more_trouble_than_the_live_version_has_is_a_problem(watched: Watched) -> None:
    watched.counts(NEW, failed=40, sound=60)
    watched.counts(LIVE, failed=90, sound=810)

    assert watched.health().problems


UNSEEN = "if the live version fails once in 1,000 calls, about 15,000"


@pytest.mark.parametrize(
    ("new", "live", "calls"),
    [(0, 0, UNSEEN), (5, 0, UNSEEN), (0, 1000, "at least about 5,100")],
    ids=["none", "only new", "only live"],
)
def test_without_calls_of_both_there_is_nothing_to_compare_and_it_says_how_many_would_have_told(
    watched: Watched, new: int, live: int, calls: str
) -> None:
    watched.counts(NEW, failed=new)
    watched.counts(LIVE, sound=live)

    health = watched.health()

    assert health.problems == []
    assert health.remarks[0] == (
        f"{new} invocations of the new version and {live} of the live one counted (each minute 2 minutes after its"
        f" end): nothing to compare, so the replay decides; {calls} more calls would have told a version five times"
        " as bad"
    )


def test_error_whose_invocation_is_not_shown_yet_counts_as_one_of_a_call(watched: Watched) -> None:
    class Hurried(InMemoryMetrics):
        """Shows the new version's errors before its invocations."""

        def minutes(
            self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
        ) -> Mapping[str, Mapping[datetime, Minute]]:
            shown = super().minutes(model, function_versions=function_versions, since=since, until=until)
            return {**shown, NEW: {START: Minute(invocations=0, errors=9, timed=0, duration_ms=0.0)}}

    watched.metrics = Hurried(clock=watched.clock)
    watched.counts(LIVE, sound=100)

    assert watched.health().problems[0].startswith("9 of 9 invocations of the new version failed")


def test_duration_that_has_no_rank_is_not_compared(watched: Watched) -> None:
    class Unranked(InMemoryMetrics):
        def shares_within(
            self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime, bound_ms: int
        ) -> Mapping[str, Mapping[datetime, float]]:
            return {version: {} for version in function_versions}

    watched.metrics = Unranked(clock=watched.clock)
    watched.counts(LIVE, sound=20)
    watched.counts(NEW, minute=1, slow=20)

    assert watched.health().remarks[1] == "no calls of both after the minutes that set the bound of durations, 70 ms"


def test_minute_is_counted_once_it_ended_two_minutes_ago_and_never_again(watched: Watched) -> None:
    watched.counts(NEW, failed=1, sound=9)
    watched.counts(LIVE, sound=90)
    watched.counts(NEW, minute=1, sound=10)
    watched.counts(LIVE, minute=1, sound=90)

    seen = [watched.health(after_minutes=minutes).remarks[0] for minutes in (2.99, 3, 3.99, 4, 50)]

    assert [remark.split(" invocations")[0] for remark in seen] == ["0", "10", "10", "20", "20"]
    assert seen[3] == seen[4]


def test_newest_minutes_roll_nothing_back_but_the_version_waits_for_them(watched: Watched) -> None:
    watched.counts(NEW, minute=1, failed=10)
    watched.counts(LIVE, minute=1, sound=90)

    health = watched.health(after_minutes=1.5)
    later = watched.health(after_minutes=4)

    assert (health.problems, health.waits_until) == ([], START + 4 * MINUTE)
    assert health.remarks[1] == (
        "10 of 10 invocations of the new version failed, of the live one 0 of 90, with the newest minutes, which are"
        " not counted yet: the rollout waits for them"
    )
    assert (len(later.problems), later.waits_until) == (1, None)


def test_newest_minutes_that_do_not_look_worse_are_not_waited_for(watched: Watched) -> None:
    watched.counts(NEW, failed=1, sound=9)
    watched.counts(LIVE, sound=90)

    assert watched.health(after_minutes=0.5).waits_until is None


def test_repeated_look_finds_the_same(watched: Watched) -> None:
    for minute in range(3):
        watched.counts(NEW, minute=minute, failed=minute, sound=20, slow=1)
        watched.counts(LIVE, minute=minute, sound=100)

    assert watched.health() == watched.health()


def test_version_whose_calls_are_slower_at_the_same_time_is_a_problem(watched: Watched) -> None:
    watched.counts(LIVE, sound=20)
    watched.counts(NEW, minute=1, slow=5)
    watched.counts(LIVE, minute=1, sound=45)

    assert watched.health().problems == [
        "5 of 5 calls of the new version took longer than 70 ms, of the live one 0 of 45:"
        " of versions as good as the live one, at most 1 in 90,000 gets there"
    ]


def test_slow_moment_of_both_versions_is_no_problem_of_the_new_one(watched: Watched) -> None:
    watched.counts(LIVE, sound=20)
    watched.counts(NEW, minute=1, slow=10)
    watched.counts(LIVE, minute=1, slow=90)

    health = watched.health()

    assert health.problems == []
    assert health.remarks[1] == (
        "10 of 10 calls of the new version took longer than 70 ms, of the live one 90 of 90: not shown slower"
    )


def test_bound_of_durations_is_made_of_earlier_minutes_than_it_is_held_to(watched: Watched) -> None:
    """The candidate is slow in the minute that the bound is made of, and not after it."""
    watched.counts(LIVE, sound=20)
    watched.counts(NEW, slow=20)
    watched.counts(NEW, minute=1, sound=10)
    watched.counts(LIVE, minute=1, sound=10)

    assert watched.health().remarks[1].startswith("0 of 10 calls of the new version took longer than 70 ms")


def test_calls_at_the_bound_are_not_slow_and_above_it_they_are(watched: Watched) -> None:
    bound = FACTOR * 10.0 + SLACK_MS
    watched.counts(LIVE, sound=20)
    watched.counts(LIVE, minute=1, sound=1)
    watched.counts(NEW, minute=1, sound=3, ms=bound)
    watched.counts(NEW, minute=1, sound=2, ms=bound + 0.5)

    assert watched.health().remarks[1].startswith("2 of 5 calls of the new version took longer than 70 ms")


def test_too_few_durations_of_the_live_version_make_no_bound(watched: Watched) -> None:
    watched.counts(LIVE, sound=19)
    watched.counts(NEW, slow=500)

    health = watched.health()

    assert health.problems == []
    assert health.remarks[1] == "too few calls of the live version to compare durations: 20 are enough"


@given(new=st.lists(counts, max_size=4), live=st.lists(st.tuples(counts, counts), max_size=4), slow=st.booleans())
def test_version_without_errors_is_never_accused_of_any(
    new: list[int], live: list[tuple[int, int]], slow: bool
) -> None:
    watched = Watched()
    watched.clock.sleep(3600)
    for minute, sound in enumerate(new):
        watched.counts(NEW, minute=minute, sound=sound)
    for minute, (failed, sound) in enumerate(live):
        watched.counts(LIVE, minute=minute, failed=failed, sound=sound, ms=30.0 if slow else 10.0)

    health = watched.health()

    assert health.problems == []
    assert health.in_words


def test_wait_without_an_end_that_can_be_read_is_refused_by_name() -> None:
    body = b'{"at": "2026-11-21T03:00:00.000Z", "problems": [], "remarks": [], "waits_until": "soon"}'

    with pytest.raises(RegistryIncomplete, match=r"health_1\.json.*waits_until"):
        HealthSeen.read(body, key="runs/a-run/health_1.json")


def test_health_of_an_earlier_release_is_read() -> None:
    body = b'{\n "at": "2026-11-21T03:00:00.000Z",\n "problems": [],\n "remarks": [\n  "0 invocations"\n ]\n}'

    seen = HealthSeen.read(body, key="runs/a-run/health_1.json")

    assert (seen.problems, seen.remarks, seen.at) == ([], ["0 invocations"], "2026-11-21T03:00:00.000Z")
