"""Has one of SageMaker's own algorithms fit: writes the rows that it reads, describes its job, takes its model.

Preprocess writes the rows of the training part as text, scaled and encoded, in a drawn order, in as many objects as
the instances can share evenly; and beside them how it encoded them, without which the weights mean nothing. Where the
recipe tunes, some of these rows are kept apart, and each trial is measured on them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from chalicelib import layout
from chalicelib.contracts.decisions import (
    TRAIN_LINEAR_LEARNER,
    TRAIN_XGBOOST,
    TUNE_LINEAR_LEARNER,
    TUNE_XGBOOST,
)
from chalicelib.contracts.instances import SPOT_WAIT_SECONDS
from chalicelib.contracts.training import TrainingJob, TrainTask
from chalicelib.documents import documents
from chalicelib.documents.shapes import anything
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, DatasetTooLarge, EstimatorUnsupported, TrainingFailed
from chalicelib.layout import Place
from chalicelib.limits import BUILT_IN_FEATURES, BUILT_IN_TEXT_BYTES, IMPORT_TEXT_BYTES
from lambdas import engine
from lambdas.engines.sagemaker import job
from lambdas.engines.sagemaker.built_in_tuner import Search
from lambdas.engines.sagemaker.job_archive import file_of
from lambdas.intermediates import read
from lambdas.model.arrays import Integers
from lambdas.model.built_in.algorithms import BuiltIn, LinearLearner, XGBoost
from lambdas.model.data import room
from lambdas.model.data.part import Part, merged
from lambdas.model.folding.total import Rows
from lambdas.model.formats import encoded_rows
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.fitted import Fitted
from lambdas.model.recipe import Recipe, SageMaker
from lambdas.model.training import built_in as training
from lambdas.parts import PartList, files_of

ENCODING, ROWS, VALIDATION = "encoding", "rows", "validation"
"""Among the records of a run's sides: how the rows were encoded, the objects with them, and those with the rows that
trials are measured on."""
VALIDATION_MANIFEST = "validation-manifest"
DECISIONS: Mapping[str, str] = {
    LinearLearner.algorithm: TRAIN_LINEAR_LEARNER,
    XGBoost.algorithm: TRAIN_XGBOOST,
}
"""Of Preprocess: each algorithm has a state of its own, which has its image."""
SEARCHES: Mapping[str, str] = {
    LinearLearner.algorithm: TUNE_LINEAR_LEARNER,
    XGBoost.algorithm: TUNE_XGBOOST,
}
"""The same where the recipe tunes."""


def decision(recipe: Recipe, built_in: BuiltIn) -> str:
    return (SEARCHES if recipe.tuned_by_jobs else DECISIONS)[built_in.algorithm]


def describe(
    edges: Edges, task: TrainTask, recipe: Recipe, built_in: BuiltIn, where: SageMaker, *, stage: str, memory_mb: int
) -> TrainingJob:
    """Write the rows, and say what the job is to be, or the search.

    Raises ArtifactInvalid for lost rows, DatasetTooLarge, EstimatorUnsupported for too many features, and
    TrainingFailed for fewer rows than instances, and for too few of a class to tune.
    """
    listed = PartList.read(read(edges, task.train_uri), key=Place.parse(task.train_uri).key).parts
    rows = sum(part.rows for part in listed)
    room.check_size(
        room.PREPROCESS,
        rows=rows,
        table_bytes=sum(part.disk_bytes for part in listed),
        memory_mb=memory_mb,
        recipe=recipe,
    )
    by_name = {f"{place:05}": part for place, part in enumerate(listed)}
    parts = Rows([*by_name], lambda name: Part.from_files(files_of(edges, by_name[name])), engine.each)
    encoding, seen = training.encoding_of(recipe, rows=parts, is_scaled=built_in.is_scaled)
    check(recipe, encoding)
    whole = merged([seen.open(name) for name in seen.names])
    search = Search.of(recipe)
    fitted_on, held_out = training.sides(whole, recipe=recipe)
    if len(fitted_on) < where.instances:
        raise TrainingFailed(f"{where.instances} instances are to share {len(fitted_on)} rows: take fewer instances")
    encoding = replace(encoding, held_out=len(held_out))
    edges.store.put(layout.side(task.run, ENCODING), documents.encode(encoding.to_document()))
    channels = Channels(edges=edges, run=task.run, whole=whole, encoding=encoding, seed=recipe.split.seed)
    manifest = channels.put(fitted_on, folder=ROWS, instances=where.instances, manifest=job.MANIFEST)
    each = len(fitted_on) // where.instances
    told = built_in.told(classes=len(recipe.class_names), width=encoding.width, rows_of_an_instance=each)
    alone = job.described(
        edges,
        task,
        where,
        stage=stage,
        manifest_key=manifest,
        hyperparameters=told,
        most_wait_seconds=None if built_in.has_checkpoints and search is None else SPOT_WAIT_SECONDS,
    )
    if search is None:
        return alone
    validation = channels.put(held_out, folder=VALIDATION, instances=1, manifest=VALIDATION_MANIFEST)
    alone = replace(alone, validation_uri=str(Place(edges.store.bucket, validation)))
    return search.described(alone, stage=stage, run=task.run, rows_of_an_instance=each)


@dataclass(frozen=True, eq=False, kw_only=True)
class Channels:
    """Writes rows of the training part as what a channel of the job has."""

    edges: Edges
    run: str
    whole: Part
    encoding: Encoding
    seed: int

    def put(self, rows: Integers, *, folder: str, instances: int, manifest: str) -> str:
        """In as many objects as the instances can share; returns the key of the list of them."""
        prefix, names = layout.work(self.run, f"sides/{folder}/"), []
        for place, drawn in enumerate(
            encoded_rows.shared(self.encoding, rows=rows, seed=self.seed, instances=instances)
        ):
            names.append(f"{place:05}.csv")
            content = encoded_rows.csv(self.whole.take(drawn), encoding=self.encoding)
            self.edges.store.put(prefix + names[-1], content)
        key = layout.side(self.run, manifest)
        # the prefix has the folder, so that the files lie side by side where the job reads them
        head = {"prefix": str(Place(self.edges.store.bucket, prefix))}
        self.edges.store.put(key, json.dumps([head, *names]).encode())
        return key


def collect(edges: Edges, task: TrainTask, recipe: Recipe, built_in: BuiltIn, *, stage: str) -> Fitted:
    """The model that the job left, or the best one of a search, as a fitted estimator.

    Raises ArtifactInvalid where it is gone or is none, TrainingFailed for numbers that diverged; and as `Search.find`
    does.
    """
    encoded = layout.side(task.run, ENCODING)
    document = documents.read(read(edges, str(Place(edges.store.bucket, encoded))), key=encoded, shape=anything)
    encoding = Encoding.from_document(document)
    search = Search.of(recipe)
    if search is None:
        content = _left(edges, built_in, key=job.output_key(stage, run=task.run, model=task.model))
        return training.fitted(content, recipe=recipe, built_in=built_in, encoding=encoding)
    found = search.find(edges, task, stage=stage)
    content = _left(edges, built_in, key=job.archive_of(found.jobs[found.best].name, run=task.run))
    best = built_in.with_drawn(found.parameters[found.best])
    fitted = training.fitted(content, recipe=recipe, built_in=best, encoding=encoding)
    return replace(fitted, facts={**fitted.facts, "tuning": search.record(found, rows=encoding.held_out)})


def _left(edges: Edges, built_in: BuiltIn, *, key: str) -> bytes:
    """The model's file."""
    stored = edges.store.find(key)
    if stored is None:
        raise ArtifactInvalid(f"the training job left nothing at {key}: retrain again")
    return file_of(stored.body, built_in.file, most=IMPORT_TEXT_BYTES)


def check(recipe: Recipe, encoding: Encoding) -> None:
    """Raises for more features or text than are written; see `describe`."""
    if encoding.width > BUILT_IN_FEATURES:
        raise EstimatorUnsupported(
            f"the rows of recipe {recipe.model} have {encoding.width:,} features, a category one for each text, and"
            f" SageMaker's own algorithms get {BUILT_IN_FEATURES:,} at most here: write one word for rare categories"
            " into the files, or take LogisticRegression()",
            model=recipe.model,
        )
    expected = encoding.rows * encoded_rows.row_bytes(encoding)
    if expected > BUILT_IN_TEXT_BYTES:
        raise DatasetTooLarge(
            f"{encoding.rows:,} rows take about {expected / 1e6:,.0f} MB as the text that SageMaker's own algorithms"
            f" read, and {BUILT_IN_TEXT_BYTES / 1e6:,.0f} MB at most are written: leave columns out, or take"
            " LogisticRegression(), which reads no text",
            rows=encoding.rows,
            bytes=expected,
        )
