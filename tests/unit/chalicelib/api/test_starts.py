from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.api import starts
from chalicelib.api.prediction import Scored
from lambdas.serve import handler

AGES = pytest.mark.parametrize("since_start_ms", [starts.since_start_ms, handler.since_start_ms])
"""The API's and that of a package, which holds nothing of the API."""


@AGES
def test_time_since_the_start_is_that_of_this_process(since_start_ms: Callable[..., int]) -> None:
    module = since_start_ms.__module__
    ask = f"import time; begun = time.time(); from {module} import since_start_ms; print(begun, since_start_ms())"
    before = time.time()
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    after = time.time()

    assert 1 <= int(told[1]) <= 1000 * (after - before) + 11


@AGES
def test_name_of_a_process_may_hold_whatever_its_stat_is_cut_at(
    since_start_ms: Callable[..., int], tmp_path: Path
) -> None:
    stat = tmp_path / "stat"
    began = round(100 * (time.clock_gettime(time.CLOCK_BOOTTIME) - 5))
    stat.write_text(f"1 (a) S 2 (b)) S {' '.join(map(str, range(4, 22)))} {began} 0 0\n")

    assert since_start_ms(str(stat)) >= 4_990


@AGES
def test_where_the_system_does_not_tell_the_time_of_the_processor_stands_in(
    since_start_ms: Callable[..., int], tmp_path: Path
) -> None:
    used = 1000 * time.process_time()

    assert since_start_ms(str(tmp_path / "missing")) >= round(used) >= 1


def test_first_answer_tells_a_cold_start_and_no_other_does() -> None:
    start = starts.Start("api", 275)

    assert [start.told({})[starts.HEADER] for _ in range(3)] == ["api;desc=cold;dur=275", *["api;desc=warm"] * 2]


@pytest.mark.parametrize(
    ("init_ms", "said"), [(79, "serving;desc=cold;dur=79"), (0, "serving;desc=warm"), (None, "")]
)
def test_version_of_an_earlier_release_tells_nothing(init_ms: int | None, said: str) -> None:
    assert Scored(200, {}, init_ms).timing == said


def test_start_of_the_api_stands_alone_where_the_version_tells_nothing() -> None:
    assert starts.Start("api", 0).told({starts.HEADER: ""}) == {starts.HEADER: "api;desc=warm"}
