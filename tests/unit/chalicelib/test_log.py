from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from chalicelib.log import log


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
