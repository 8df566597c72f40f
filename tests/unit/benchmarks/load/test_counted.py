"""What came back is counted in a size that does not grow with the requests, and told rightly."""

from __future__ import annotations

import json
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load.counted import ERRORS_TOLD, Counted, percentile, read, rounded, told

LATENCIES = st.lists(st.floats(0.01, 60_000), min_size=1, max_size=200)


@given(ms=LATENCIES, share=st.floats(0.01, 1))
def test_a_percentile_is_that_of_the_latencies_to_half_a_hundredth(ms: list[float], share: float) -> None:
    exact = sorted(ms)[math.ceil(share * len(ms)) - 1]

    found = percentile(Counter(rounded(each) for each in ms), share)

    assert found == pytest.approx(exact, rel=0.0051)


@given(ms=LATENCIES)
def test_counts_come_back_from_json_as_they_were(ms: list[float]) -> None:
    counted = Counted()
    for place, each in enumerate(ms):
        counted.answered(place / 10, each, version="7" if place % 2 else None, error="gone" if place % 3 else None)

    assert read(json.loads(json.dumps(counted.document()))) == counted


@given(ms=LATENCIES)
def test_each_answer_counts_once_in_its_second(ms: list[float]) -> None:
    counted = Counted()
    for place, each in enumerate(ms):
        counted.answered(place / 10, each)

    assert sum(second.hits for second in counted.seconds.values()) == len(ms)
    assert sum(counted.latencies.values()) == len(ms)
    assert sum(second.total_ms for second in counted.seconds.values()) == pytest.approx(sum(ms))
    assert max(second.most_ms for second in counted.seconds.values()) == max(ms)


def test_no_answer_has_no_percentile() -> None:
    assert math.isnan(percentile({}, 0.5))


def test_a_failure_is_a_hit_too_and_the_first_kinds_are_told() -> None:
    counted = Counted()
    for kind in range(ERRORS_TOLD + 3):
        counted.answered(0, 1.0, error=f"kind {kind}")

    assert (counted.second(0).hits, counted.second(0).errors) == (ERRORS_TOLD + 3,) * 2
    assert counted.errors == {f"kind {kind}": 1 for kind in range(ERRORS_TOLD)}


def test_a_cold_start_counts_with_what_it_took_and_the_time_of_the_server_with_the_answers_that_tell_it() -> None:
    counted = Counted()
    for timing in (
        "serving;desc=cold;dur=79, api;desc=cold;dur=275",
        "serving;desc=warm, api;desc=warm",
        "total;dur=2.5",
    ):
        counted.answered(3.2, 1.0, timing=timing)

    second = counted.second(3)
    assert (second.hits, second.cold, second.start_ms) == (3, 1, 354.0)
    assert (second.server_hits, second.server_ms) == (1, 2.5)


@pytest.mark.parametrize("timing", ["", "cache", "cache;dur=", ";;,", "total;desc=all"])
def test_a_header_that_tells_neither_start_nor_total_tells_nothing(timing: str) -> None:
    assert told(timing) == (None, None)
