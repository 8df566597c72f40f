"""Adds ImportRestApi and PutRestApi, which `chalice deploy` needs and the emulator lacks; and the role for access
logs.

They become the plain operations that it does have (CreateResource, PutMethod, ...), sent through its own handler
within the caller's account and region. Nothing in between waits, so no request ever meets a half-replaced API. As on
AWS, no stage takes an access log while the account has no role for it; this one begins with a role.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from workflows.local.emulator import swagger
from workflows.local.emulator.swagger import Json

Answer = tuple[int, dict[str, str], bytes]
Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Answer]]

ONE_API = re.compile(r"/restapis/[^/]+/?")
ONE_STAGE = re.compile(r"/restapis/[^/]+/stages/[^/]+/?")
LOGGING_ROLE = "arn:aws:iam::000000000000:role/api-gateway-logs"


NO_ROLE = "CloudWatch Logs role ARN must be set in account settings to enable logging"


class Refused(Exception):
    """The emulator refused one of the plain operations."""


def install() -> None:
    from ministack.services import apigateway_v1

    apigateway_v1._ACCOUNT_DEFAULTS["cloudwatchRoleArn"] = LOGGING_ROLE
    apigateway_v1.handle_request = extended(apigateway_v1.handle_request, error=apigateway_v1._v1_error)


def extended(handler: Handler, *, error: Callable[[str, str, int], Answer]) -> Handler:
    """`handler` with the two operations added, and with UpdateRestApi's typed values taken as AWS takes them."""

    async def handle(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Answer:
        try:
            if method == "POST" and path.rstrip("/") == "/restapis" and _first(query, "mode") == "import":
                return await _import(handler, json.loads(body), endpoints=_first(query, "endpointConfigurationTypes"))
            if method == "PUT" and ONE_API.fullmatch(path):
                return await _put(handler, path.rstrip("/"), json.loads(body))
            if method == "PATCH" and ONE_API.fullmatch(path):
                body = json.dumps(_typed(json.loads(body))).encode()
            if method == "PATCH" and ONE_STAGE.fullmatch(path) and await _lacks_its_role(handler, json.loads(body)):
                return error("BadRequestException", NO_ROLE, 400)
        except (ValueError, KeyError, AttributeError, Refused) as problem:
            return error("BadRequestException", f"the Swagger document cannot be carried out: {problem!r}", 400)
        return await handler(method, path, headers, body, query)

    return handle


async def _import(handler: Handler, document: Json, *, endpoints: str | None) -> Answer:
    wanted = swagger.settings(document)
    if endpoints:
        wanted["endpointConfiguration"] = {"types": endpoints.split(",")}
    api = f"/restapis/{(await _call(handler, 'POST', '/restapis', wanted))['id']}"
    await _fill(handler, api, document)
    _, headers, body = await handler("GET", api, {}, b"", {})
    return 201, headers, body


async def _put(handler: Handler, api: str, document: Json) -> Answer:
    found = await handler("GET", api, {}, b"", {})
    if found[0] != 200:
        return found
    operations = [
        {"op": "replace", "path": f"/{name}", "value": value} for name, value in swagger.settings(document).items()
    ]
    await _call(handler, "PATCH", api, {"patchOperations": operations})
    await _empty(handler, api)
    await _fill(handler, api, document)
    return await handler("GET", api, {}, b"", {})


async def _empty(handler: Handler, api: str) -> None:
    resources = await _resources(handler, api)
    for each in sorted(resources, key=lambda resource: len(resource["path"]), reverse=True):  # children first
        if each["path"] != "/":
            await _call(handler, "DELETE", f"{api}/resources/{each['id']}")
            continue
        for verb in list(each.get("resourceMethods") or {}):
            await _call(handler, "DELETE", f"{api}/resources/{each['id']}/methods/{verb}")
    for each in (await _call(handler, "GET", f"{api}/authorizers"))["item"]:
        await _call(handler, "DELETE", f"{api}/authorizers/{each['id']}")


async def _fill(handler: Handler, api: str, document: Json) -> None:
    authorizer_ids = {
        name: (await _call(handler, "POST", f"{api}/authorizers", body))["id"]
        for name, body in swagger.authorizers(document).items()
    }
    resource_ids = {each["path"]: each["id"] for each in await _resources(handler, api)}
    for route in swagger.routes(document, authorizer_ids):
        resource_id = await _resource(handler, api, route.path, resource_ids)
        await _add(handler, f"{api}/resources/{resource_id}/methods/{route.verb}", route)


async def _add(handler: Handler, method: str, route: swagger.Route) -> None:
    await _call(handler, "PUT", method, route.method)
    for status, body in route.responses.items():
        await _call(handler, "PUT", f"{method}/responses/{status}", body)
    if route.integration is not None:
        await _call(handler, "PUT", f"{method}/integration", route.integration)
    for status, body in route.integration_responses.items():
        await _call(handler, "PUT", f"{method}/integration/responses/{status}", body)


async def _resource(handler: Handler, api: str, path: str, known: dict[str, str]) -> str:
    """The id of the path's resource, made with its parents where they are missing."""
    path = "/" + path.strip("/")
    if path not in known:
        parent, _, part = path.rpartition("/")
        parent_id = await _resource(handler, api, parent, known)
        known[path] = (await _call(handler, "POST", f"{api}/resources/{parent_id}", {"pathPart": part}))["id"]
    return known[path]


async def _resources(handler: Handler, api: str) -> list[Json]:
    found: list[Json] = (await _call(handler, "GET", f"{api}/resources", query={"limit": ["500"]}))["item"]
    return found


async def _call(
    handler: Handler, method: str, path: str, body: Json | None = None, *, query: dict[str, Any] | None = None
) -> Json:
    content = b"" if body is None else json.dumps(body).encode()
    status, _, answer = await handler(method, path, {}, content, query or {})
    if status >= 400:
        raise Refused(f"{method} {path}: {status} {answer.decode()}")
    return json.loads(answer) if answer else {}


async def _lacks_its_role(handler: Handler, update: Json) -> bool:
    """Whether the update of a stage sets an access log, and the account has no role to write one."""
    wanted = [each for each in update.get("patchOperations", []) if each["op"] != "remove"]
    if not any(each["path"].startswith("/accessLogSettings/") for each in wanted):
        return False
    return not (await _call(handler, "GET", "/account")).get("cloudwatchRoleArn")


def _typed(update: Json) -> Json:
    """UpdateRestApi carries values as strings; the emulator would store them so, which botocore cannot read back."""
    operations = []
    for each in update.get("patchOperations", []):
        path = each.get("path", "")
        if path == "/minimumCompressionSize":
            each = {**each, "value": int(each["value"]) if each.get("value") else None}
        elif path.startswith("/endpointConfiguration/types/"):
            each = {"op": "replace", "path": "/endpointConfiguration/types", "value": [each["value"]]}
        operations.append(each)
    return {**update, "patchOperations": operations}


def _first(query: dict[str, Any], name: str) -> str | None:
    value = query.get(name)
    return value[0] if isinstance(value, list) else value
