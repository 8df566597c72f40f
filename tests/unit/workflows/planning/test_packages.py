"""What a deployment would upload, beside what the bucket has."""

from __future__ import annotations

import boto3
from botocore.stub import Stubber

from workflows.deploying.cloudformation.uploads import Upload
from workflows.planning.packages import PackageState, package_states

TASKS, LAYER = Upload("tasks", b"tasks of today", "zip"), Upload("layer onnx", b"a layer", "zip")


def test_package_that_the_bucket_has_is_told_from_one_that_it_lacks() -> None:
    client = boto3.client("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        stub.add_response("head_object", {"ContentLength": 14}, {"Bucket": "stage", "Key": TASKS.key})
        stub.add_client_error(
            "head_object", "404", http_status_code=404, expected_params={"Bucket": "stage", "Key": LAYER.key}
        )
        states = package_states(client, [TASKS, LAYER], bucket="stage")
        stub.assert_no_pending_responses()

    assert states == (
        PackageState(name="tasks", size_bytes=14, key=TASKS.key, uploaded=True),
        PackageState(name="layer onnx", size_bytes=7, key=LAYER.key, uploaded=False),
    )
