"""SageMaker: the transform jobs of one stage, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.aws.sagemaker.ending_jobs import NO_LONGER, stop
from chalicelib.edges.hosting.transform_jobs import (
    IN_PROGRESS,
    STOPPING,
    TransformJob,
    TransformOrder,
    why_refused,
)
from chalicelib.errors import ExecutionsUnavailable, TransformFailed

JSON_LINES = "application/jsonlines"
INLINE = f"{JSON_LINES}; refused=inline; warnings=inline"
"""By which the server answers a record that it refuses in the place of its prediction, and all others too, and counts
what it warns of. The server of an earlier release leaves that out."""
PAYLOAD_MB = 6
"""As much as the server takes, and more than a chunk has."""
ANSWER_SECONDS, TRIES_MORE = 600, 3
"""Of a request, and how often it is sent again. Source: botocore's model of ModelClientConfig."""
TAKEN = "ResourceInUse"


class SageMakerTransforms:
    """`chalicelib.edges.hosting.transform_jobs.TransformJobs`. The client is made at the first question."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def start(self, order: TransformOrder) -> bool:
        try:
            with transient(ExecutionsUnavailable, doing=f"starting transform job {order.name}"):
                self._connect().create_transform_job(**requested(order))
        except ClientError as exc:
            if code(exc) == TAKEN:
                return False
            known = why_refused(code(exc), str(exc))
            if known is None:
                raise
            problem, words = known
            raise TransformFailed(f"transform job {order.name} was not started: {words}", problem=problem) from exc
        return True

    def find(self, name: str) -> TransformJob | None:
        try:
            with transient(ExecutionsUnavailable, doing=f"looking at transform job {name}"):
                told = self._connect().describe_transform_job(TransformJobName=name)
        except ClientError as exc:
            if code(exc) in NO_LONGER:
                return None
            raise
        resources = told["TransformResources"]
        return TransformJob(
            name=name,
            status=told["TransformJobStatus"],
            instance_type=resources["InstanceType"],
            instances=resources["InstanceCount"],
            created_at=told["CreationTime"],
            reason=told.get("FailureReason", ""),
        )

    def stop(self, name: str) -> bool:
        look, end = self._connect().describe_transform_job, self._connect().stop_transform_job
        return stop(look, end, kind="TransformJob", name=name, called="transform job")

    def going(self, prefix: str) -> Sequence[str]:
        pages = self._connect().get_paginator("list_transform_jobs")
        with transient(ExecutionsUnavailable, doing="listing transform jobs"):
            found = [
                each["TransformJobName"]
                for status in (IN_PROGRESS, STOPPING)
                for page in pages.paginate(NameContains=prefix, StatusEquals=status)
                for each in page["TransformJobSummaries"]
            ]
        return [each for each in found if each.startswith(prefix)]


def requested(order: TransformOrder) -> dict[str, Any]:
    """The request. What the service would choose by itself is said too, so that it stays as it is.

    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
    """
    volume, output = ({"VolumeKmsKeyId": order.key}, {"KmsKeyId": order.key}) if order.key else ({}, {})
    return {
        "TransformJobName": order.name,
        "ModelName": order.sagemaker_model,
        "MaxConcurrentTransforms": 1,  # the server scores on one core
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": ANSWER_SECONDS, "InvocationsMaxRetries": TRIES_MORE},
        "MaxPayloadInMB": PAYLOAD_MB,
        "BatchStrategy": "MultiRecord",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": order.manifest_uri}},
            "ContentType": JSON_LINES,
            "CompressionType": "None",
            "SplitType": "Line",
        },
        "TransformOutput": {
            "S3OutputPath": order.outputs_uri,
            "Accept": INLINE,
            "AssembleWith": "Line",
            **output,
        },
        "TransformResources": {"InstanceType": order.instance_type, "InstanceCount": order.instances, **volume},
        "Tags": [{"Key": key, "Value": value} for key, value in order.tags.items()],
    }
