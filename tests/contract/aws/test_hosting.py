"""SageMaker, Application Auto Scaling and CloudWatch as the edge of the endpoints speaks to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.aws.sagemaker.endpoints import SageMakerEndpoints
from chalicelib.edges.hosting.endpoints import Endpoint
from chalicelib.errors import ExecutionsUnavailable
from tests.contract.aws.conftest import Scripted

NAME = "nightswap-prod-flows-v7"
MADE = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TARGET = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": f"endpoint/{NAME}/variant/all",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
GONE = {
    "delete_endpoint": "Could not find endpoint",
    "delete_endpoint_config": "Could not find endpoint configuration",
    "delete_model": "Could not find model",
}


@pytest.fixture
def scaling(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("application-autoscaling")


@pytest.fixture
def alarms(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("cloudwatch")


@pytest.fixture
def endpoints(sagemaker: Scripted, scaling: Scripted, alarms: Scripted) -> SageMakerEndpoints:
    connects = (lambda: sagemaker.client, lambda: scaling.client, lambda: alarms.client)
    return SageMakerEndpoints(*connects, stage="prod")


def listed(name: str) -> dict[str, Any]:
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{name}"
    times = {"CreationTime": MADE, "LastModifiedTime": MADE}
    return {"EndpointName": name, "EndpointArn": arn, "EndpointStatus": "InService", **times}


def test_endpoints_of_the_model_alone_are_listed_page_by_page(
    endpoints: SageMakerEndpoints, sagemaker: Scripted
) -> None:
    wanted = {"NameContains": "nightswap-prod-flows-v"}
    first = [listed("nightswap-prod-flows-v10"), listed("nightswap-prod-flows-v2-v3")]
    sagemaker.answers("list_endpoints", {"Endpoints": first, "NextToken": "more"}, **wanted)
    sagemaker.answers("list_endpoints", {"Endpoints": [listed(NAME)]}, **wanted, NextToken="more")

    found = endpoints.of("flows")

    assert [each.model_version for each in found] == [7, 10]
    assert found[0] == Endpoint(name=NAME, model_version=7, status="InService", created_at=MADE)


def test_its_alarm_and_what_scales_it_go_before_the_endpoint(
    endpoints: SageMakerEndpoints, sagemaker: Scripted, scaling: Scripted, alarms: Scripted
) -> None:
    alarms.answers("delete_alarms", {}, AlarmNames=[f"{NAME}-idle"])
    scaling.answers("deregister_scalable_target", {}, **TARGET)
    sagemaker.answers("delete_endpoint", {}, EndpointName=NAME)
    sagemaker.answers("delete_endpoint_config", {}, EndpointConfigName=NAME)
    sagemaker.answers("delete_model", {}, ModelName=NAME)

    endpoints.delete("flows", 7)


def test_what_is_gone_already_is_left_out(
    endpoints: SageMakerEndpoints, sagemaker: Scripted, scaling: Scripted, alarms: Scripted
) -> None:
    alarms.refuses("delete_alarms", "ResourceNotFound")
    message = "No scalable target found for service namespace: sagemaker"
    scaling.refuses("deregister_scalable_target", "ObjectNotFoundException", message=message)
    for operation, words in GONE.items():
        sagemaker.refuses(operation, "ValidationException", message=f'{words} "{NAME}".')

    endpoints.delete("flows", 7)


def test_endpoint_whose_alarm_stays_is_not_touched(endpoints: SageMakerEndpoints, alarms: Scripted) -> None:
    alarms.refuses("delete_alarms", "AccessDenied")

    with pytest.raises(ClientError, match="AccessDenied"):
        endpoints.delete("flows", 7)


def test_endpoint_that_is_still_made_is_not_taken_for_one_that_is_gone(
    endpoints: SageMakerEndpoints, sagemaker: Scripted, scaling: Scripted, alarms: Scripted
) -> None:
    alarms.answers("delete_alarms", {}, AlarmNames=[f"{NAME}-idle"])
    scaling.answers("deregister_scalable_target", {}, **TARGET)
    sagemaker.refuses("delete_endpoint", "ValidationException", message="Cannot update in-progress endpoint")

    with pytest.raises(ClientError):
        endpoints.delete("flows", 7)


def test_throttle_is_worth_another_try(endpoints: SageMakerEndpoints, sagemaker: Scripted) -> None:
    sagemaker.refuses("list_endpoints", "ThrottlingException")

    with pytest.raises(ExecutionsUnavailable):
        endpoints.of("flows")
