"""Seeded mistakes of the states that make a version's endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contract.definition.mistakes import CHECKER, REMOVED, STATELINT, Mistake
from workflows.definitions.rendering import ENDPOINT

PLAN = "$.version_model.endpoint"
OF_AN_ENDPOINT: Mapping[str, Mapping[str, Any]] = {
    "endpoint never made": {"HasEndpoint/Choices/1/Next": "Replay"},
    "decision misspelled": {"HasEndpoint/Choices/1/StringEquals": "Endpoint"},
    "model by its short role": {"CreateModel/Parameters/ExecutionRoleArn": "nightswap-prod-endpoint"},
    "container of a list": {"CreateModel/Parameters/PrimaryContainer": []},
    "data of nowhere": {"CreateModel/Parameters/PrimaryContainer/ModelDataUrl.$": f"{PLAN}.data"},
    "configuration of no variants": {"CreateEndpointConfig/Parameters/ProductionVariants.$": f"{PLAN}.scaling"},
    "configuration by another field": {
        "CreateEndpointConfig/Parameters/EndpointConfigName.$": REMOVED,
        "CreateEndpointConfig/Parameters/ConfigName.$": f"{PLAN}.name",
    },
    "endpoint without a configuration": {"CreateEndpoint/Parameters/EndpointConfigName.$": REMOVED},
    "endpoint named as its data": {"CreateEndpoint/Parameters/EndpointName.$": f"{PLAN}.model_data_uri"},
    "creation that is waited for": {"CreateEndpoint/Resource": "arn:aws:states:::sagemaker:createEndpoints.sync"},
    "description in capitals": {"DescribeEndpoint/Resource": "arn:aws:states:::aws-sdk:sagemaker:DescribeEndpoint"},
    "description that is forgotten": {"DescribeEndpoint/ResultPath": None},
    "loop for whatever happens": {"IsInService/Default": "WaitForEndpoint"},
    "health never looked at": {"WaitForEndpoint/Next": "Replay"},
    "wait for a text": {"WaitForEndpoint/Seconds": "30"},
    "reason of nothing": {"EndpointFailed/Parameters/Cause.$": "$.endpoint.Reason"},
    "scaling of another service": {"RegisterScaling/Parameters/ServiceNamespace": "sagemakers"},
    "scaling of another dimension": {"RegisterScaling/Parameters/ScalableDimension": "sagemaker:variant:Count"},
    "scaling of no resource": {"PutScaling/Parameters/ResourceId.$": REMOVED},
    "policy of another type": {"PutScaling/Parameters/PolicyType": "TargetTracking"},
    "policy that is a number": {
        "PutScaling/Parameters/TargetTrackingScalingPolicyConfiguration.$": f"{PLAN}.min_instances",
    },
    "alarm never put": {"HasInstances/Choices/0/Next": "WaitForEndpoint"},
    "alarm never enabled": {"IsWatched/Choices/0/Next": "Scales"},
    "alarm of another comparison": {"PutIdleAlarm/Parameters/ComparisonOperator": "LessThan"},
    "alarm of another statistic": {"PutIdleAlarm/Parameters/Statistic": "sum"},
    "alarm over hours that are a text": {"PutIdleAlarm/Parameters/EvaluationPeriods.$": f"{PLAN}.idle_alarm"},
    "alarm of no name": {"PutIdleAlarm/Parameters/AlarmName.$": REMOVED},
    "dimension without a value": {"PutIdleAlarm/Parameters/Dimensions/0/Value.$": REMOVED},
    "action that is a text": {"PutIdleAlarm/Parameters/AlarmActions": "arn:aws:sns:us-east-1:123456789012:alerts"},
    "alarm enabled by a text": {"EnableIdleAlarm/Parameters/ActionsEnabled": "true"},
    "schedule never made": {"IsScheduled/Choices/0/Next": "Replay"},
    "schedule of no expression": {"ScheduleScaleOut/Parameters/Schedule.$": f"{PLAN}.scale_out.ScalableTargetAction"},
    "schedule of nowhere": {"ScheduleScaleIn/Parameters/Schedule.$": f"{PLAN}.scale_in.Cron"},
    "schedule of another dimension": {"ScheduleScaleOut/Parameters/ScalableDimension": "sagemaker:variant:Count"},
    "capacity by another name": {
        "ScheduleScaleIn/Parameters/ScalableTargetAction.$": REMOVED,
        "ScheduleScaleIn/Parameters/TargetAction.$": f"{PLAN}.scale_in.ScalableTargetAction",
    },
    "action without a name": {"ScheduleScaleIn/Parameters/ScheduledActionName": REMOVED},
    "service by botocore's name": {
        "PutScaling/Resource": "arn:aws:states:::aws-sdk:applicationautoscalings:putScalingPolicy",
    },
    "call without a retry": {"PutScaling/Retry/0/ErrorEquals": ["States.Timeout"]},
    "call whose failure is lost": {"CreateModel/Catch/0/Next": "RetrainFailed"},
}
MISTAKES_WITH_ENDPOINTS = tuple(
    Mistake(name, changes, STATELINT if name == "wait for a text" else CHECKER, target=ENDPOINT)
    for name, changes in OF_AN_ENDPOINT.items()
)
"""Made where versions have endpoints."""
