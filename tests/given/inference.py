"""A service with a column of every kind, its application, and requests of it without a network."""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from lambdas.serve.handler import Service
from lambdas.serve.scorecard import Scorecard
from tests.unit.lambdas.serve.document import DOCUMENT
from workflows.inference.application import Application

GOOD: dict[str, Any] = {"size": 20, "flag": "SF", "age": 0.25, "zone": "n", "kind": "a"}
CSV_ROW = "20,SF,0.25,n,a\n"
HEADER = "size,flag,age,zone,kind\n"


def service(**changes: Any) -> Service:
    """Where `age` is missing, 3 takes its place; `changes` are those of the column `size`."""
    document = copy.deepcopy(DOCUMENT)
    columns = document["schema"]["columns"]
    columns[0] |= changes
    columns[2] |= {"missing": 3, "absent": ["?"]}
    return Service(
        scorer=Scorecard.from_document(document),
        model="flows",
        model_version=7,
        artifact_sha256="0" * 64,
        format="scorecard",
    )


def with_an_array() -> Service:
    """A number, and an array of three."""
    columns = [
        {"kind": "number", "name": "age", "minimum": None, "maximum": None},
        {"kind": "array", "name": "pixels", "size": 3, "minimum": 0, "maximum": 255},
    ]
    line = {"intercept": 0.0, "numbers": [{"column": "pixels_0", "centre": 0.0, "weight": 1.0}], "categories": []}
    document = {**DOCUMENT, "format_version": 7, "schema": {"columns": columns}, "scores": [line]}
    scorer = Scorecard.from_document(document)
    return Service(scorer=scorer, model="flows", model_version=7, artifact_sha256="0" * 64, format="scorecard")


@dataclass(frozen=True)
class Got:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Event(Enum):
    """What may happen in the place of a part of a body."""

    GONE = "the client goes away"
    SILENT = "the client stays and sends nothing more"
    STOPPED = "the server's time to stop is up"


Parts = Sequence[bytes | Event]


def asked(
    application: Application,
    method: str = "POST",
    path: str = "/invocations",
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    parts: Parts = (b"",),
) -> Got | None:
    """The answer; None where the application says nothing."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    return asyncio.run(_asked(application, method, path, pairs, parts))


async def _asked(
    application: Application, method: str, path: str, headers: Iterable[tuple[str, str]], parts: Parts
) -> Got | None:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    waiting = list(parts)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        part = waiting.pop(0)
        if part is Event.GONE:
            return {"type": "http.disconnect"}
        if isinstance(part, Event):
            task = asyncio.current_task()
            assert task
            if part is Event.STOPPED:
                task.cancel()
            await asyncio.Event().wait()
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    if not sent:
        return None
    start, body = sent
    told = {name.decode(): value.decode() for name, value in start["headers"]}
    return Got(start["status"], told, body["body"])
