"""What the main stack reads from the bucket, put there under its SHA-256 before the stack names it."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib import layout
from workflows.deploying.progress import Report, Step, refusals

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


@dataclass(frozen=True)
class Upload:
    """A file of the deployment; `name` is for people, the key is made of its content."""

    name: str
    body: bytes
    suffix: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def key(self) -> str:
        return layout.deployed(self.sha256, self.suffix)


def upload(client: S3Client, each: Upload, *, bucket: str, report: Report) -> None:
    """Put the file into the bucket unless it is there. S3 shows whole objects only, and refuses a damaged one."""
    if _is_there(client, bucket, each.key):
        report(Step("upload", each.name, "there already"))
        return
    checksum = base64.b64encode(bytes.fromhex(each.sha256)).decode()
    with refusals(f"uploading {each.name} to bucket {bucket}"):
        client.put_object(Bucket=bucket, Key=each.key, Body=each.body, ChecksumSHA256=checksum)
    report(Step("upload", f"{each.name}, {len(each.body) / 1024:.0f} KiB", "uploaded"))


def _is_there(client: S3Client, bucket: str, key: str) -> bool:
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as exc:
        if exc.response.get("Error", {}).get("Code") == "404":
            return False
        with refusals(f"looking for {key} in bucket {bucket}"):
            raise
    return True
