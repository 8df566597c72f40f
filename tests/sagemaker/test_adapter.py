"""The adapter takes what SageMaker would take: its answers are held against the API's model, as requests are."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.clone import ROOT
from tests.sagemaker.adapter.orders import Order, Orders
from tests.sagemaker.adapter.service import Refused, SageMaker
from tests.sagemaker.adapter.training import TrainingJobs
from tests.sagemaker.adapter.tuning import ENDED, TuningJobs, drawn
from workflows.definitions.functions import SAGEMAKER as EXAMPLES
from workflows.definitions.functions import TRAINING_IMAGE, TRAINING_ROLE, TRAINING_SOURCE
from workflows.definitions.rendering import TUNER, golden

JOB = {
    "name": "nightswap-prod-kdd99-http-b2fb099bd679511b",
    "manifest_uri": "s3://bucket/manifest",
    "output_uri": "s3://bucket/output",
    "checkpoints_uri": "s3://bucket/output/checkpoints",
    "instance_type": "ml.m5.large",
    "volume_gb": 30,
    "spot": False,
    "stop": {"MaxRuntimeInSeconds": 60},
}
SEARCH: Mapping[str, Any] = {
    **JOB,
    "name": "nightswap-prod-b2fb099bd679511b0",
    "tuning": {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "objective"},
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": 3,
            "MaxParallelTrainingJobs": 2,
            "MaxRuntimeInSeconds": 1320,
        },
        "ParameterRanges": {
            "ContinuousParameterRanges": [
                {"Name": "C", "MinValue": "0.01", "MaxValue": "100", "ScalingType": "Logarithmic"}
            ],
            "CategoricalParameterRanges": [{"Name": "penalty", "Values": ['"l2"', "null"]}],
        },
        "TrainingJobEarlyStoppingType": "Off",
        "RandomSeed": 0,
    },
}
NAMED = {"HyperParameterTuningJobName": SEARCH["name"]}


class NoStore:
    """No job of these tests comes so far as to download anything."""


def request(state: str = "TrainOnSageMaker", job: Mapping[str, Any] = JOB) -> dict[str, Any]:
    """That of the committed definition, with an example for each placeholder and path."""
    text = golden(TUNER)
    for placeholder in (TRAINING_IMAGE, TRAINING_ROLE, TRAINING_SOURCE):
        text = text.replace(placeholder, EXAMPLES[placeholder])
    found: dict[str, Any] = _filled(json.loads(text)["States"][state]["Parameters"], job)
    return found


def _filled(value: Any, job: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(each, job) for each in value]
    if not isinstance(value, dict):
        return value
    paths = {name[:-2]: job[path.rpartition(".")[2]] for name, path in value.items() if name.endswith(".$")}
    return {name: _filled(each, job) for name, each in value.items() if not name.endswith(".$")} | paths


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture
def sagemaker(orders: Orders, tmp_path: Path) -> SageMaker:
    jobs = TrainingJobs(store=NoStore(), toolkit=tmp_path, work=tmp_path, orders=orders, environment={})
    return SageMaker([jobs, TuningJobs(jobs, orders=orders)])


def test_committed_request_is_taken_and_described_by_what_the_model_knows(
    sagemaker: SageMaker, orders: Orders
) -> None:
    orders.put({"has_capacity": False})

    sagemaker.answer("CreateTrainingJob", request())
    described = sagemaker.answer("DescribeTrainingJob", {"TrainingJobName": JOB["name"]})

    assert described["TrainingJobStatus"] in ("InProgress", "Failed")
    assert set(described) <= sagemaker.answered("DescribeTrainingJob")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"RoleArn": "short"}, "RoleArn"),
        ({"TrainingJobName": "with_underscore"}, "TrainingJobName is 'with_underscore', which does not match"),
        ({"TrainingJobName": "a" * 64}, "TrainingJobName"),
        ({"ResourceConfig": {**request()["ResourceConfig"], "InstanceType": "ml.m5.small"}}, "which is none of"),
        ({"HyperParameters": {"alpha": 0.5}}, "alpha"),
        ({"Tag": []}, "Tag"),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": "60"}}, "MaxRuntimeInSeconds"),
        ({"FailureReason": "x"}, "FailureReason"),
    ],
)
def test_request_that_sagemaker_would_not_take_is_refused(
    sagemaker: SageMaker, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused) as refused:
        sagemaker.answer("CreateTrainingJob", request() | change)

    assert refused.value.code == "ValidationException"
    assert told in refused.value.message


def test_closed_image_and_more_machines_than_one_are_refused(sagemaker: SageMaker) -> None:
    closed = {
        "TrainingImage": "382416733822.dkr.ecr.us-east-1.amazonaws.com/kmeans:1",
        "TrainingInputMode": "File",
    }
    two = {**request()["ResourceConfig"], "InstanceCount": 2}

    for change in ({"AlgorithmSpecification": closed}, {"ResourceConfig": two}):
        with pytest.raises(Refused, match="here"):
            sagemaker.answer("CreateTrainingJob", request() | change)


def ended(sagemaker: SageMaker) -> dict[str, Any]:
    """The search, as it is described at its end."""
    deadline, described = time.monotonic() + 60, sagemaker.answer("DescribeHyperParameterTuningJob", NAMED)
    while described["HyperParameterTuningJobStatus"] == "InProgress" and time.monotonic() < deadline:
        time.sleep(0.01)
        described = sagemaker.answer("DescribeHyperParameterTuningJob", NAMED)
    return described


def test_committed_search_is_taken_and_its_trials_are_jobs(sagemaker: SageMaker, orders: Orders) -> None:
    orders.put({"has_capacity": False})

    sagemaker.answer("CreateHyperParameterTuningJob", request("TuneOnSageMaker", SEARCH))

    described = ended(sagemaker)
    assert (described["HyperParameterTuningJobStatus"], described["FailureReason"]) == ("Failed", ENDED)
    assert set(described) <= sagemaker.answered("DescribeHyperParameterTuningJob")
    trials = sagemaker.answer("ListTrainingJobsForHyperParameterTuningJob", NAMED)["TrainingJobSummaries"]
    assert [each["TrainingJobStatus"] for each in trials] == ["Failed"] * 3
    for each in trials:
        assert each["TrainingJobName"].startswith(f"{SEARCH['name']}-00")
        assert each["TunedHyperParameters"]["penalty"] in ('"l2"', "null")
        assert 0.01 <= float(each["TunedHyperParameters"]["C"]) <= 100
        job = sagemaker.answer("DescribeTrainingJob", {"TrainingJobName": each["TrainingJobName"]})
        assert set(job) <= sagemaker.answered("DescribeTrainingJob")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"HyperParameterTuningJobName": "a" * 33}, "HyperParameterTuningJobName"),
        ({"HyperParameterTuningJobConfig": {**SEARCH["tuning"], "Strategy": "bayesian"}}, "which is none of"),
        ({"TrainingJobDefinition": {}}, "RoleArn"),
        ({"Tag": []}, "Tag"),
    ],
)
def test_search_that_sagemaker_would_not_take_is_refused(
    sagemaker: SageMaker, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(Refused) as refused:
        sagemaker.answer("CreateHyperParameterTuningJob", request("TuneOnSageMaker", SEARCH) | change)

    assert refused.value.code == "ValidationException"
    assert told in refused.value.message


def test_what_is_tuned_cannot_be_fixed_as_well(sagemaker: SageMaker) -> None:
    asked = request("TuneOnSageMaker", SEARCH)
    asked["TrainingJobDefinition"]["StaticHyperParameters"]["C"] = "1"

    sagemaker.answer("CreateHyperParameterTuningJob", asked)

    described = ended(sagemaker)
    assert (described["HyperParameterTuningJobStatus"], described["FailureReason"]) == (
        "Failed",
        "both fixed and tuned: ['C']",
    )


def test_grid_has_each_combination_once() -> None:
    values = {"CategoricalParameterRanges": [{"Name": "a", "Values": ["1", "2"]}, {"Name": "b", "Values": ["3"]}]}

    assert list(drawn({"Strategy": "Grid", "ParameterRanges": values})) == [
        {"a": "1", "b": "3"},
        {"a": "2", "b": "3"},
    ]


def test_job_that_nobody_started_is_not_there(sagemaker: SageMaker) -> None:
    with pytest.raises(Refused, match="not found"):
        sagemaker.answer("StopTrainingJob", {"TrainingJobName": "other"})


def test_order_is_carried_out_once(orders: Orders) -> None:
    orders.put({"refused": "ThrottlingException"})

    assert [orders.next().refused, orders.next()] == ["ThrottlingException", Order()]
    with pytest.raises(TypeError):
        orders.put({"unknown": 1})


def test_missing_python_3_10_is_told_at_once(tmp_path: Path) -> None:
    """With nothing on the path and a uv that can fetch nothing."""
    fetches_nothing = tmp_path / "uv"
    fetches_nothing.write_text("#!/bin/sh\nexit 2\n")
    fetches_nothing.chmod(0o755)
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")

    done = subprocess.run(
        ["/bin/sh", ROOT / "workflows/locks/python310", fetches_nothing],
        env={"PATH": str(tmp_path), "IMAGE_PYTHON": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Python 3.10 is missing: make test-sagemaker-image")
    assert "IMAGE_PYTHON=" in done.stderr
