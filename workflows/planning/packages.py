"""What a deployment would upload, and what of it is in the bucket already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from workflows.deploying.progress import refusals
from workflows.deploying.uploads import Upload

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ABSENT = {"404", "NoSuchBucket", "NotFound"}


@dataclass(frozen=True, kw_only=True)
class PackageState:
    name: str
    size_bytes: int
    key: str
    uploaded: bool


def package_states(client: S3Client, uploads: Sequence[Upload], *, bucket: str) -> tuple[PackageState, ...]:
    """Of each upload; the bucket need not exist."""
    return tuple(
        PackageState(
            name=each.name,
            size_bytes=len(each.body),
            key=each.key,
            uploaded=_is_there(client, bucket, each.key),
        )
        for each in uploads
    )


def _is_there(client: S3Client, bucket: str, key: str) -> bool:
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as exc:
        if exc.response.get("Error", {}).get("Code") in ABSENT:
            return False
        with refusals(f"looking for {key} in bucket {bucket}"):
            raise
    return True
