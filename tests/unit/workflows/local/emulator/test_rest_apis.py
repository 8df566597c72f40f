from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from workflows.local.emulator.rest_apis import Answer, extended


class Emulator:
    """Answers every plain operation, or refuses those whose path holds `refused`."""

    def __init__(self, refused: str = "nothing") -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self._refused = refused

    async def handle(
        self, method: str, path: str, _headers: dict[str, str], body: bytes, _query: dict[str, Any]
    ) -> Answer:
        self.calls.append((method, path, json.loads(body) if body else None))
        if self._refused in path:
            return 404, {}, b'{"message": "no such API"}'
        if path.endswith(("/resources", "/authorizers")) and method == "GET":
            return (
                200,
                {},
                json.dumps({"item": [{"id": "root", "path": "/"}] if "resources" in path else []}).encode(),
            )
        return 200, {}, b'{"id": "made"}'


def _ask(emulator: Emulator, method: str, path: str, body: Any, query: dict[str, Any] | None = None) -> Answer:
    handle = extended(emulator.handle, error=lambda code, message, status: (status, {"code": code}, message.encode()))
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asyncio.run(handle(method, path, {}, content, query or {}))  # type: ignore[arg-type]


DOCUMENT = {"info": {"title": "nightswap"}, "paths": {"/a/b": {"get": {}}, "/a": {"get": {}}}}


def test_import_makes_each_resource_once_below_its_parent() -> None:
    emulator = Emulator()

    status, _, _ = _ask(emulator, "POST", "/restapis", DOCUMENT, {"mode": ["import"]})

    assert status == 201
    assert [call[2] for call in emulator.calls if call[0] == "POST" and "resources" in call[1]] == [
        {"pathPart": "a"},
        {"pathPart": "b"},
    ]


def test_put_of_an_unknown_api_is_answered_as_the_emulator_answers() -> None:
    assert _ask(Emulator(refused="gone"), "PUT", "/restapis/gone", DOCUMENT)[0] == 404


@pytest.mark.parametrize("document", [b"{", {"paths": {}}, {"info": {"title": "x"}, "paths": {"/a": {"get": 7}}}])
def test_document_that_makes_no_sense_is_a_bad_request(document: Any) -> None:
    status, headers, _ = _ask(Emulator(), "POST", "/restapis", document, {"mode": "import"})

    assert (status, headers["code"]) == (400, "BadRequestException")


def test_operation_that_the_emulator_refuses_is_a_bad_request_that_names_it() -> None:
    status, _, message = _ask(Emulator(refused="/methods"), "POST", "/restapis", DOCUMENT, {"mode": "import"})

    assert status == 400
    assert b"no such API" in message


def test_values_of_an_update_get_their_types() -> None:
    emulator = Emulator()
    operations = [
        {"op": "replace", "path": "/minimumCompressionSize", "value": ""},
        {"op": "replace", "path": "/minimumCompressionSize", "value": "1024"},
        {"op": "replace", "path": "/endpointConfiguration/types/EDGE", "value": "REGIONAL"},
        {"op": "replace", "path": "/name", "value": "nightswap"},
    ]

    _ask(emulator, "PATCH", "/restapis/api", {"patchOperations": operations})

    assert [each["value"] for each in emulator.calls[0][2]["patchOperations"]] == [
        None,
        1024,
        ["REGIONAL"],
        "nightswap",
    ]


def test_other_operations_pass_through_untouched() -> None:
    emulator = Emulator()

    _ask(emulator, "POST", "/restapis", {"name": "plain"})

    assert emulator.calls == [("POST", "/restapis", {"name": "plain"})]
