"""Files lie under their content's checksum, and are sent once."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError

from chalicelib.errors import DeploymentFailed
from workflows.deploying.progress import Step
from workflows.deploying.uploads import Upload, upload

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

FILE = Upload("tasks", b"content", ".zip")


class FakeBucket:
    def __init__(self, *, refusal: str = "404") -> None:
        self.objects: dict[str, bytes] = {}
        self.refusal = refusal
        self.writes = 0

    def head_object(self, **given: Any) -> None:
        if given["Key"] not in self.objects:
            raise ClientError({"Error": {"Code": self.refusal, "Message": "no"}}, "HeadObject")

    def put_object(self, **given: Any) -> None:
        assert base64.b64decode(given["ChecksumSHA256"]) == hashlib.sha256(given["Body"]).digest()
        self.objects[given["Key"]] = given["Body"]
        self.writes += 1


def send(bucket: FakeBucket, each: Upload = FILE) -> Step:
    steps: list[Step] = []
    upload(cast("S3Client", bucket), each, bucket="a-bucket", report=steps.append)
    return steps[0]


def test_key_is_made_of_the_content() -> None:
    assert FILE.key == f"deploy/{hashlib.sha256(b'content').hexdigest()}.zip"


def test_file_is_sent_once() -> None:
    bucket = FakeBucket()

    assert send(bucket) == Step("upload", "tasks, 0 KiB", "uploaded")
    assert send(bucket) == Step("upload", "tasks", "there already")
    assert bucket.objects == {FILE.key: b"content"}
    assert bucket.writes == 1


def test_denied_look_is_reported_and_nothing_is_sent() -> None:
    bucket = FakeBucket(refusal="403")

    with pytest.raises(DeploymentFailed, match=r"looking for deploy/.* in bucket a-bucket: 403"):
        send(bucket)

    assert bucket.writes == 0
