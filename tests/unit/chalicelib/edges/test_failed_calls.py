from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edges import failed_calls
from chalicelib.edges.failed_calls import MORE_MEMORY, MORE_TIME
from tests.given.lambda_reports import FAILED, KILLED, LEFT, NAMELESS, OUT_OF_MEMORY, OUT_OF_TIME

SECRET = "7f3a9c"


@pytest.mark.parametrize(
    ("report", "happened", "more"),
    [
        (NAMELESS, "ran out of time after 10 s", MORE_TIME),
        (OUT_OF_TIME, "ran out of time after 10 s", MORE_TIME),
        ({"errorType": "Sandbox.Timedout"}, "ran out of time", MORE_TIME),
        (KILLED, "ran out of memory", MORE_MEMORY),
        (OUT_OF_MEMORY, "ran out of memory", MORE_MEMORY),
        (LEFT, "died, mostly for want of memory", MORE_MEMORY),
        (FAILED, "failed with KeyError", ""),
        ({"errorType": "KeyError", "errorMessage": "Task timed out after 3.00 seconds"}, "failed with KeyError", ""),
        ({"errorType": f"{SECRET} is no class"}, "failed with an unknown error", ""),
        ({"errorType": 1, "errorMessage": []}, "failed with an unknown error", ""),
        ([SECRET], "failed with an unknown error", ""),
    ],
)
def test_report_of_lambda_is_told_in_words(report: object, happened: str, more: str) -> None:
    failure = failed_calls.read(json.dumps(report).encode())

    assert (failure.happened, failure.more) == (happened, more)
    assert SECRET not in failure.way_out


@given(st.binary())
def test_whatever_the_report_is_it_is_told(report: bytes) -> None:
    assert failed_calls.read(report).happened == "failed with an unknown error"
