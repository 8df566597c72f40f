"""The replay's objections to a candidate."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.errors import RegistryIncomplete
from chalicelib.promotion import replaying
from chalicelib.promotion.replaying import Replayed, ReplayReport
from tests.given.serving_code import ROWS


def a_measure(*calls_ms: float) -> Replayed:
    return Replayed(model_version=2, function_version="2", calls_ms=list(calls_ms))


@pytest.mark.parametrize(
    ("candidate", "live", "slow"),
    [
        ((70.0,), (10.0,), False),
        ((70.1,), (10.0,), True),
        ((10.0, 10.0, 9_999.0), (10.0,), False),
        ((9_999.0,), (10.0, 9_999.0, 9_999.0), False),
        ((), (10.0,), False),
        ((9_999.0,), (), False),
    ],
    ids=["at the bound", "above it", "one slow call", "slow machine", "not measured", "live not measured"],
)
def test_latency_is_bounded_by_the_live_versions(
    candidate: tuple[float, ...], live: tuple[float, ...], slow: bool
) -> None:
    problem = replaying.latency_problem(a_measure(*candidate), live=a_measure(*live))

    assert (problem is not None) == slow


def test_latency_just_above_the_bound_is_told_apart_from_it() -> None:
    assert replaying.latency_problem(a_measure(70.04), live=a_measure(10.0)) == (
        "it took 70.04 ms for 25 rows, the live version 10 ms: at most 70.00 ms"
    )


def test_latency_problem_tells_both_and_the_bound() -> None:
    assert replaying.latency_problem(a_measure(3000.0), live=a_measure(10.0)) == (
        "it took 3000 ms for 25 rows, the live version 10 ms: at most 70 ms"
    )


def test_replay_of_an_earlier_release_is_read() -> None:
    body = b"""{
 "problems": [],
 "versions": [
  {
   "first_ms": 40.0,
   "function_version": "12",
   "median_ms": null,
   "model_version": 7,
   "problems": [],
   "rows": 0
  }
 ]
}"""

    (asked,) = ReplayReport.read(body, key="runs/a-run/replayed.json").versions

    assert (asked.model_version, asked.function_version, asked.median_ms) == (7, "12", None)


def test_replay_that_asked_no_version_is_damaged() -> None:
    with pytest.raises(RegistryIncomplete, match="in it versions is empty"):
        ReplayReport.read(b'{"problems": [], "versions": []}', key="runs/a-run/replayed.json")


def test_few_problems_are_kept_of_many() -> None:
    found = replace(a_measure(1.0), problems=[f"row {number}" for number in range(200)])

    assert len(found.asked().problems) == replaying.PROBLEMS_SHOWN


def test_candidate_that_was_asked_for_no_row_is_doubted_whoever_is_live() -> None:
    unasked = ["the registry has no rows of the holdout to ask it for"]
    asked = replace(a_measure(), rows=ROWS)

    assert replaying.doubts(a_measure(), live=None) == unasked
    assert replaying.doubts(a_measure(), live=asked) == unasked
    assert replaying.doubts(asked, live=a_measure()) == []


def test_doubts_are_the_problems_and_the_latency() -> None:
    slow = replace(a_measure(3000.0), rows=ROWS, problems=["row 0"])

    first, second = replaying.doubts(slow, live=a_measure(10.0))

    assert first == "row 0"
    assert second.startswith("it took 3000 ms")
