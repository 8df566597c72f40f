"""Describes a version's endpoint: what the state machine asks of SageMaker and of Application Auto Scaling."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.endpoints import HOURLY, EndpointPlan
from chalicelib.edges.hosting.endpoints import VARIANT, idle_alarm, scaled
from lambdas.model.recipe import Endpoint

METRIC = "SageMakerVariantInvocationsPerInstance"
"""Requests of a minute that each instance has.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html"""
OUT_SECONDS, IN_SECONDS = 60, 300
"""After an instance was added, or taken away, before the next one is."""
SECONDS_TO_START = 600
"""For a container until it answers /ping; then SageMaker gives the endpoint up."""


def describe(endpoint: Endpoint, *, name: str, model_data_uri: str) -> EndpointPlan:
    usual, scheduled = (endpoint.min_instances, endpoint.max_instances), endpoint.scheduled
    return EndpointPlan(
        name=name,
        model_data_uri=model_data_uri,
        variants=[{"VariantName": VARIANT, "ModelName": name, **_size(endpoint)}],
        has_instances=endpoint.serverless is None,
        idle_alarm=idle_alarm(name),
        idle_hours=endpoint.idle_hours,
        scales=endpoint.serverless is None and (scheduled is not None or usual[0] < usual[1]),
        resource_id=scaled(name),
        min_instances=endpoint.min_instances,
        max_instances=endpoint.max_instances,
        scaling={
            "TargetValue": float(endpoint.requests_per_minute),
            "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
            "ScaleOutCooldown": OUT_SECONDS,
            "ScaleInCooldown": IN_SECONDS,
        },
        is_scheduled=scheduled is not None,
        scale_out=_action(scheduled.begins, endpoint.known_hour or usual) if scheduled else {},
        scale_in=_action(scheduled.ends, usual) if scheduled else {},
    )


def _action(schedule: str, instances: tuple[int, int]) -> dict[str, Any]:
    least, most = instances
    return {"Schedule": schedule, "ScalableTargetAction": {"MinCapacity": least, "MaxCapacity": most}}


def _size(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.serverless is not None:
        return {
            "ServerlessConfig": {
                "MemorySizeInMB": endpoint.serverless,
                "MaxConcurrency": endpoint.max_concurrency,
            }
        }
    return {
        "InstanceType": endpoint.instance_type,
        "InitialInstanceCount": endpoint.min_instances,
        "ContainerStartupHealthCheckTimeoutInSeconds": SECONDS_TO_START,
    }


def dollars_an_hour(endpoint: Endpoint) -> tuple[float, float]:
    """What an endpoint costs at least and at most, in us-east-1, whatever the hour; nothing for a serverless one.

    >>> dollars_an_hour(Endpoint(max_instances=2))
    (0.115, 0.23)
    """
    if endpoint.serverless is not None:
        return 0.0, 0.0
    hour, counts = HOURLY[endpoint.instance_type], (endpoint.min_instances, endpoint.max_instances)
    known = endpoint.known_hour or counts
    return hour * min(*counts, *known), hour * max(*counts, *known)


def in_words(endpoint: Endpoint) -> str:
    """What a version's endpoint is and costs.

    >>> in_words(Endpoint())
    '1 to 10 ml.m5.large, $0.12 to $1.15 an hour in us-east-1'
    >>> in_words(Endpoint(serverless=2048))
    'serverless, 2048 MB, 20 requests at once, paid by their seconds'
    """
    if endpoint.serverless is not None:
        at_once = f"{endpoint.max_concurrency} requests at once"
        return f"serverless, {endpoint.serverless} MB, {at_once}, paid by their seconds"
    least, most = (f"${each:.2f}" for each in dollars_an_hour(endpoint))
    of_hour = ""
    if endpoint.scheduled and endpoint.known_hour:
        hour = f"from {endpoint.scheduled.begins} until {endpoint.scheduled.ends}"
        of_hour = f", {_count(*endpoint.known_hour)} {hour}"
    usual = f"{_count(endpoint.min_instances, endpoint.max_instances)} {endpoint.instance_type}"
    return f"{usual}{of_hour}, {least if least == most else f'{least} to {most}'} an hour in us-east-1"


def _count(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"
