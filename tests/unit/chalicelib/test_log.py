from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from chalicelib.log import log, measure


def test_line_is_one_json_object_of_event_and_facts(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nightswap")

    log("model_trained", run="run-1", rows=7, at=datetime(2026, 11, 21, tzinfo=UTC))

    (record,) = caplog.records
    assert json.loads(record.getMessage()) == {
        "event": "model_trained",
        "run": "run-1",
        "rows": 7,
        "at": "2026-11-21 00:00:00+00:00",
    }
    assert "\n" not in record.getMessage()


def test_measured_line_is_in_the_format_that_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    at = datetime(2026, 11, 21, 3, tzinfo=UTC)

    measure("outcome_recorded", at=at, dimensions={"model": "loans"}, metrics={"Succeeded": 1}, run="run-1")

    written = capsys.readouterr()
    assert written.out == ""
    assert json.loads(written.err) == {
        "_aws": {
            "Timestamp": 1795230000000,
            "CloudWatchMetrics": [
                {
                    "Namespace": "nightswap",
                    "Dimensions": [["model"]],
                    "Metrics": [{"Name": "Succeeded", "Unit": "Count"}],
                }
            ],
        },
        "event": "outcome_recorded",
        "run": "run-1",
        "model": "loans",
        "Succeeded": 1,
    }
    assert written.err.count("\n") == 1
