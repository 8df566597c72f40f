"""A stage whose live version is scored by the serving code itself; and files of instances, good ones and bad ones."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from chalicelib import layout
from chalicelib.batches import batch_reports, batch_requests
from chalicelib.batches.batch_documents import BatchRequest
from chalicelib.contracts.batches import BatchPredicted, PredictBatchTask
from chalicelib.edges import Edges
from lambdas import predict_batch, recipes
from lambdas.model.formats.fitted import Exported
from lambdas.model.recipe import Recipe
from lambdas.serve.handler import READERS, Service
from lambdas.serve.scorecard import Scorecard
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import Handler
from tests.fakes.pipeline import InMemoryPipeline
from tests.given import nights
from tests.given.nights import MODEL

SCHEMA: dict[str, Any] = {
    "columns": [
        {"kind": "number", "name": "duration", "minimum": 0, "maximum": None},
        {"kind": "number", "name": "src_bytes", "minimum": 0, "maximum": None, "missing": 7.0, "absent": ["NA"]},
        {"kind": "category", "name": "flag", "allowed": None, "levels": ["S0", "SF"], "unknown": "ignored"},
    ]
}
SERVICE = Service(
    scorer=Scorecard.from_document(
        {
            "format": "scorecard",
            "format_version": 1,
            "classes": ["normal", "attack"],
            "positive": "attack",
            "schema": SCHEMA,
            "link": "sigmoid",
            "scores": [
                {
                    "intercept": -3.0,
                    "numbers": [
                        {"column": "duration", "centre": 0.0, "weight": 1.0},
                        {"column": "src_bytes", "centre": 0.0, "weight": 0.1},
                    ],
                    "categories": [{"column": "flag", "weights": {"S0": 1.0, "SF": -1.0}, "unknown": 0.0}],
                }
            ],
        }
    ),
    model=MODEL,
    model_version=1,
    artifact_sha256="0" * 64,
    format="scorecard",
)
"""`kdd99-http` with three columns: one takes a missing value."""
CHUNK = 20
"""Records of a chunk, far fewer than really."""
HEADER = "id,duration,src_bytes,flag,label"


def serve(_: bytes, payload: bytes) -> bytes:
    """A `Handler`: what the serving function answers."""
    return json.dumps(SERVICE.answer(json.loads(payload))).encode()


def stage(handler: Handler = serve, *, schema: Mapping[str, Any] = SCHEMA) -> FakeOutside:
    """Version 1 is live."""
    outside = FakeOutside(MODEL, handler=handler)
    nights.promote(outside.edges, run="run-1", schema=schema)
    return outside


def stage_of(exported: Exported, *, kind: str) -> FakeOutside:
    """Version 1 is this artifact of that format, and the code that serves it scores."""
    scorer = READERS[kind](exported.content)
    service = Service(scorer=scorer, model=MODEL, model_version=1, artifact_sha256="", format=kind)
    return stage(lambda _, payload: json.dumps(service.answer(json.loads(payload))).encode(), schema=exported.schema)


def csv(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def array(rows: Any) -> bytes:
    """A file of numpy."""
    file = io.BytesIO()
    np.save(file, rows, allow_pickle=False)
    return file.getvalue()


def many(count: int, *, bad_every: int = 0) -> bytes:
    """CSV of so many records; every so-manieth has a text where a number belongs."""
    cells = ((at, "x" if bad_every and at % bad_every == 0 else at % 5) for at in range(1, count + 1))
    labels = ("normal.", "back.")
    return csv(*(f"{at},{cell},{at % 3},SF,{labels[at % 2]}" for at, cell in cells))


def put(edges: Edges, content: bytes, name: str = "rows.csv") -> str:
    """The key of the file in the bucket; one whose name ends so is packed."""
    key = layout.BATCH_FILES + name
    edges.store.put(key, gzip.compress(content, mtime=0) if name.endswith(".gz") else content)
    return key


def ask(edges: Edges, key: str, *, pipeline: InMemoryPipeline | None = None, **changes: str) -> str:
    wish = {"model": MODEL, "bucket": edges.store.bucket, "who": "ada", "attempt": "one", **changes}
    return batch_requests.ask(edges, pipeline or InMemoryPipeline(edges), key=key, **wish)


def predicted(
    edges: Edges, name: str, *, chunk_records: int = CHUNK, recipe_of: Callable[[str], Recipe] = recipes.load
) -> BatchPredicted:
    return predict_batch.run(PredictBatchTask(batch=name), edges, chunk_records=chunk_records, recipe_of=recipe_of)


def result(
    edges: Edges, content: bytes, name: str = "rows.csv", *, recipe_of: Callable[[str], Recipe] = recipes.load
) -> dict[str, Any]:
    """The status of a file's batch once it has ended."""
    batch = ask(edges, put(edges, content, name))
    predicted(edges, batch, recipe_of=recipe_of)
    return batch_reports.describe(edges, batch)


def lines(edges: Edges, prefix: str) -> list[dict[str, Any]]:
    """All lines of the files below the prefix, in their order."""
    bodies = [edges.store.find(each.key) for each in edges.store.list(prefix)]
    return [json.loads(line) for body in bodies if body for line in body.body.splitlines()]


def predictions(edges: Edges, batch: str) -> list[dict[str, Any]]:
    return lines(edges, layout.batch_chunk(batch, of="predictions"))


def errors(edges: Edges, batch: str) -> list[dict[str, Any]]:
    return lines(edges, layout.batch_chunk(batch, of="errors"))


def written(edges: Edges, batch: str, *, but: Iterable[str] = ("request.json", "ended.json")) -> Mapping[str, bytes]:
    """All that the batch wrote, by key, but for what tells a time."""
    found = {each.key: edges.store.find(each.key) for each in edges.store.list(layout.batch(batch))}
    return {key: stored.body for key, stored in found.items() if stored and not key.endswith(tuple(but))}


def requested(edges: Edges, batch: str) -> BatchRequest | None:
    return BatchRequest.find(edges.store, layout.batch(batch, "request"))
