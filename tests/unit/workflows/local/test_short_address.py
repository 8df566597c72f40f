from __future__ import annotations

import asyncio
import json
from typing import Any

from workflows.local.short_address import newest, shortened

HTTP: dict[str, Any] = {
    "type": "http",
    "path": "/runs/a b",
    "raw_path": b"/runs/a%20b",
    "server": ("127.0.0.1", 8000),
}


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b""}


def _serve(scope: dict[str, Any], *, api_id: str | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The scopes that reached the app, and what was sent without it."""
    reached: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []

    async def app(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        reached.append(scope)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(shortened(app, port=8000, stage="local", find=lambda: api_id)(scope, _receive, send))  # type: ignore[arg-type]
    return reached, sent


def test_path_is_put_behind_the_stages() -> None:
    reached, _ = _serve(HTTP, api_id="abc")

    assert reached[0]["path"] == "/_aws/execute-api/abc/local/runs/a b"
    assert reached[0]["raw_path"] == b"/_aws/execute-api/abc/local/runs/a%20b"


def test_other_port_and_other_protocols_pass_through() -> None:
    others: list[dict[str, Any]] = [HTTP | {"server": ("127.0.0.1", 4566)}, {"type": "lifespan"}]

    assert [_serve(each, api_id=None)[0] for each in others] == [[each] for each in others]


def test_newest_api_is_the_one_that_was_created_last() -> None:
    apis = [{"id": "b", "createdDate": 20}, {"id": "a", "createdDate": 30}, {"id": "c", "createdDate": 10}]

    assert newest(apis) == "a"
    assert newest([]) is None


def test_without_an_api_it_says_so() -> None:
    reached, sent = _serve(HTTP, api_id=None)

    assert (reached, sent[0]["status"]) == ([], 503)
    assert json.loads(sent[1]["body"])["error"] == "NotDeployed"
