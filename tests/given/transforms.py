"""A stage whose live version has an endpoint, and transform jobs that the contract's server itself answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib import layout
from chalicelib.batches.batch_documents import TransformRequest
from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import Handler
from tests.fakes.stage import FakeStage
from tests.given import batches
from tests.given.inference import asked
from tests.given.nights import MODEL
from tests.given.records import rewrite
from workflows.cli.transforms import Transform
from workflows.definitions.rendering import TRANSFORM as TRANSFORM_MACHINE
from workflows.definitions.rendering import golden
from workflows.inference.application import Application

ASKED = json.loads(golden(TRANSFORM_MACHINE))["States"]["Transform"]["Parameters"]
"""What the machine asks of SageMaker."""
HEADERS = {
    "Content-Type": ASKED["TransformInput"]["ContentType"],
    "Accept": ASKED["TransformOutput"]["Accept"],
}
ENDPOINT = f"nightswap-test-{MODEL}-v1"
APPLICATION = Application(batches.SERVICE)
TRANSFORM = Transform("ml.m5.large", 1, 60, chunk_records=batches.CHUNK)
"""As the command asks without options, but for the size of the chunks."""


BAD = ("21,x,1,SF,back.", "22,1,2", "23,1e999,1,SF,", "24,-1e999,1,S0,normal.")
"""Lines of which the version refuses all but the second, which cannot be read."""


def some_bad() -> bytes:
    """CSV of five chunks, with bad records in the first three; the third holds nothing else, so no job gets it."""
    good = batches.many(70, bad_every=25).decode().splitlines()[1:]
    return batches.csv(*good[:20], *BAD, *good[20:36], *["a,b"] * batches.CHUNK, *good[36:])


def some_bad_file(folder: Path) -> Path:
    file = folder / "rows.csv"
    file.write_bytes(some_bad())
    return file


def score(body: bytes) -> bytes:
    """What the server answers for the lines of a chunk."""
    answer = asked(APPLICATION, headers=HEADERS, parts=[body])
    assert answer is not None and answer.status == 200, answer
    return answer.body


def outside(handler: Handler = batches.serve, *, schema: Mapping[str, Any] = batches.SCHEMA) -> FakeOutside:
    """Version 1 is live, and answers from an endpoint."""
    found = batches.stage(handler, schema=schema)
    has_endpoint(found)
    found.transforms.score = score
    return found


def has_endpoint(found: FakeOutside, *, model_version: int = 1) -> None:
    served = {"name": ENDPOINT, "keep_hours": 24, "words": "1 ml.m5.large, $0.12 an hour"}
    rewrite(found, layout.version(MODEL, model_version, registry.MANIFEST), endpoint=served)


def transformed(stage: FakeStage, file: Path, *, transform: Transform = TRANSFORM) -> dict[str, Any]:
    """What the command tells of the file, in small chunks; the results lie beside it."""
    return transform.scored(stage, file, model=MODEL, beside=file)[0]  # type: ignore[arg-type]


def lines(file: Path, what: str) -> list[dict[str, Any]]:
    """The predictions or errors beside the file; none where there is no such file."""
    beside = file.with_name(f"{file.name}.{what}.jsonl")
    return [json.loads(line) for line in beside.read_text().splitlines()] if beside.exists() else []


def written(found: FakeOutside) -> list[str]:
    """The keys of the outputs that there are."""
    return [each.key for each in found.store.list(layout.TRANSFORMS) if each.key.endswith(".out")]


def request(found: FakeOutside) -> tuple[str, TransformRequest]:
    """The only batch transform that was asked for, and its name."""
    [key] = [each.key for each in found.store.list(layout.TRANSFORMS) if each.key.endswith("/request.json")]
    asked_for = TransformRequest.find(found.store, key)
    assert asked_for is not None
    return key.split("/")[2], asked_for
