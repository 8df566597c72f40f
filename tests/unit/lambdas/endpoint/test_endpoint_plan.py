"""What is asked of SageMaker for a version, against botocore's models."""

from __future__ import annotations

import pytest

from lambdas.endpoint import endpoint_plan
from lambdas.endpoint.hosting import Hosting
from lambdas.model.recipe import Endpoint, Scheduled
from workflows.definitions.checks.integrations import integration_mistakes

HOSTING = Hosting(Endpoint(), stage="prod", model="kdd99-http")
SERVERLESS = Endpoint(serverless=2048, max_concurrency=5)
BEGINS, ENDS = "cron(45 7 ? * MON-FRI *)", "cron(0 10 ? * MON-FRI *)"
KNOWN_HOUR = Endpoint(scheduled=Scheduled(BEGINS, ENDS, min_instances=3, max_instances=12))
SCHEDULE = "arn:aws:states:::aws-sdk:applicationautoscaling:putScheduledAction"
CONFIG = "arn:aws:states:::sagemaker:createEndpointConfig"
SCALING = "arn:aws:states:::aws-sdk:applicationautoscaling:putScalingPolicy"


@pytest.mark.parametrize("endpoint", [Endpoint(), Endpoint(max_instances=1), KNOWN_HOUR, SERVERLESS])
def test_service_takes_what_is_asked(endpoint: Endpoint) -> None:
    made = Hosting(endpoint, stage="prod", model="kdd99-http").plan(7, bucket="a-bucket")

    config = {"EndpointConfigName": made.name, "ProductionVariants": made.variants}
    policy = {
        "PolicyName": "a-policy",
        "ServiceNamespace": "sagemaker",
        "ResourceId": made.resource_id,
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        "TargetTrackingScalingPolicyConfiguration": made.scaling,
    }
    assert integration_mistakes(CONFIG, config) == []
    assert integration_mistakes(SCALING, policy) == []


def test_one_name_is_of_all_and_the_data_are_the_registry_s() -> None:
    made = HOSTING.plan(7, bucket="a-bucket")

    assert made.name == "nightswap-prod-kdd99-http-v7"
    assert made.variants[0]["ModelName"] == made.name
    assert made.resource_id == f"endpoint/{made.name}/variant/all"
    assert made.model_data_uri == "s3://a-bucket/models/kdd99-http/versions/000007/endpoint.tar.gz"


@pytest.mark.parametrize(
    ("endpoint", "scales"),
    [
        (Endpoint(), True),
        (Endpoint(min_instances=2, max_instances=2), False),
        (SERVERLESS, False),
    ],
)
def test_number_of_instances_follows_the_load_where_it_may_differ(endpoint: Endpoint, scales: bool) -> None:
    assert endpoint_plan.describe(endpoint, name="a", model_data_uri="s3://a/b").scales is scales


def test_known_hour_is_two_scheduled_actions_that_the_service_takes() -> None:
    made = Hosting(KNOWN_HOUR, stage="prod", model="kdd99-http").plan(7, bucket="a-bucket")

    assert (made.scales, made.is_scheduled) == (True, True)
    assert made.scale_out == {"Schedule": BEGINS, "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 12}}
    assert made.scale_in == {"Schedule": ENDS, "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 10}}
    for action in (made.scale_out, made.scale_in):
        given = {
            "ScheduledActionName": "an-action",
            "ServiceNamespace": "sagemaker",
            "ResourceId": made.resource_id,
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            **action,
        }
        assert integration_mistakes(SCHEDULE, given) == []


def test_known_hour_has_the_most_instances_of_other_hours_where_it_says_none() -> None:
    made = endpoint_plan.describe(
        Endpoint(scheduled=Scheduled(BEGINS, ENDS, min_instances=3)), name="a", model_data_uri="s3://a/b"
    )

    assert made.scale_out["ScalableTargetAction"] == {"MinCapacity": 3, "MaxCapacity": 10}


def test_fixed_number_follows_a_schedule_too() -> None:
    fixed = Endpoint(max_instances=1, scheduled=Scheduled(BEGINS, ENDS, min_instances=3, max_instances=3))

    assert endpoint_plan.describe(fixed, name="a", model_data_uri="s3://a/b").scales
    assert not endpoint_plan.describe(Endpoint(), name="a", model_data_uri="s3://a/b").is_scheduled


def test_known_hour_is_told_with_its_price() -> None:
    assert endpoint_plan.in_words(KNOWN_HOUR) == (
        f"1 to 10 ml.m5.large, 3 to 12 from {BEGINS} until {ENDS}, $0.12 to $1.38 an hour in us-east-1"
    )


def test_endpoint_with_instances_is_watched_for_idleness_and_a_serverless_one_costs_nothing_at_rest() -> None:
    made = Hosting(Endpoint(idle_hours=72), stage="prod", model="kdd99-http").plan(7, bucket="a-bucket")

    assert (made.has_instances, made.idle_alarm, made.idle_hours) == (True, "nightswap-prod-kdd99-http-v7-idle", 72)
    assert not endpoint_plan.describe(SERVERLESS, name="a", model_data_uri="s3://a/b").has_instances


def test_serverless_variant_names_no_instance() -> None:
    [variant] = endpoint_plan.describe(SERVERLESS, name="a", model_data_uri="s3://a/b").variants

    assert variant["ServerlessConfig"] == {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    assert "InstanceType" not in variant


def test_fixed_number_is_told_with_its_price() -> None:
    said = endpoint_plan.in_words(Endpoint(min_instances=2, max_instances=2))

    assert said == "2 ml.m5.large, $0.23 an hour in us-east-1"
