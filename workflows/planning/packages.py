"""Lists what a deployment would upload, and which of it is in the bucket already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflows.deploying.cloudformation.uploads import Upload, is_uploaded

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


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
            uploaded=is_uploaded(client, each.key, bucket=bucket),
        )
        for each in uploads
    )
