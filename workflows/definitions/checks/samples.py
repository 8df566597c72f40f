"""Makes sample payloads from the contracts, so many that every branch of a machine is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from types import UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from chalicelib.contracts.endpoints import EndpointPlan
from chalicelib.contracts.training import TrainingJob
from chalicelib.edges.hosting.transform_jobs import TransformOrder
from chalicelib.values import Value

CONTEXT: Mapping[str, Any] = {
    "Execution": {
        "Id": "an-arn",
        "Input": {},
        "Name": "a-run",
        "RedriveCount": 0,
        "RoleArn": "an-arn",
        "StartTime": "2026-11-20T03:00:00Z",
    },
    "State": {"EnteredTime": "2026-11-20T03:00:01Z", "Name": "a-state", "RetryCount": 0},
    "StateMachine": {"Id": "an-arn", "Name": "a-machine"},
}
"""What `$$` holds. Source: AWS Step Functions guide, "Context object"."""

VALUES: Mapping[type, tuple[Any, ...]] = {
    bool: (True, False),
    str: ("text",),
    int: (7,),
    list: ([],),
    Mapping: ({},),
}

EXAMPLES: Mapping[type, Mapping[str, Any]] = {
    TransformOrder: {
        "name": "nightswap-prod-transform-0123456789abcdef0123-1",
        "sagemaker_model": "nightswap-prod-a-model-v7",
        "manifest_uri": "s3://nightswap-prod-123456789012-us-east-1/batches/transform/a-batch/jobs/1.json",
        "outputs_uri": "s3://nightswap-prod-123456789012-us-east-1/batches/transform/a-batch/out/",
        "instance_type": "ml.m5.large",
        "instances": 2,
        "timeout_seconds": 3600,
    },
    TrainingJob: {
        "name": "nightswap-prod-0123456789abcdef0",
        "manifest_uri": "s3://nightswap-prod-123456789012-us-east-1/work/a-run/sides/manifest.json",
        "output_uri": "s3://nightswap-prod-123456789012-us-east-1/work/a-run/sides/training",
        "checkpoints_uri": "s3://nightswap-prod-123456789012-us-east-1/work/a-run/sides/training/checkpoints",
        "instance_type": "ml.m5.large",
        "volume_gb": 30,
        "spot": True,
        "stop": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
        "instances": 2,
        "hyperparameters": {"feature_dim": "3"},
        "tuning": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "objective"},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": 20,
                "MaxParallelTrainingJobs": 2,
                "MaxRuntimeInSeconds": 42_000,
            },
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "C", "MinValue": "0.01", "MaxValue": "100", "ScalingType": "Logarithmic"}
                ],
                "IntegerParameterRanges": [
                    {"Name": "max_iter", "MinValue": "10", "MaxValue": "99", "ScalingType": "Linear"}
                ],
                "CategoricalParameterRanges": [{"Name": "penalty", "Values": ['"l2"', "null"]}],
            },
            "TrainingJobEarlyStoppingType": "Auto",
            "RandomSeed": 0,
        },
        "validation_uri": "s3://nightswap-prod-123456789012-us-east-1/work/a-run/sides/validation-manifest.json",
    },
    EndpointPlan: {
        "name": "nightswap-prod-a-model-v7",
        "model_data_uri": "s3://nightswap-prod-123456789012-us-east-1/models/a-model/versions/000007/endpoint.tar.gz",
        "variants": [
            {
                "VariantName": "all",
                "ModelName": "nightswap-prod-a-model-v7",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "ContainerStartupHealthCheckTimeoutInSeconds": 600,
            }
        ],
        "has_instances": True,
        "idle_alarm": "nightswap-prod-a-model-v7-idle",
        "idle_hours": 48,
        "scales": True,
        "resource_id": "endpoint/nightswap-prod-a-model-v7/variant/all",
        "min_instances": 1,
        "max_instances": 10,
        "scaling": {
            "TargetValue": 15000.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
            "ScaleOutCooldown": 60,
            "ScaleInCooldown": 300,
        },
        "is_scheduled": True,
        "scale_out": {
            "Schedule": "cron(45 7 ? * MON-FRI *)",
            "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 10},
        },
        "scale_in": {
            "Schedule": "cron(0 10 ? * MON-FRI *)",
            "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 10},
        },
    },
}
"""Of payloads inside of others, and of those that a service reads itself."""


def samples(contract: type[Value], *, decisions: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """One payload for every combination of its decisions and booleans. An optional field has its value.

    >>> from chalicelib.contracts.rollout import AliasSwapped
    >>> [sample["decision"] for sample in samples(AliasSwapped, decisions=("Promoted", "Superseded"))]
    ['Promoted', 'Superseded']
    """
    if contract in EXAMPLES:
        return iter([dict(EXAMPLES[contract])])
    hints = _hints(cast(type, contract))
    names = contract.field_names
    values = [decisions if name == "decision" and decisions else _values(_kinds(hints[name])[0]) for name in names]
    return (dict(zip(names, combination, strict=True)) for combination in product(*values))


def accepts(contract: type, field: str, value: Any) -> bool:
    """Whether the field may hold the value, by its annotation; a field that the contract lacks may hold anything."""
    hints = _hints(contract)
    return field not in hints or any(_is(value, kind) for kind in _kinds(hints[field]))


@cache
def _hints(contract: type) -> dict[str, Any]:
    """A walk asks for those of a few contracts thousands of times, and each time they would be read from text."""
    return get_type_hints(contract)


def _values(kind: type) -> tuple[Any, ...]:
    return (EXAMPLES[kind],) if kind in EXAMPLES else VALUES[kind]


def _kinds(hint: Any) -> list[type]:
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return [get_origin(member) or member for member in members]


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
