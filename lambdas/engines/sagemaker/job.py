"""Describes the training job of a run: what the state machine asks of SageMaker, built and bounded here.

Its name follows from the run, so that a run has one job, however often a state is repeated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from chalicelib import layout
from chalicelib.contracts.instances import dollars, round_up_to_cents
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.training import TrainingJob, TrainTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.layout import Place
from chalicelib.names import APP
from lambdas.intermediates import read
from lambdas.model.recipe import SageMaker, Tune
from lambdas.parts import PartList

JOB, MANIFEST, OUTPUT = "job", "manifest", "training"
"""Beside the records of a run's sides: the Train task, the list of what the job downloads, and what it uploads."""
ARCHIVE = "output/model.tar.gz"
"""Source: https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html"""


def name(stage: str, *, run: str, model: str) -> str:
    """At most 63 letters, digits and hyphens, and unique in the account and region, as SageMaker wants it.

    >>> name("prod", run="kdd99-http-nightly-20261121T0300Z", model="kdd99-http")
    'nightswap-prod-kdd99-http-b2fb099bd679511b'
    """
    digest = hashlib.sha256(run.encode()).hexdigest()[:16]
    return f"{APP}-{stage}-{model.rstrip('-')}-{digest}"


def output_key(stage: str, *, run: str, model: str) -> str:
    """Where in the bucket the job leaves what it made."""
    return archive_of(name(stage, run=run, model=model), run=run)


def archive_of(job: str, *, run: str) -> str:
    """The same of the job of that name: SageMaker gives each a folder."""
    return f"{_output(run)}/{job}/{ARCHIVE}"


def describe(edges: Edges, task: TrainTask, engine: SageMaker, *, stage: str) -> TrainingJob:
    """Write what the job reads beside the rows, and say what it is to be. Raises ArtifactInvalid for lost rows."""
    keys = [_key(task.train_uri), _key(task.holdout_uri), layout.side(task.run, JOB)]
    for uri in (task.train_uri, task.holdout_uri):
        keys += [part.key for part in PartList.read(read(edges, uri), key=_key(uri)).parts]
    edges.store.put(layout.side(task.run, JOB), documents.encode(to_event(task)))
    manifest = layout.side(task.run, MANIFEST)
    bucket = edges.store.bucket
    edges.store.put(manifest, json.dumps([{"prefix": f"s3://{bucket}/"}, *dict.fromkeys(keys)]).encode())
    return described(edges, task, engine, stage=stage, manifest_key=manifest)


def described(
    edges: Edges,
    task: TrainTask,
    engine: SageMaker,
    *,
    stage: str,
    manifest_key: str,
    hyperparameters: Mapping[str, str] | None = None,
    most_wait_seconds: int | None = None,
) -> TrainingJob:
    """The job that reads what the manifest names; `hyperparameters` are of one of SageMaker's own algorithms, and
    `most_wait_seconds` bounds its wait for spare capacity, its own time included."""
    bucket = edges.store.bucket
    stop = {"MaxRuntimeInSeconds": engine.max_runtime_seconds}
    if engine.spot:
        wait = 2 * engine.max_runtime_seconds
        stop["MaxWaitTimeInSeconds"] = wait if most_wait_seconds is None else min(wait, most_wait_seconds)
    return TrainingJob(
        name=name(stage, run=task.run, model=task.model),
        manifest_uri=str(Place(bucket, manifest_key)),
        output_uri=str(Place(bucket, _output(task.run))),
        checkpoints_uri=str(Place(bucket, f"{_output(task.run)}/checkpoints")),
        instance_type=engine.instance_type,
        volume_gb=engine.volume_gb,
        spot=engine.spot,
        stop=stop,
        instances=engine.instances,
        hyperparameters=hyperparameters or {},
    )


def in_words(engine: SageMaker, *, by: str = "", tune: Tune | None = None) -> str:
    """What the job is and the most that it can cost; `by` names one of SageMaker's own algorithms, and `tune` is what
    a job for each trial searches.

    >>> in_words(SageMaker(max_runtime_seconds=1800))
    'trained on SageMaker, on one ml.m5.large for 1,800 s at most: $0.06 at most in us-east-1'
    >>> in_words(SageMaker(instances=2), by="linear-learner")
    "trained by SageMaker's linear-learner, on 2 ml.m5.large for 3,600 s at most: $0.23 at most in us-east-1"
    >>> in_words(SageMaker(tuner=True, max_runtime_seconds=600), tune=Tune({}, jobs=5, parallel=2))
    'tuned by 5 jobs of SageMaker, 2 at a time, each on one ml.m5.large for 600 s at most: $0.10 at most in us-east-1'
    >>> in_words(SageMaker(tuner=True, max_runtime_seconds=600), by="xgboost", tune=Tune({}, jobs=5))
    "tuned by 5 jobs of SageMaker's xgboost, 1 at a time, each on one ml.m5.large for 600 s at most: $0.10 at most in\
 us-east-1"
    """
    jobs = engine.instances * (tune.trials if tune else 1)
    most = jobs * dollars(engine.instance_type, seconds=engine.max_runtime_seconds)
    what = f"trained by SageMaker's {by}," if by else "trained on SageMaker,"
    if tune:
        whose = f"SageMaker's {by}" if by else "SageMaker"
        what = f"tuned by {tune.trials} jobs of {whose}, {tune.parallel} at a time, each"
    count = "one" if engine.instances == 1 else str(engine.instances)
    spare = " of spare capacity" if engine.spot else ""
    return (
        f"{what} on {count} {engine.instance_type}{spare} for {engine.max_runtime_seconds:,} s at most:"
        f" ${round_up_to_cents(most):.2f} at most in us-east-1"
    )


def task_of(document: dict[str, Any]) -> TrainTask:
    """The task that the job carries out; raises ArtifactInvalid for another document."""
    try:
        return TrainTask(**document)
    except TypeError as exc:
        raise ArtifactInvalid("the job's document is no task of Train: retrain again") from exc


def _output(run: str) -> str:
    return layout.work(run, f"sides/{OUTPUT}")


def _key(uri: str) -> str:
    return Place.parse(uri).key
