from __future__ import annotations

import asyncio
from typing import Any

import pytest

from workflows.local.emulator.enforcement import TLS, alias_action, conditions, over_tls, qualified

FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:serve"


def seen(scope: dict[str, Any]) -> dict[str, Any]:
    """The scope as the application behind gets it."""
    found: dict[str, Any] = {}

    async def app(scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        found.update(scope)

    async def serve() -> None:
        await over_tls(app)(scope, None, None)

    asyncio.run(serve())
    return found


def test_a_request_that_does_not_say_how_it_came_is_one_over_tls() -> None:
    scope = {"type": "http", "headers": [(b"host", b"127.0.0.1")]}

    assert seen(scope)["headers"] == [(b"host", b"127.0.0.1"), TLS]
    assert scope["headers"] == [(b"host", b"127.0.0.1")]


def test_a_request_that_says_how_it_came_is_left_alone() -> None:
    scope = {"type": "http", "headers": [(b"x-forwarded-proto", b"http")]}

    assert seen(scope) == scope


def test_other_events_of_the_server_are_left_alone() -> None:
    assert seen({"type": "lifespan"}) == {"type": "lifespan"}


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/2015-03-31/functions/serve/aliases/live", "GetAlias"),
        ("PUT", "/2015-03-31/functions/serve/aliases/live", "UpdateAlias"),
        ("DELETE", "/2015-03-31/functions/serve/aliases/live", "DeleteAlias"),
        ("POST", "/2015-03-31/functions/serve/aliases", None),
        ("GET", "/2015-03-31/functions/aliases", None),
        ("GET", "/", None),
    ],
)
def test_calls_about_one_alias_are_told_apart(method: str, path: str, action: str | None) -> None:
    assert alias_action(method, path) == action


@pytest.mark.parametrize(
    ("arn", "query", "whole"),
    [
        (FUNCTION, {}, FUNCTION),
        (FUNCTION, {"Qualifier": "7"}, f"{FUNCTION}:7"),
        (FUNCTION, {"Qualifier": ["%24LATEST"]}, f"{FUNCTION}:$LATEST"),
        (f"{FUNCTION}:live", {"Qualifier": "live"}, f"{FUNCTION}:live"),
        ("*", {"Qualifier": "7"}, "*"),
    ],
)
def test_qualifier_is_a_part_of_the_arn(arn: str, query: dict[str, Any], whole: str) -> None:
    assert qualified(arn, query) == whole


def test_only_writes_carry_their_condition() -> None:
    headers = {"if-match": '"an-etag"', "content-type": "text/plain"}

    assert conditions("s3:DeleteObject", headers) == {"s3:if-match": '"an-etag"'}
    assert conditions("s3:GetObject", headers) == {}
