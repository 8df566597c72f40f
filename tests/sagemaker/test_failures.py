"""What can go wrong with a training job, done to one that really runs: each run ends with a reason, and what is live
stays live."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest

from lambdas.engines.sagemaker import job
from tests.sagemaker.stage import MODEL, NAMES, Stage
from workflows.packaging.training_source import ENTRY_POINT

THROTTLED = {"refused": "ThrottlingException", "message": "Rate exceeded"}
LIMIT = "The account-level service limit 'ml.m5.xlarge for spot training job usage' is 0 Instances"


@pytest.fixture(scope="module")
def live(on_sagemaker: Stage) -> Stage:
    """Version 1 is live: its first requests were throttled, and its instance was taken back once."""
    for order in (THROTTLED, THROTTLED, {"interruptions": 1}):
        on_sagemaker.order(**order)
    on_sagemaker.promoted()
    return on_sagemaker


def failed(stage: Stage, run: str) -> str:
    """The reason; what is live is what was."""
    ended = stage.ended(run)
    assert ended["outcome"] == "RetrainFailed", json.dumps(ended, indent=1)
    assert ended["error"] == "TrainingFailed"
    stage.until(lambda: stage.status(run) == "FAILED")
    assert stage.states(run)[-3:] == ["TrainOnSageMaker", "RestoreAfterFailure", "RetrainFailed"]
    assert stage.live["model_version"] == 1
    return str(ended["reason"])


def test_throttling_and_a_lost_instance_end_no_run(live: Stage) -> None:
    [first] = [each["run"] for each in live.call("GET", "/runs")["runs"] if each["outcome"] == "Promoted"]

    assert live.refusals(first) == ["SageMaker.AmazonSageMakerException"] * 2


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"seconds": 0.5}, "ran out of time. Give the recipe's SageMaker a longer max_runtime_seconds"),
        ({"interruptions": 2, "comes_back": False}, "lost its spare capacity, and got none again in time"),
        ({"has_capacity": False}, "found no instance. Retrain later, or take another instance_type"),
        ({"answer_lost": True}, "was not started: its name is taken: an earlier try had started it"),
        ({"refused": "ResourceLimitExceeded", "message": LIMIT}, "the account's limit of such instances is reached"),
    ],
    ids=["out of time", "spot taken back", "no capacity", "name taken", "limit of the account"],
)
def test_job_that_gives_no_model_is_told(live: Stage, order: dict[str, Any], reason: str) -> None:
    live.order(**order)

    assert reason in failed(live, live.started(force=True))


@pytest.fixture
def broken_script(live: Stage) -> Any:
    """The code of the jobs, whose script now raises; it is put back after the test."""
    bucket = live.client("s3")
    [place] = [each for each in _texts(json.loads(live.definition)) if each.endswith('.tar.gz"')]
    key = json.loads(place).removeprefix(f"s3://{NAMES.bucket}/")
    whole = bucket.get_object(Bucket=NAMES.bucket, Key=key)["Body"].read()
    broken = io.BytesIO()
    with tarfile.open(fileobj=broken, mode="w:gz") as archive:
        script = b"raise RuntimeError('the script is broken')\n"
        member = tarfile.TarInfo(ENTRY_POINT)
        member.size = len(script)
        archive.addfile(member, io.BytesIO(script))
    bucket.put_object(Bucket=NAMES.bucket, Key=key, Body=broken.getvalue())
    yield
    bucket.put_object(Bucket=NAMES.bucket, Key=key, Body=whole)


@pytest.mark.usefixtures("broken_script")
def test_error_of_the_script_is_told_with_the_place_of_its_log(live: Stage) -> None:
    reason = failed(live, live.started(force=True))

    assert "failed: SageMaker says 'AlgorithmError: ExecuteUserScriptError:" in reason
    assert "ExitCode 1" in reason
    assert reason.endswith("Its log is in /aws/sagemaker/TrainingJobs")


def test_stopped_run_stops_its_job(live: Stage) -> None:
    run = live.started(force=True)
    live.until(lambda: "TrainOnSageMaker" in live.states(run))
    name = job.name(NAMES.stage, run=run, model=MODEL)

    def status() -> str:
        jobs = live.client("sagemaker", endpoint=live.engine)
        return str(jobs.describe_training_job(TrainingJobName=name)["TrainingJobStatus"])

    live.call("POST", f"/runs/{run}/stop", {"reason": "enough"})

    live.until(lambda: status() not in ("InProgress", "Stopping"))
    assert status() == "Stopped"
    assert live.live["model_version"] == 1


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
