"""A transform job, as Step Functions and SageMaker tell of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib import names
from chalicelib.contracts.payload import to_event
from chalicelib.edges.hosting.transform_jobs import TransformJob, TransformOrder

NAMES = names.Names(stage="tencharact", account="123456789012", region="eu-west-1")
BATCH = "a-model-of-twenty-four-c-0123456789abcdef0123"
JOB = names.transform_job(NAMES.stage, BATCH, 9_999)
ARN = f"arn:aws:sagemaker:eu-west-1:123456789012:transform-job/{JOB}"
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:nightswap-tencharact-transform"
EXECUTION = f"arn:aws:states:eu-west-1:123456789012:execution:nightswap-tencharact-transform:{JOB}"
BEGUN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ORDER = TransformOrder(
    name=JOB,
    sagemaker_model="nightswap-prod-kdd99-http-v7",
    manifest_uri="s3://a-bucket/batches/transform/b/jobs/1.json",
    outputs_uri="s3://a-bucket/batches/transform/b/out/",
    instance_type="ml.m5.large",
    instances=2,
    timeout_seconds=5_400,
)
FOUND = TransformJob(
    name=JOB,
    status="InProgress",
    instance_type="ml.m5.large",
    instances=2,
    created_at=BEGUN,
    minutes=90,
    reason="",
)


def described(status: str, **more: Any) -> dict[str, Any]:
    """As much of it as botocore's model asks for."""
    return {
        "TransformJobName": JOB,
        "TransformJobArn": ARN,
        "TransformJobStatus": status,
        "ModelName": ORDER.sagemaker_model,
        "TransformInput": {"DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": "s3://b/k"}}},
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
        "CreationTime": BEGUN,
        **more,
    }


def execution(status: str, **more: Any) -> dict[str, Any]:
    return {
        "executionArn": EXECUTION,
        "stateMachineArn": MACHINE,
        "name": JOB,
        "status": status,
        "startDate": BEGUN,
        "input": json.dumps(to_event(ORDER)),
        **more,
    }
