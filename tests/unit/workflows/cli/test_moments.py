from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.errors import BadRequest
from workflows.cli.moments import moment


@pytest.mark.parametrize(
    "text",
    ["2026-11-20T03:00:00Z", "2026-11-20 03:00", " 2026-11-20T03:00 ", "2026-11-20T04:00+01:00", "20261120T030000Z"],
)
def test_time_is_read_as_people_write_it(text: str) -> None:
    assert moment(text) == datetime(2026, 11, 20, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-13-01", "25:00", "0001-01-01T00:00+14:00", "2026-11-20 3 am"]
)
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(BadRequest, match="is no time: write it as"):
        moment(text)
