"""Seeded mistakes of the machine that transforms a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contract.definition.mistakes import CHECKER, REMOVED, STATELINT, Mistake
from workflows.definitions.rendering import TRANSFORM

ASKED = "Transform/Parameters"
INPUT = f"{ASKED}/TransformInput"
BY_STATELINT = ("end by two names", "path to the time that is none", "two times", "stop that leads nowhere")
OF_A_TRANSFORM: Mapping[str, Mapping[str, Any]] = {
    "no time": {"Transform/TimeoutSecondsPath": REMOVED},
    "two times": {"Transform/TimeoutSeconds": 3600},
    "path to the time that is none": {"Transform/TimeoutSecondsPath": "timeout_seconds"},
    "time of nowhere": {"Transform/TimeoutSecondsPath": "$.minutes"},
    "time that is a text": {"Transform/TimeoutSecondsPath": "$.instance_type"},
    "job that is never stopped": {
        "Transform/Catch/1/Next": "NotTransformed",
        "Transform/End": REMOVED,
        "Transform/Next": "StopTransform",
    },
    "job whose failures are not all caught": {"Transform/Catch/1/ErrorEquals": ["States.TaskFailed"]},
    "job of no name": {f"{ASKED}/TransformJobName.$": REMOVED},
    "job of another order's name": {f"{ASKED}/TransformJobName.$": "$.job"},
    "job named by its place": {f"{ASKED}/TransformJobName.$": "$.outputs_uri"},
    "job of no model": {f"{ASKED}/ModelName.$": REMOVED},
    "unknown strategy": {f"{ASKED}/BatchStrategy": "Multi"},
    "unknown split": {f"{INPUT}/SplitType": "Lines"},
    "unknown compression": {f"{INPUT}/CompressionType": "gzip"},
    "unknown kind of input": {f"{INPUT}/DataSource/S3DataSource/S3DataType": "Manifest"},
    "input of nowhere": {f"{INPUT}/DataSource/S3DataSource/S3Uri.$": "$.inputs_uri"},
    "unknown way to put together": {f"{ASKED}/TransformOutput/AssembleWith": "line"},
    "output of nowhere": {f"{ASKED}/TransformOutput/S3OutputPath.$": "$.output_uri"},
    "instances that are a text": {f"{ASKED}/TransformResources/InstanceCount.$": "$.instance_type"},
    "type that is a number": {f"{ASKED}/TransformResources/InstanceType.$": "$.instances"},
    "answers without a limit": {f"{ASKED}/ModelClientConfig/InvocationsTimeoutInSeconds": 36_000},
    "too many tries": {f"{ASKED}/ModelClientConfig/InvocationsMaxRetries": 9},
    "tags of a map": {f"{ASKED}/Tags": {"nightswap:app": "nightswap"}},
    "misspelled parameter": {f"{ASKED}/MaxPayloadInMb": 6},
    "throttles not tried again": {"Transform/Retry/0/ErrorEquals": ["States.Timeout"]},
    "another action": {"Transform/Resource": "arn:aws:states:::sagemaker:createTransform.sync"},
    "failure that wipes out the name": {"Transform/Catch/1/ResultPath": REMOVED},
    "time that is over and nobody told": {"TimedOut/Next": "NotTransformed"},
    "end by a name of Step Functions": {"NotTransformed/Error": "States.Timeout"},
    "end by two names": {"NotTransformed/ErrorPath": "$.failure.Error"},
    "end without a name": {"NotTransformed/Error": REMOVED},
    "stop of another job": {"StopTransform/Parameters/TransformJobName.$": "$.failure.Name"},
    "stop that hides the first failure": {"StopTransform/ResultPath": REMOVED},
    "stop of training": {"StopTransform/Resource": "arn:aws:states:::aws-sdk:sagemaker:stopTrainingJob"},
    "stop that is tried once": {"StopTransform/Retry": []},
    "stop that leads nowhere": {"StopTransform/Next": REMOVED},
    "stop that leads back": {"StopTransform/Next": "Transform"},
    "reason of nothing": {"NotTransformed/CausePath": "$.failure.Reason"},
}
MISTAKES_IN_A_TRANSFORM = tuple(
    Mistake(name, changes, STATELINT if name in BY_STATELINT else CHECKER, engine=TRANSFORM)
    for name, changes in OF_A_TRANSFORM.items()
)
