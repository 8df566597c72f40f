"""Every reader of a JSON document answers any content in its own words, never with an exception of Python's."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib.api import access
from chalicelib.aws.pipeline_functions import LambdaPipelineFunctions
from chalicelib.errors import DeploymentFailed, ServingFailed
from chalicelib.runs import cleanup
from lambdas.serve.handler import PackageBroken, open_package
from tests.fakes.store import InMemoryStore
from tests.unit.lambdas.serve.document import DOCUMENT
from workflows.deploying import lock, record, release
from workflows.deploying.chalice_app import old_tokens
from workflows.deploying.chalice_app.app import find_api
from workflows.local.state.state_folder import StateFolder
from workflows.stacks.settings import stage_entry

NO_DOCUMENTS = (b"", b"{", b"\xff", b"null", b"1", b'"a text"', b"[]", b"[1]", b"{}")
OTHERS: tuple[Any, ...] = (None, 1, "a text", [], [1], {}, {"a": 1})
Read = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Reader:
    read: Read
    valid: dict[str, Any]
    raises: type[Exception] | tuple[()]
    """Nothing for one that answers whatever it reads."""


class FailingFunction:
    """Lambda, with a function that fails with this report."""

    def __init__(self, report: bytes) -> None:
        self._report = report

    def invoke(self, **_: Any) -> dict[str, Any]:
        return {"FunctionError": "Unhandled", "Payload": io.BytesIO(self._report)}


class Parameter:
    """SSM, with this value."""

    def __init__(self, value: bytes) -> None:
        self._value = value.decode("latin-1")

    def get_parameter(self, *, Name: str) -> dict[str, Any]:
        return {"Parameter": {"Name": Name, "Value": self._value}}


def holding(key: str, body: bytes) -> InMemoryStore:
    store = InMemoryStore()
    store.put(key, body)
    return store


def written(path: Path, body: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def failing(body: bytes, _: Path) -> object:
    client = cast(Any, FailingFunction(body))
    return LambdaPipelineFunctions(client, stage="test").call("move-alias", b"{}")


def opened(body: bytes, folder: Path) -> object:
    """A model of any content whose checksum is right."""
    written(folder / "model.json", body)
    checksum = hashlib.sha256(body).hexdigest()
    named = {"format": "scorecard", "artifact_file": "model.json"}
    manifest = {"model": "m", "model_version": 1, "artifact_sha256": checksum, **named}
    written(folder / "manifest.json", json.dumps(manifest).encode())
    open_package.cache_clear()
    return open_package(folder)


def locked(body: bytes, _: Path) -> object:
    holder = lock.Holder.this_process("deploy")
    with lock.hold(holding(lock.KEY, body), stage="test", holder=holder, clock=lambda: datetime.now(UTC)):
        return None


def moved(body: bytes, _: Path) -> object:
    steps: list[object] = []
    old_tokens.move(cast(Any, Parameter(body)), InMemoryStore(), stage="test", report=steps.append)
    return steps


TOKEN = {"name": "ada", "sha256": "0" * 64, "scopes": ["predict"], "removed_at": None}
API = {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": "a", "rest_api_url": "https://a"}
RECORD = {"resources": [API], "schema_version": "2.0"}
READERS = {
    "a token": Reader(lambda body, _: access.parse(body), TOKEN, ValueError),
    "tokens of an older release": Reader(moved, {"tokens": [TOKEN]}, DeploymentFailed),
    "a function's report": Reader(failing, {"errorType": "E", "errorMessage": "m"}, ServingFailed),
    "a state's cause": Reader(
        lambda body, _: cleanup.in_words({"Cause": body.decode("latin-1")}), {"errorMessage": "m"}, ()
    ),
    "a package's model": Reader(opened, DOCUMENT, PackageBroken),
    "the stages": Reader(
        lambda body, folder: stage_entry("test", root=written(folder / ".chalice/config.json", body).parents[1]),
        {"stages": {"test": {"environment_variables": {}}}},
        DeploymentFailed,
    ),
    "the lock": Reader(
        locked,
        {"who": "a", "host": "b", "pid": 1, "doing": "deploy", "since": "2026-11-21T03:00:00+00:00"},
        DeploymentFailed,
    ),
    "the release": Reader(
        lambda body, _: release.refuse_newer(holding(release.KEY, body), stage="test"),
        {"format": 1},
        DeploymentFailed,
    ),
    "Chalice's record in the bucket": Reader(lambda body, _: record.api_of(body, stage="prod"), RECORD, ()),
    "Chalice's record": Reader(
        lambda body, folder: find_api("test", root=written(folder / ".chalice/deployed/test.json", body).parents[2]),
        RECORD,
        DeploymentFailed,
    ),
    "the local server": Reader(
        lambda body, folder: StateFolder(written(folder / "local.json", body).parent).recorded(),
        {"pid": 7, "endpoint": "http://127.0.0.1:1", "short_url": "http://127.0.0.1:2", "wanted": 8000},
        (),
    ),
}


def damaged(value: Any) -> Iterator[Any]:
    """The document with one place removed, or holding something else."""
    places: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for place in places:
        without = value.copy()
        del without[place]
        yield without
        for other in (*OTHERS, *(damaged(value[place]) if isinstance(value[place], dict | list) else ())):
            changed = value.copy()
            changed[place] = other
            yield changed


def documents(reader: Reader) -> Iterator[bytes]:
    yield from NO_DOCUMENTS
    for each in (reader.valid, *damaged(reader.valid)):
        whole = json.dumps(each).encode()
        yield whole
        yield whole[:-1]


@pytest.mark.parametrize("name", READERS)
def test_document_is_read_or_refused_in_our_words(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    surprises: list[str] = []
    for body in documents(reader):
        try:
            reader.read(body, tmp_path)
        except reader.raises:
            continue
        except Exception as exc:  # noqa: BLE001 - whatever else it is, it is no answer
            surprises.append(f"{body!r}: {exc!r}")

    assert surprises == []
