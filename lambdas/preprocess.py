"""Preprocess: takes the lease, tells whether there is anything new, and turns the data set into train and holdout."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from chalicelib import documents, layout, lease, models, registry
from chalicelib.contracts import NOTHING_NEW, SUPERSEDED, TRAIN, Preprocessed, PreprocessTask
from chalicelib.edges import Edges, Listed
from chalicelib.errors import DatasetEmpty, ObjectUnreadable
from chalicelib.settings import TaskSettings
from lambdas import recipes
from lambdas.intermediates import put_all
from lambdas.model.dataset import read_object
from lambdas.model.preparation import Prepared, prepare
from lambdas.step import Context, carry_out

Prepare = Callable[[Edges, str, Sequence[Listed]], Prepared]


def from_csv(edges: Edges, model: str, objects: Sequence[Listed]) -> Prepared:
    """Read and validate every object of the data set, and split each by itself."""
    recipe = recipes.load(model)
    tables = []
    for listed in objects:
        stored = edges.store.find(listed.key)
        if stored is None:
            raise ObjectUnreadable(f"{listed.key} was taken away while it was to be read: retrain again")
        tables.append((_name(model, listed), read_object(_name(model, listed), content=stored.body, recipe=recipe)))
    return prepare(tables, recipe=recipe)


def run(task: PreprocessTask, edges: Edges, settings: TaskSettings, *, read: Prepare = from_csv) -> Preprocessed:
    holder = lease.take(edges, model=task.model, run=task.run)
    if holder != task.run:
        return _without_data(SUPERSEDED, f"run {holder} of the same model is going", None)
    objects = [each for each in edges.store.list(layout.dataset(task.model)) if not each.key.endswith("/")]
    if not objects:
        raise DatasetEmpty(
            f"no object lies below s3://{edges.store.bucket}/{layout.dataset(task.model)}:"
            f" add one with nightswap data add FILE --model {task.model}"
        )
    recipe_sha256 = recipes.source_sha256(task.model)
    fingerprint = _fingerprint(objects, recipe_sha256, settings)
    known = None if task.force else _known(edges, model=task.model, fingerprint=fingerprint)
    if known is not None:
        return _without_data(NOTHING_NEW, known, fingerprint)
    prepared = read(edges, task.model, objects)
    lineage = {
        "fingerprint": fingerprint,
        "recipe_sha256": recipe_sha256,
        "code_sha256": settings.code_sha256,
        "objects": [
            {"name": _name(task.model, each), "etag": each.etag, "bytes": each.size_bytes} for each in objects
        ],
    }
    edges.store.put(
        layout.run_document(task.run, "profile"), documents.encode({**lineage, "profile": prepared.profile})
    )
    return Preprocessed(
        decision=TRAIN,
        reason=f"{prepared.profile['rows']} rows in {len(objects)} objects",
        fingerprint=fingerprint,
        train_uri=put_all(edges, layout.work(task.run, "train/"), prepared.train.to_files()),
        holdout_uri=put_all(edges, layout.work(task.run, "holdout/"), prepared.holdout.to_files()),
    )


def _known(edges: Edges, *, model: str, fingerprint: str) -> str | None:
    """Why training on this would tell nothing new; None when it would."""
    alias = edges.functions.alias(model)
    live = models.live_version(edges, model=model, alias=alias) if alias else None
    if live is not None:
        manifest = registry.manifest(edges, model=model, model_version=live)
        if manifest["fingerprint"] == fingerprint:
            return f"data, recipe and code are those of the live model version {live}"
    judged = documents.find(edges.store, layout.judged(model))
    if judged and (judged["fingerprint"], judged["champion"]) == (fingerprint, live):
        return f"data, recipe and code are those of the model that run {judged['run']} rejected"
    return None


def _fingerprint(objects: Sequence[Listed], recipe_sha256: str, settings: TaskSettings) -> str:
    parts = [[each.key, each.etag] for each in objects]
    whole = [parts, recipe_sha256, settings.code_sha256, settings.serving_sha256]
    return hashlib.sha256(documents.encode(whole)).hexdigest()


def _name(model: str, listed: Listed) -> str:
    return listed.key.removeprefix(layout.dataset(model))


def _without_data(decision: str, reason: str, fingerprint: str | None) -> Preprocessed:
    return Preprocessed(decision=decision, reason=reason, fingerprint=fingerprint, train_uri=None, holdout_uri=None)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(PreprocessTask, event, context, state="preprocess", run=run)
