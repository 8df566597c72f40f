"""The machine of a stage whose versions answer from endpoints, which really answer, on the second engine.

Each run waits for its endpoint half a minute, as the definition says.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.aws.sagemaker.endpoints import SageMakerEndpoints
from tests.sagemaker.stage import MODEL, Stage, is_deployed_from
from workflows.definitions.rendering import golden

ATTACK = "/predict?duration=0&src_bytes=54540&dst_bytes=8314"
THROTTLED = {"refused": "ThrottlingException", "message": "Rate exceeded"}
LIMIT = "The account-level service limit 'ml.m5.large for endpoint usage' is 0 Instances"
FIRST = f"nightswap-local-{MODEL}-v1"


@pytest.fixture(scope="module")
def live(on_endpoints: Stage) -> Stage:
    """Version 1 is live."""
    on_endpoints.promoted()
    return on_endpoints


def endpoints(stage: Stage) -> dict[str, str]:
    """The status of each that there is."""
    listed = stage.client("sagemaker", endpoint=stage.engine).list_endpoints()["Endpoints"]
    return {each["EndpointName"]: each["EndpointStatus"] for each in listed}


def failed(stage: Stage) -> dict[str, Any]:
    """A run that came to nothing because of its endpoint: what is live is what was, and its own endpoint is gone."""
    before = stage.live
    run = stage.retrain(force=True)
    assert run["outcome"] == "RetrainFailed", json.dumps(run, indent=1)
    assert run["error"] == "EndpointFailed"
    stage.until(lambda: stage.status(run["run"]) == "FAILED")
    assert stage.live == before
    assert stage.call("GET", ATTACK)["label"] == "attack"
    assert endpoints(stage) == {FIRST: "InService"}
    return run


def test_definition_is_the_committed_one_with_the_names_of_the_stage(on_endpoints: Stage) -> None:
    assert is_deployed_from(golden(target="endpoint"), on_endpoints.definition)


def test_first_version_answers_from_its_endpoint(live: Stage) -> None:
    [run] = live.call("GET", "/runs")["runs"]
    states = live.states(run["run"])
    assert states[states.index("CreateModel") : states.index("Replay") + 1] == [
        *("CreateModel", "CreateEndpointConfig", "CreateEndpoint", "HasInstances", "PutIdleAlarm", "WaitForEndpoint"),
        *("DescribeEndpoint", "IsInService", "IsWatched", "EnableIdleAlarm"),
        *("Scales", "RegisterScaling", "PutScaling", "IsScheduled", "Replay"),
    ]
    assert live.call("GET", ATTACK)["label"] == "attack"
    assert endpoints(live) == {FIRST: "InService"}


def test_endpoint_that_answers_no_ping_ends_the_run(live: Stage) -> None:
    live.order(is_healthy=False)

    run = failed(live)

    assert "its container answered no /ping. Its log in /aws/sagemaker/Endpoints says why" in run["reason"]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ({"has_capacity": False}, "AWS has no such instance now. Retrain later"),
        ({"refused": "ResourceLimitExceeded", "message": LIMIT}, "the account's limit of such instances is reached"),
    ],
    ids=["no capacity", "limit of the account"],
)
def test_endpoint_that_gets_no_instance_ends_the_run(live: Stage, order: dict[str, Any], reason: str) -> None:
    live.order(**order)

    assert reason in failed(live)["reason"]


def test_throttled_requests_end_no_run_and_the_next_version_takes_over_share_by_share(live: Stage) -> None:
    for _ in range(2):
        live.order(**THROTTLED)

    run = live.retrain(force=True)

    assert run["outcome"] == "Promoted", json.dumps(run, indent=1)
    assert live.refusals(run["run"]) == ["SageMaker.AmazonSageMakerException"] * 2
    states = live.states(run["run"])
    assert states[states.index("ShiftTraffic") :][:3] == ["ShiftTraffic", "GoesOn", "Bake"]
    assert [*endpoints(live).values()] == ["InService"] * 2


def test_rollback_finds_the_endpoint_that_the_alias_has_left(live: Stage) -> None:
    [gone] = endpoints(live).keys() - {FIRST}
    live.command("rollback", "--reason", "tried")
    assert live.live["model_version"] == 1
    live.kill(gone)

    assert live.call("GET", ATTACK)["label"] == "attack"


def test_deletion_takes_alarm_and_scaling_of_an_endpoint_too(live: Stage) -> None:
    alarms, scaling = live.client("cloudwatch"), live.client("application-autoscaling", endpoint=live.engine)
    hosted = SageMakerEndpoints(
        lambda: live.client("sagemaker", endpoint=live.engine), lambda: scaling, lambda: alarms, stage="local"
    )

    def watched() -> list[str]:
        found = alarms.describe_alarms(AlarmNamePrefix=f"nightswap-local-{MODEL}-v")["MetricAlarms"]
        return [each["AlarmName"] for each in found if each["AlarmName"].endswith("-idle")]

    def scaled() -> list[str]:
        found = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")["ScalableTargets"]
        return [each["ResourceId"].split("/")[1] for each in found]

    there = hosted.of(MODEL)
    assert {each.name for each in there} == {*scaled()} == {each.removesuffix("-idle") for each in watched()}
    assert len(there) == 2
    for each in there:
        hosted.delete(MODEL, each.model_version)

    assert (hosted.of(MODEL), watched(), scaled()) == ([], [], [])
