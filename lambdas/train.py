"""Train: fits the recipe's estimator and exports the artifact to serve. The only task that loads scikit-learn."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

from chalicelib import layout
from chalicelib.contracts.training import Trained, TrainTask
from chalicelib.edges import Edges
from chalicelib.layout import Place
from chalicelib.registry import run_documents
from chalicelib.registry.manifest import Artifact, Training, listed_schema
from chalicelib.settings import TaskSettings
from lambdas import recipes
from lambdas.intermediates import put_all
from lambdas.model.data import room
from lambdas.model.formats.table import format_of
from lambdas.model.recipe import Recipe
from lambdas.model.training import trial
from lambdas.model.training.estimator import fit
from lambdas.parts import Parts
from lambdas.step import Context, carry_out


def run(
    task: TrainTask, edges: Edges, settings: TaskSettings, *, load: Callable[[str], Recipe] = recipes.load
) -> Trained:
    recipe = load(task.model)
    with Parts(edges, task.train_uri) as of_training, Parts(edges, task.holdout_uri) as of_holdout:
        train, holdout = of_training.table(), of_holdout.table()
    room.check(room.TRAIN, [train, holdout], memory_mb=settings.memory_mb, recipe=recipe)
    begun = time.monotonic()
    trial.foresee(recipe, train=train)
    fitted = fit(recipe, train=train)
    facts = {**fitted.facts, "fit_seconds": round(time.monotonic() - begun, 3)}
    made = format_of(recipe.format)
    exported = made.code().export(fitted)
    artifact = Artifact(format=recipe.format, file=made.file, schema=listed_schema(exported.schema))
    key = layout.work(task.run, made.file)
    edges.store.put(key, exported.content)
    run_documents.keep_training(edges, Training.of({**facts, "artifact": artifact.document}), run=task.run)
    return Trained(
        artifact_uri=str(Place(edges.store.bucket, key)),
        artifact_sha256=hashlib.sha256(exported.content).hexdigest(),
        answers_uri=put_all(edges, layout.work(task.run, "answers/"), fitted.answers(holdout).to_files()),
    )


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(TrainTask, event, context, state="train", run=run)
