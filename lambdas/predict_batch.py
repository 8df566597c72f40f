"""predict-batch: the pipeline function that scores a stored file on one version. API and CLI start it.

Lambda calls it by and by, perhaps twice, and again when it raised: so it goes on where the batch stands. What is
wrong with the file ends the batch; whatever else goes wrong is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib import layout, names
from chalicelib.aws import connect
from chalicelib.aws.patience import ending_within
from chalicelib.batches import batch_chunks, batch_pace, batch_reports
from chalicelib.batches.batch_chunks import Batch
from chalicelib.batches.batch_documents import BatchEnded, Tally
from chalicelib.contracts.batches import BatchPredicted, PredictBatchTask
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.edges import Edges
from chalicelib.errors import BodyTooLarge, ObjectUnreadable, VersionUnfit
from chalicelib.limits import BATCH_RECORDS
from chalicelib.log import log
from chalicelib.names import Names
from chalicelib.registry import registry
from chalicelib.settings.reading import load
from chalicelib.settings.tasks import TaskSettings
from chalicelib.unexpected import in_our_words
from lambdas import batch_records, recipes
from lambdas.batch_records import Truth
from lambdas.model.recipe import Recipe
from lambdas.step import Context

DONE = "every record is scored or refused"


def run(
    task: PredictBatchTask,
    edges: Edges,
    *,
    recipe_of: Callable[[str], Recipe] = recipes.load,
    chunk_records: int = BATCH_RECORDS,
) -> BatchPredicted:
    batch = Batch(edges, task.batch, batch_reports.find(edges, task.batch), chunk_records)
    ended = BatchEnded.find(edges.store, layout.batch(task.batch, "ended")) or _carried_out(batch, recipe_of)
    records, refused = (ended.tally.records, ended.tally.refused) if ended.tally else (0, 0)
    log(
        "batch_ended",
        batch=task.batch,
        model=batch.request.model,
        records=records,
        refused=refused,
        error=ended.error,
    )
    return BatchPredicted(batch=task.batch, records=records, refused=refused, error=ended.error)


def _carried_out(batch: Batch, recipe_of: Callable[[str], Recipe]) -> BatchEnded:
    try:
        return batch_chunks.end(batch, tally=_scored(batch, recipe_of), error=None, reason=DONE)
    except (BodyTooLarge, ObjectUnreadable, VersionUnfit) as exc:
        tally = batch_chunks.latest(batch.edges, batch.name)
        return batch_chunks.end(batch, tally=tally, error=type(exc).__name__, reason=exc.message)


def _scored(batch: Batch, recipe_of: Callable[[str], Recipe]) -> Tally:
    request, edges = batch.request, batch.edges
    stored = edges.store.find(request.key)
    if stored is None or stored.etag != request.etag:
        raise ObjectUnreadable(f"{request.key} is gone, or has other content than when it was asked for: ask again")
    text = batch_records.unpacked(stored.body, key=request.key)
    manifest = registry.manifest(edges, model=request.model, model_version=request.model_version)
    recipe = recipe_of(request.model)
    truth = Truth(recipe.label, recipe.class_of)
    records, lines = batch_records.read(text, key=request.key, manifest=manifest, truth=truth)
    batch_chunks.begin(batch, lines=lines)
    return batch_chunks.carry_out(batch, batch_pace.checked(batch, records, lines=lines), lines=lines)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    settings = load(TaskSettings)
    edges = connect.edges(Names.from_function_arn(context.invoked_function_arn, stage=settings.stage))
    with in_our_words(names.PREDICT_BATCH), ending_within(context.get_remaining_time_in_millis()):
        return to_event(run(from_event(PredictBatchTask, event), edges))
