"""Defines the state machine that transforms chunks of a stored batch, by one job for each execution.

    Transform ─────────────────────────> end
        ├── its time is over > TimedOut ─┐
        └── any other failure ───────────┴> StopTransform > NotTransformed

A job of this kind has no time of its own, and Step Functions does not end what it waited for in vain. So its state
has the time that was asked for, and what follows on it tells SageMaker to stop the job, should there still be one:
whoever asked for it may be gone. An execution that is stopped has Step Functions try the same.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html, "Run a Job (.sync)"
"""

from __future__ import annotations

from typing import Any

from stepfunctions.steps import Catch, Chain, Graph, Pass, Task, TransformStep

from chalicelib.edges.hosting.transform_jobs import TIMEOUT, TransformOrder
from workflows.definitions.hosting.endpoint import BUSY, SDK_BUSY, TAGS
from workflows.definitions.hosting.sessions import without_aws
from workflows.definitions.states import TIMEOUT_SECONDS, fail, retry

JSON_LINES = "application/jsonlines"
INLINE = f"{JSON_LINES}; refused=inline; warnings=inline"
"""By which the server answers a record that it refuses in the place of its prediction, and all others too, and counts
what it warns of. The server of an earlier release leaves that out."""
PAYLOAD_MB = 6
"""As much as the server takes, and more than a chunk has."""
ANSWER_SECONDS, TRIES_MORE = 600, 3
"""Of a request, and how often it is sent again. Source: botocore's model of ModelClientConfig."""
ORDER = {field: f"$.{field}" for field in TransformOrder.field_names}
"""The paths to what an execution is started with."""
AT_A_TIME = 1
"""Requests to an instance: the server scores on one core."""


def transform() -> Graph:
    """The whole machine. An execution is started with a TransformOrder, and named as its job."""
    step, stop, over = transform_chunks(), stop_transform(), timed_out()
    over.next(stop)
    step.add_catch(Catch(error_equals=["States.Timeout"], next_step=over, result_path="$.failure"))
    step.add_catch(Catch(error_equals=["States.ALL"], next_step=stop, result_path="$.failure"))
    return Graph(
        Chain([step]),
        comment="Score chunks of a stored batch on the model of a version, by a job that ends with its time.",
    )


def transform_chunks() -> TransformStep:
    """Start the job, and wait for its end. What it made lies in the bucket.

    What the service would choose by itself is said too, so that it stays as it is.
    Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
    """
    from sagemaker.transformer import Transformer

    example = Transformer(
        model_name="replaced",
        instance_count=1,
        instance_type="ml.m5.large",
        strategy="MultiRecord",
        assemble_with="Line",
        output_path="s3://replaced",
        accept=INLINE,
        max_concurrent_transforms=AT_A_TIME,
        max_payload=PAYLOAD_MB,
        sagemaker_session=without_aws(),
    )
    step = TransformStep(
        "Transform",
        example,
        job_name="replaced",
        model_name="replaced",
        data="s3://replaced",
        data_type="ManifestFile",
        content_type=JSON_LINES,
        compression_type="None",
        split_type="Line",
        tags={each["Key"]: each["Value"] for each in TAGS},
        timeout_seconds_path=ORDER["timeout_seconds"],
        retry=_retries(BUSY),
    )
    step.fields["parameters"] = _of_the_order(step.fields["parameters"])
    return step


def timed_out() -> Pass:
    """Step Functions has no words for it."""
    return Pass("TimedOut", result={"Error": "TimedOut", "Cause": TIMEOUT}, result_path="$.failure")


def stop_transform() -> Task:
    """Of a job that never began, or has ended, SageMaker says so, and there is nothing to stop. The first failure
    stays the reason."""
    failed = fail("NotTransformed", failure_path="$.failure", error="NotTransformed")
    state = Task(
        "StopTransform",
        resource="arn:aws:states:::aws-sdk:sagemaker:stopTransformJob",
        parameters={"TransformJobName.$": ORDER["name"]},
        result_path=None,
        timeout_seconds=TIMEOUT_SECONDS,
        retry=_retries(SDK_BUSY),
        catch=Catch(error_equals=["States.ALL"], next_step=failed, result_path="$.stop_transform"),
    )
    state.next(failed)
    return state


def _of_the_order(made: dict[str, Any]) -> dict[str, Any]:
    """What differs from job to job, over what the SDK made of the example."""
    source = made["TransformInput"]["DataSource"]["S3DataSource"]
    output = made["TransformOutput"]
    return {
        "TransformJobName.$": ORDER["name"],
        "ModelName.$": ORDER["sagemaker_model"],
        "MaxConcurrentTransforms": made["MaxConcurrentTransforms"],
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": ANSWER_SECONDS, "InvocationsMaxRetries": TRIES_MORE},
        "MaxPayloadInMB": made["MaxPayloadInMB"],
        "BatchStrategy": made["BatchStrategy"],
        "TransformInput": {
            **made["TransformInput"],
            "DataSource": {
                "S3DataSource": {"S3DataType": source["S3DataType"], "S3Uri.$": ORDER["manifest_uri"]},
            },
        },
        "TransformOutput": {
            "S3OutputPath.$": ORDER["outputs_uri"],
            **{name: value for name, value in output.items() if name != "S3OutputPath"},
        },
        "TransformResources": {
            "InstanceType.$": ORDER["instance_type"],
            "InstanceCount.$": ORDER["instances"],
        },
        "Tags": made["Tags"],
    }


def _retries(busy: str) -> list[Any]:
    """That there is no job to stop has the same name as a service that is busy, so no more than a minute is spent."""
    return [retry((busy,), interval_seconds=2, max_attempts=4, max_delay_seconds=30)]
