"""Calls as Lambda's own lines tell them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import CommandFailed
from workflows.cost.reports import read

WARM = (
    "REPORT RequestId: 8286a188-ba32-4475-8077-530cd35c09a9\tDuration: 10.00 ms\tBilled Duration: 10 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 80 MB\t"
)
COLD = WARM.replace("Duration: 10.00", "Duration: 30.00").replace("80 MB", "96 MB") + "Init Duration: 200.00 ms\t\n"
AS_JSON = json.dumps(
    {
        "time": "2026-11-01T00:00:00.000Z",
        "type": "platform.report",
        "record": {
            "requestId": "8286a188",
            "metrics": {
                "durationMs": 30.0,
                "billedDurationMs": 30,
                "memorySizeMB": 512,
                "maxMemoryUsedMB": 96,
                "initDurationMs": 200.0,
            },
        },
    }
)


@pytest.mark.parametrize(
    "cold", [COLD, AS_JSON, f"2026-11-01T00:00:00Z {AS_JSON}\n"], ids=["text", "json", "dated json"]
)
def test_reports_of_both_forms_are_read_among_other_lines(cold: str) -> None:
    found = read(["START RequestId: 8286a188\n", WARM, "{}", cold, WARM, WARM])

    assert (found.count, found.cold_share, found.memory_mb, found.peak_mb) == (4, 0.25, 512, 96)
    assert found.seconds == pytest.approx(0.015)
    assert found.cold_seconds == pytest.approx(0.200)
    assert found.profile.busy_seconds == pytest.approx(0.015 * 512 / 1769)


def test_calls_that_were_all_warm_tell_no_start() -> None:
    assert (read([WARM]).cold_share, read([WARM]).cold_seconds) == (0.0, 0.0)


@pytest.mark.parametrize("lines", [[], ["no report"], ['{"type": "platform.report"}'], ["platform.report {"]])
def test_log_without_a_report_is_refused_with_the_way_to_one(lines: list[str]) -> None:
    with pytest.raises(CommandFailed, match=r"no line is a report of Lambda.*--filter-pattern REPORT"):
        read(lines)


def test_reports_of_two_functions_are_not_mixed() -> None:
    with pytest.raises(CommandFailed, match=r"different memory \(128, 512 MB\): give those of one"):
        read([WARM, WARM.replace("512", "128")])


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_other_text_is_passed_by(lines: list[str]) -> None:
    assert read([*lines, WARM]).count == 1
