"""A night whose recipe trains on SageMaker, up to the job that has to be carried out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chalicelib.contracts.training import Preprocessed, PreprocessTask, TrainingJob
from lambdas import preprocess, recipes
from lambdas.engines.sagemaker import job
from lambdas.model.recipe import Recipe, SageMaker
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL
from tests.given.training_jobs import archived, prepared
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS


def on_sagemaker(model: str) -> Recipe:
    return replace(recipes.load(model), engine=SageMaker(max_runtime_seconds=600))


def described(night: FakeOutside) -> Preprocessed:
    task = PreprocessTask(run=RUN, model=MODEL, force=False)
    return preprocess.run(task, night.edges, SETTINGS, load=on_sagemaker)


def job_of(ready: Preprocessed) -> TrainingJob:
    assert ready.job is not None
    return ready.job


def content(night: FakeOutside, key: str) -> bytes:
    stored = night.store.find(key)
    assert stored is not None, key
    return stored.body


def downloaded(night: FakeOutside, ready: Preprocessed, base: Path) -> None:
    """Below `base`, which stands for /opt/ml, what the job finds."""
    assert ready.job is not None
    manifest = content(night, ready.job.manifest_uri.removeprefix("s3://test-bucket/"))
    prepared(base, manifest, find=lambda key: content(night, key))


def uploaded(night: FakeOutside, base: Path) -> None:
    """What the job made goes to where SageMaker puts it."""
    night.store.put(job.output_key(SETTINGS.stage, run=RUN, model=MODEL), archived(base / "model"))
