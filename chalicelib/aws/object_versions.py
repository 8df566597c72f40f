"""S3: all versions of the objects of the stage's bucket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.edges.object_versions import ObjectVersion
from chalicelib.errors import CommandFailed, StoreUnavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

GONE = {"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed", "405"}
"""S3 answers MethodNotAllowed to the reader of a deletion mark."""
AT_ONCE = 1000
"""Versions in one call. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""


class BucketVersions:
    """`chalicelib.edges.ObjectVersions` over one bucket."""

    def __init__(self, client: S3Client, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def list(self, prefix: str) -> Sequence[ObjectVersion]:
        found: list[ObjectVersion] = []
        more: dict[str, Any] = {}
        while True:
            with transient(StoreUnavailable, doing=f"listing the versions below s3://{self._bucket}/{prefix}"):
                page = self._client.list_object_versions(Bucket=self._bucket, Prefix=prefix, **more)
            found += [_version(each) for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))]
            if not page.get("IsTruncated"):
                break
            more = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}
        return sorted(found, key=lambda each: (each.key, not each.is_latest))

    def read(self, version: ObjectVersion) -> bytes | None:
        try:
            with transient(StoreUnavailable, doing=f"reading s3://{self._bucket}/{version.key}"):
                answer = self._client.get_object(Bucket=self._bucket, Key=version.key, VersionId=version.version_id)
                return answer["Body"].read()
        except ClientError as exc:
            if code(exc) in GONE:
                return None
            raise

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """Raises CommandFailed, which names the first, for versions that S3 keeps."""
        for start in range(0, len(versions), AT_ONCE):
            batch = versions[start : start + AT_ONCE]
            with transient(StoreUnavailable, doing=f"deleting {len(batch)} versions of s3://{self._bucket}"):
                answer = self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={
                        "Objects": [{"Key": each.key, "VersionId": each.version_id} for each in batch],
                        "Quiet": True,
                    },
                )
            refused = [each for each in answer.get("Errors", []) if each.get("Code") not in GONE]
            if refused:
                first = refused[0]
                raise CommandFailed(
                    f"S3 keeps {len(refused)} versions that were to go, the first of {first.get('Key')}:"
                    f" {first.get('Code')}. Repeat the command: what is deleted stays deleted"
                )


def _version(each: Any) -> ObjectVersion:
    return ObjectVersion(
        key=each["Key"],
        version_id=each["VersionId"],
        etag=each.get("ETag", ""),
        size_bytes=each.get("Size", 0),
        is_latest=each["IsLatest"],
    )
