"""What Preprocess says of the training job, and what it writes for it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import layout
from chalicelib.contracts.decisions import TRAIN, TRAIN_ON_SAGEMAKER
from chalicelib.errors import ArtifactInvalid
from lambdas.engines.sagemaker import job
from lambdas.model.recipe import SageMaker
from lambdas.parts import PartList
from tests.fakes.edges import FakeOutside
from tests.unit.lambdas.engines.sagemaker.jobs import content, described
from tests.unit.lambdas.nightly_batch import RUN, preprocessing, training_task
from workflows.definitions.checks.integrations import integration_mistakes

RESOURCE = "arn:aws:states:::sagemaker:createTrainingJob.sync"


def test_recipe_without_an_engine_trains_in_the_function(night: FakeOutside) -> None:
    ready = preprocessing(night.edges)

    assert (ready.decision, ready.job) == (TRAIN, None)


def test_job_is_bounded_and_its_price_told(night: FakeOutside) -> None:
    ready = described(night)

    assert ready.decision == TRAIN_ON_SAGEMAKER
    assert ready.job is not None
    assert ready.job.stop == {"MaxRuntimeInSeconds": 600}
    assert ready.reason.endswith("on one ml.m5.large for 600 s at most: $0.02 at most in us-east-1")


def test_job_downloads_the_rows_of_both_sides_and_its_task(night: FakeOutside) -> None:
    ready = described(night)

    [prefix, *keys] = json.loads(content(night, layout.side(RUN, job.MANIFEST)))
    sides = [layout.side(RUN, side) for side in ("train", "holdout")]
    parts = [part.key for key in sides for part in PartList.read(content(night, key), key=key).parts]
    assert prefix == {"prefix": "s3://test-bucket/"}
    assert keys == [*sides, layout.side(RUN, job.JOB), *parts]
    assert job.task_of(json.loads(content(night, keys[2]))) == training_task(ready)


def test_run_that_is_repeated_describes_the_same_job(night: FakeOutside) -> None:
    assert described(night) == described(night)


def test_spare_capacity_is_waited_for_as_long_again(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    found = job.describe(night.edges, task, SageMaker(spot=True, max_runtime_seconds=600), stage="prod")

    assert (found.spot, found.stop) == (True, {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 1200})


def test_rows_that_are_gone_are_a_typed_error(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))
    night.store.delete(layout.side(RUN, "holdout"))

    with pytest.raises(ArtifactInvalid):
        job.describe(night.edges, task, SageMaker(), stage="prod")


@given(
    stage=st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True),
    model=st.from_regex(r"[a-z][a-z0-9-]{0,23}", fullmatch=True),
    run=st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True),
)
def test_every_name_is_one_that_sagemaker_takes(stage: str, model: str, run: str) -> None:
    name = job.name(stage, run=run, model=model)

    mistakes = integration_mistakes(RESOURCE, {"TrainingJobName": name})
    assert not [each for each in mistakes if "TrainingJobName" in each]


def test_two_runs_have_two_jobs() -> None:
    assert job.name("prod", run="a-run", model="m") != job.name("prod", run="another-run", model="m")
