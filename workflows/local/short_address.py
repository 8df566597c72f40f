"""Serves the deployed stage's API at http://127.0.0.1:8000/predict: a second port, without the API's long path."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Scope]]
Send = Callable[[Scope], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def deployed(name: str, stage: str) -> str | None:
    """The id of the newest REST API of that name that has the stage.

    Looked up at each request: Chalice may make the API anew at any time, under another id.
    """
    from ministack.services import apigateway_v1

    return newest(
        api
        for (account, region, api_id), api in apigateway_v1._rest_apis.all_items()
        if api["name"] == name and stage in apigateway_v1._stages_v1.get_scoped(account, region, api_id, {})
    )


def newest(apis: Iterable[Mapping[str, Any]]) -> str | None:
    """The id of the API that was created last."""
    last = max(apis, key=lambda api: api["createdDate"], default=None)
    return None if last is None else str(last["id"])


def shortened(app: App, *, port: int, stage: str, find: Callable[[], str | None]) -> App:
    """`app` where whatever arrives at `port` goes to the stage of the API whose id `find` answers."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["server"][1] != port:
            await app(scope, receive, send)
            return
        api_id = find()
        if api_id is None:
            await _not_deployed(send)
            return
        prefix = f"/_aws/execute-api/{api_id}/{stage}"
        longer = {"path": prefix + scope["path"], "raw_path": prefix.encode() + scope["raw_path"]}
        await app({**scope, **longer}, receive, send)

    return serve


async def _not_deployed(send: Send) -> None:
    message = "no API is deployed on the local AWS yet: `make run` or `nightswap deploy` does it"
    body = json.dumps({"error": "NotDeployed", "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body})
