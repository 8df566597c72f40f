"""Tells how far a batch came, and its result."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib import layout, names
from chalicelib.batches import batch_chunks
from chalicelib.batches.batch_documents import BatchEnded, BatchEstimate, BatchRequest, Tally
from chalicelib.cutting import quoted
from chalicelib.edges import Edges
from chalicelib.errors import BatchUnknown
from chalicelib.layout import Place
from chalicelib.limits import BATCH_DAYS

RUNNING, DONE, FAILED, STOPPED = "running", "done", "failed", "stopped"
UNBEGUN_SECONDS, QUIET_SECONDS = 30, 200
"""A batch that shows no sign of life for so long has stopped: before its first one, and after. Lambda calls a
function that failed again after one minute, then after two."""


def describe(edges: Edges, name: str) -> dict[str, Any]:
    """Its status, the version, how far it came; once it is done, its result. Raises BatchUnknown."""
    request = find(edges, name)
    ended = BatchEnded.find(edges.store, layout.batch(name, "ended"))
    tally = ended.tally if ended else batch_chunks.latest(edges, name)
    estimate = BatchEstimate.find(edges.store, layout.batch(name, "estimate"))
    told = {
        "batch": name,
        "status": _status(edges, name, ended),
        "model": request.model,
        "model_version": request.model_version,
        "function_version": request.function_version,
        "key": request.key,
        "requested_at": request.requested_at,
        "records": tally.records if tally else 0,
        "records_about": tally.lines if tally else 0,
        "refused": tally.refused if tally else 0,
        "seconds_about": estimate.seconds if estimate else None,
        "percent": 100 if ended and ended.error is None else _percent(tally),
    }
    if ended is None:
        return {**told, "ended_at": None}
    told |= {"ended_at": ended.at, "error": ended.error, "reason": ended.reason}
    return {**told, **_result(edges, name, ended.tally)} if ended.tally and ended.error is None else told


def find(edges: Edges, name: str) -> BatchRequest:
    """What was asked for; raises BatchUnknown."""
    request = None
    if names.BATCH_NAME.fullmatch(name):
        request = BatchRequest.find(edges.store, layout.batch(name, "request"))
    if request is None:
        raise BatchUnknown(f"there is no batch {quoted(name)}: batches are kept for {BATCH_DAYS} days")
    return request


def _status(edges: Edges, name: str, ended: BatchEnded | None) -> str:
    if ended is not None:
        return DONE if ended.error is None else FAILED
    signs = edges.store.list(layout.batch(name))
    has_begun = any(each.key.startswith(layout.batch_chunk(name)) for each in signs)
    newest = max((each.modified_at for each in signs), default=datetime.min.replace(tzinfo=edges.clock().tzinfo))
    quiet_seconds = (edges.clock() - newest).total_seconds()
    return STOPPED if quiet_seconds > (QUIET_SECONDS if has_begun else UNBEGUN_SECONDS) else RUNNING


def _percent(tally: Tally | None) -> int:
    """By the lines of the file, of which a record may have several; 100 is said at the end alone."""
    return min(99, 100 * tally.records // tally.lines) if tally and tally.lines else 0


def _result(edges: Edges, name: str, tally: Tally) -> dict[str, Any]:
    """`predictions` and `errors` are prefixes: the files below them are in the order of the records."""
    bucket = edges.store.bucket
    errors = f"{Place(bucket, layout.batch_chunk(name, of='errors'))}" if tally.refused else None
    return {
        "predictions": f"{Place(bucket, layout.batch_chunk(name, of='predictions'))}",
        "errors": errors,
        "labels": tally.labels,
        "warnings": tally.warnings,
        "labelled": tally.labelled,
        "accuracy": tally.accuracy,
        "matrix": tally.matrix,
    }
