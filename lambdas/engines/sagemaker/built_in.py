"""Has one of SageMaker's own algorithms fit: writes the rows that it reads, describes its job, takes its model.

Preprocess writes the rows of the training part as text, scaled and encoded, in a drawn order, in as many objects as
the instances can share evenly; and beside them how it encoded them, without which the weights mean nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from chalicelib import layout
from chalicelib.contracts.decisions import TRAIN_LINEAR_LEARNER, TRAIN_XGBOOST
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
from lambdas.engines.sagemaker.job_archive import file_of
from lambdas.intermediates import read
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

ENCODING, ROWS = "encoding", "rows"
"""Among the records of a run's sides: how the rows were encoded, and the objects with them."""
DECISIONS: Mapping[str, str] = {
    LinearLearner.algorithm: TRAIN_LINEAR_LEARNER,
    XGBoost.algorithm: TRAIN_XGBOOST,
}
"""Of Preprocess: each algorithm has a state of its own, which has its image."""


def describe(
    edges: Edges, task: TrainTask, recipe: Recipe, built_in: BuiltIn, where: SageMaker, *, stage: str, memory_mb: int
) -> TrainingJob:
    """Write the rows, and say what the job is to be.

    Raises ArtifactInvalid for lost rows, DatasetTooLarge, TrainingFailed for fewer rows than instances,
    EstimatorUnsupported for too many features.
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
    check(recipe, encoding, instances=where.instances)
    edges.store.put(layout.side(task.run, ENCODING), documents.encode(encoding.to_document()))
    whole = merged([seen.open(name) for name in seen.names])
    names = []
    for place, drawn in enumerate(encoded_rows.shared(encoding, seed=recipe.split.seed, instances=where.instances)):
        names.append(f"{place:05}.csv")
        edges.store.put(_folder(task.run) + names[-1], encoded_rows.csv(whole.take(drawn), encoding=encoding))
    manifest, bucket = layout.side(task.run, job.MANIFEST), edges.store.bucket
    prefix = str(Place(bucket, _folder(task.run)))  # so that the files lie side by side where the job reads them
    edges.store.put(manifest, json.dumps([{"prefix": prefix}, *names]).encode())
    hyperparameters = built_in.told(
        classes=len(recipe.class_names), width=encoding.width, rows_of_an_instance=rows // where.instances
    )
    return job.described(
        edges,
        task,
        where,
        stage=stage,
        manifest_key=manifest,
        hyperparameters=hyperparameters,
        most_wait_seconds=None if built_in.has_checkpoints else SPOT_WAIT_SECONDS,
    )


def collect(edges: Edges, task: TrainTask, recipe: Recipe, built_in: BuiltIn, *, stage: str) -> Fitted:
    """The model that the job left, as a fitted estimator. Raises ArtifactInvalid where it is gone or is none, and
    TrainingFailed for numbers that diverged."""
    key = job.output_key(stage, run=task.run, model=task.model)
    stored = edges.store.find(key)
    if stored is None:
        raise ArtifactInvalid(f"the training job left nothing at {key}: retrain again")
    content = file_of(stored.body, built_in.file, most=IMPORT_TEXT_BYTES)
    encoded = layout.side(task.run, ENCODING)
    document = documents.read(read(edges, str(Place(edges.store.bucket, encoded))), key=encoded, shape=anything)
    encoding = Encoding.from_document(document)
    return training.fitted(content, recipe=recipe, built_in=built_in, encoding=encoding)


def _folder(run: str) -> str:
    return layout.work(run, f"sides/{ROWS}/")


def check(recipe: Recipe, encoding: Encoding, *, instances: int) -> None:
    """Raises for more features or text than are written, and for instances without a row; see `describe`."""
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
    if encoding.rows < instances:
        raise TrainingFailed(f"{instances} instances are to share {encoding.rows} rows: take fewer instances")
