from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.api import failed_requests

SECRET = "4fT7-kX0_Zq9".ljust(43, "x")
RUN = "kdd99-http-nightly-20261121T0300Z"


def line(capsys: pytest.CaptureFixture[str], status: int, path: dict[str, str] | None) -> dict[str, Any]:
    said = {"Code": "RunUnknown", "Message": f"there is no run {SECRET}", "Field": SECRET, "Accepted": SECRET}
    failed_requests.tell(status, said, route="GET /runs/{run}", path=path, request="an-id")
    written = capsys.readouterr()
    assert (written.out, written.err.count("\n")) == ("", 1)
    found: dict[str, Any] = json.loads(written.err)
    return found


@pytest.mark.parametrize(("status", "level"), [(400, "WARNING"), (499, "WARNING"), (500, "ERROR"), (503, "ERROR")])
def test_failure_leaves_one_line_with_its_level_its_error_and_where_it_was(
    capsys: pytest.CaptureFixture[str], status: int, level: str
) -> None:
    assert line(capsys, status, {"run": RUN}) == {
        **{"level": level, "event": "request_failed", "error": "RunUnknown", "status": status},
        **{"route": "GET /runs/{run}", "request": "an-id", "run": RUN},
    }


@pytest.mark.parametrize("path", [None, {}, {"run": SECRET}, {"run": f"{RUN}\n"}, {"model": SECRET}])
def test_nothing_that_came_in_is_in_the_line(capsys: pytest.CaptureFixture[str], path: dict[str, str] | None) -> None:
    found = line(capsys, 404, path)

    assert "run" not in found
    assert SECRET not in json.dumps(found)
