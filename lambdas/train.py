"""Train: fits the recipe's estimator and exports the artifact to serve. The only task that loads scikit-learn.

An estimator that folds is fitted over the parts, whatever their number; of all others the rows are in memory. In a
run that brings a model along nothing is fitted: it is read, checked, and exported like any other. Where a training
job has fitted, what it made is taken. A recipe that tunes is fitted with the best parameters that were found.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from chalicelib import layout
from chalicelib.contracts.training import Trained, TrainTask
from chalicelib.edges import Edges, serving_layers, serving_room
from chalicelib.layout import Place
from chalicelib.log import log
from chalicelib.registry import run_documents
from chalicelib.registry.manifest import Artifact, Training, listed_schema
from chalicelib.settings.tasks import TaskSettings
from lambdas import answers, engine, imports, recipes
from lambdas.engines.sagemaker import built_in, collected, job, tuner
from lambdas.model.data import room
from lambdas.model.data.date_parts import spread
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.formats.all_formats import Format, format_of
from lambdas.model.formats.fitted import Fitted
from lambdas.model.recipe import Recipe
from lambdas.model.training import imported, trial
from lambdas.model.training.draw import first_of_each_class
from lambdas.model.training.estimator import fills_of, fit, fit_parts, format_for, train_demand, why_in_one_piece
from lambdas.model.training.estimator import memory_mb as fold_mb
from lambdas.model.training.search import searching
from lambdas.parts import Parts
from lambdas.step import Context, carry_out

AROUND = searching.Around(log, time.monotonic)


def run(
    task: TrainTask,
    edges: Edges,
    settings: TaskSettings,
    *,
    load: Callable[[str], Recipe] = recipes.load,
    find_format: Callable[[str], Format] = format_of,
    is_of_a_job: bool = False,
    around: searching.Around = AROUND,
) -> Trained:
    """`is_of_a_job` where the training job itself runs this."""
    recipe = load(task.model)
    own = recipe.built_in
    if recipe.on_sagemaker and not own and not is_of_a_job and not imports.is_brought(edges, task.train_uri):
        if recipe.tuned_by_jobs:
            return tuner.collect(edges, task, recipe.tuned_by_jobs, stage=settings.stage)
        return collected.collect(edges, task, key=job.output_key(settings.stage, run=task.run, model=task.model))
    with (
        Parts(edges, task.train_uri, task="Train") as train,
        Parts(edges, task.holdout_uri, task="Train", beside=train) as holdout,
    ):
        brought = imports.content(edges, train.imported) if train.imported else b""
        form = imported.format_for(brought) if train.imported else format_for(recipe)
        made = find_format(form)
        given = serving_layers.of_model(settings.serving_layers, model=task.model)
        way_out = serving_layers.OF_AN_IMPORT if train.imported else serving_layers.OF_ITS_RECIPE
        serving_layers.check(made.layers, given=given, model=task.model, way_out=way_out)
        begun = time.monotonic()
        if train.imported is None and own is not None:
            fitted = built_in.collect(edges, task, recipe, own, stage=settings.stage)
        elif train.imported is None:
            fitted = _fitted(recipe, train=train, holdout=holdout, memory_mb=settings.memory_mb, around=around)
        else:
            if made.stored:
                room.check_graphs(room.TRAIN, [len(brought)], memory_mb=settings.memory_mb, recipe=recipe)
            fitted = imports.fitted(brought, train.imported, recipe=recipe)
        took = round(time.monotonic() - begun, 3)
        exported = made.code().export(fitted)
        if recipe.endpoint:
            serving_room.check_endpoint(len(exported.content), model=task.model)
        facts = {**fitted.facts, **exported.facts, "fit_seconds": took}
        facts["warnings"] = [*fitted.facts["warnings"], *exported.warnings]
        artifact = Artifact(
            format=form,
            file=made.file,
            schema=listed_schema(exported.schema),
            **({"layers": list(made.layers)} if made.layers else {}),
        )
        key = layout.work(task.run, made.file)
        edges.store.put(key, exported.content)
        run_documents.keep_training(edges, Training.of({**facts, "artifact": artifact.document}), run=task.run)
        answers_uri = answers.folder(edges, run=task.run)
        for name in holdout.names:
            answers.put(edges, answers_uri, fitted.answers_to(holdout.open(name)), part=name)
    return Trained(
        artifact_uri=str(Place(edges.store.bucket, key)),
        artifact_sha256=hashlib.sha256(exported.content).hexdigest(),
        answers_uri=answers_uri,
    )


def _fitted(recipe: Recipe, *, train: Parts, holdout: Parts, memory_mb: int, around: searching.Around) -> Fitted:
    """Part by part where the recipe's estimator folds, else with all rows in memory; where the recipe tunes, with the
    best parameters, which are searched before."""
    if why_in_one_piece(recipe):
        rows = [train.table(), holdout.table()]
        room.check(train_demand(recipe), rows, memory_mb=memory_mb, recipe=recipe)
        recipe, tuning = searching.of_table(recipe, train=rows[0], memory_mb=memory_mb, around=around)
        trial.foresee(recipe, train=rows[0])
        expected = trial.expected(recipe, train=rows[0])
        if expected is not None:  # told before the fit, which may take long, or all of the function's time
            log("size_expected", model=recipe.model, **expected.facts)
        fitted = _with(fit(recipe, train=rows[0]), tuning=tuning)
        return _with(fitted, expected=expected.facts if expected else None)
    parts = Rows(train.names, train.open, engine.each)
    found = fills_of(recipe, total=parts.total)
    parts = parts.each_as(found.part)
    seen = parts.each_as(partial(spread, recipe=recipe))
    summary = seen.total(Summary.of)
    room.check_fold(
        expected_mb=fold_mb(recipe, summary=summary, part_rows=holdout.largest_part_rows),
        rows=train.rows + holdout.rows,
        table_bytes=train.size_bytes + holdout.size_bytes,
        categories=sum(map(len, summary.levels)),
        memory_mb=memory_mb,
        recipe=recipe,
    )
    recipe, tuning = searching.of_parts(recipe, rows=seen, summary=summary, memory_mb=memory_mb, around=around)
    few = first_of_each_class(parts, at_most=trial.ROWS_OF_A_CLASS)
    trial.foresee_of(recipe, few=few, levels=summary.known)
    return _with(fit_parts(recipe, rows=seen, summary=summary, fills=found), tuning=tuning)


def _with(fitted: Fitted, **facts: Mapping[str, Any] | None) -> Fitted:
    """The same with these facts too, as far as there are any."""
    known = {name: each for name, each in facts.items() if each is not None}
    return replace(fitted, facts={**fitted.facts, **known})


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(TrainTask, event, context, state="train", run=run)
