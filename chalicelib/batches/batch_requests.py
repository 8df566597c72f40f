"""Reads a request for a batch, names it, and starts it: the same file on the same version is the same batch."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from chalicelib import layout, names
from chalicelib.batches import batch_limits, batch_reports
from chalicelib.batches.batch_documents import BatchRequest
from chalicelib.contracts.batches import PredictBatchTask
from chalicelib.contracts.payload import to_event
from chalicelib.cutting import quoted
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.edges.pauses import growing
from chalicelib.edges.pipeline_functions import PipelineFunctions
from chalicelib.errors import BadRequest, NoLiveModel, VersionUnfit
from chalicelib.limits import BATCH_KEY_CHARACTERS
from chalicelib.registry import live, models

FORMS = (".csv", ".csv.gz", ".jsonl", ".jsonl.gz", ".npy")
"""How the key of a file ends, by which it is read."""
ACCEPTED = f"a key that begins with {layout.BATCH_FILES} and ends in {', '.join(FORMS)}"
WAIT_SECONDS = 20
"""For the end of a batch, before it is answered that it goes on. The API has 28 s, and the gateway 29."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 1.0


def check(edges: Edges, *, bucket: str, key: str) -> None:
    """Raises BadRequest for a file that no batch may read."""
    if bucket != edges.store.bucket:
        raise BadRequest(f"{quoted(bucket)} is not the stage's bucket", field="bucket", accepted=edges.store.bucket)
    if not (key.startswith(layout.BATCH_FILES) and key.endswith(FORMS) and len(key) <= BATCH_KEY_CHARACTERS):
        raise BadRequest(f"{quoted(key)} is no file that a batch may read", field="key", accepted=ACCEPTED)


def ask(
    edges: Edges, pipeline: PipelineFunctions, *, model: str, bucket: str, key: str, who: str, attempt: str
) -> str:
    """The name of the batch, which goes on from here; `attempt` is fresh.

    Raises BadRequest, BodyTooLarge, ModelUnknown, NoLiveModel or VersionUnfit.
    """
    check(edges, bucket=bucket, key=key)
    models.check(edges, model=model)
    file = _listed(edges, key)
    request = _request(edges, file, model=model, who=who, attempt=attempt)
    name = named(request)
    stands = request.put_if_absent(edges.store, layout.batch(name, "request"))
    if stands.attempt == attempt or batch_reports.describe(edges, name)["status"] == batch_reports.STOPPED:
        pipeline.start(names.PREDICT_BATCH, documents.encode(to_event(PredictBatchTask(batch=name))))
    return name


def wait(edges: Edges, name: str, *, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
    """What there is to tell of the batch once it has ended, or when the time is up.

    Raises BadRequest for one that failed.
    """
    began, pauses = edges.clock(), growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS)
    while True:
        told = batch_reports.describe(edges, name)
        if told["status"] == batch_reports.FAILED:
            raise BadRequest(told["reason"], field="key", accepted=ACCEPTED)
        if told["status"] == batch_reports.DONE or (edges.clock() - began).total_seconds() >= seconds:
            return told
        edges.sleep(next(pauses))


def named(request: BatchRequest) -> str:
    """Of the file's key and content, and the version: asking again asks for the same batch."""
    same = [request.model, request.model_version, request.function_version, request.key, request.etag]
    return f"{request.model}-{hashlib.sha256(json.dumps(same).encode()).hexdigest()[:20]}"


def _listed(edges: Edges, key: str) -> Listed:
    found = next((each for each in edges.store.list(key) if each.key == key), None)
    if found is None:
        raise BadRequest(f"there is no object {quoted(key)} in the bucket", field="key", accepted=ACCEPTED)
    batch_limits.check_bytes(found.size_bytes, named=key)
    return found


def live_version(edges: Edges, *, model: str) -> tuple[int, str]:
    """The version that is live now, and its function version; of two that share the traffic, those of the main one.

    Raises NoLiveModel or VersionUnfit.
    """
    found = live.look(edges, model=model)
    if found.alias is None:
        raise NoLiveModel(f"nothing of {model} is live: start a retrain with POST /retrain", model=model)
    model_version = found.version()
    if model_version is None:
        raise VersionUnfit(f"what is live of {model} is not in the registry: nightswap verify {model} tells more")
    return model_version, found.alias.function_version


def _request(edges: Edges, file: Listed, *, model: str, who: str, attempt: str) -> BatchRequest:
    model_version, function_version = live_version(edges, model=model)
    return BatchRequest(
        model=model,
        model_version=model_version,
        function_version=function_version,
        key=file.key,
        etag=file.etag,
        size_bytes=file.size_bytes,
        who=who,
        attempt=attempt,
        requested_at=documents.timestamp(edges.clock()),
    )
