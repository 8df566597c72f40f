"""S3: the stage's bucket."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.aws.calls import code, transient
from chalicelib.aws.signed.refusals import bucket_missing
from chalicelib.edges.object_store import Digest, Listed, Stored
from chalicelib.errors import StoreUnavailable

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

ABSENT = {"NoSuchKey", "404"}
LOST = {"PreconditionFailed", "412", *ABSENT}
CONFLICT = "ConditionalRequestConflict"
CHUNK_BYTES = 1_048_576
CONFLICT_LIMIT = 5
CONFLICT_PAUSE_SECONDS = (0.05, 0.4)
"""S3 answers 409 while another conditional write to the key is under way, and asks to try again: somewhen between
these, so that two writers do not meet again and again."""


class BucketStore:
    """`chalicelib.edges.ObjectStore` over one bucket."""

    def __init__(self, client: S3Client, *, bucket: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep
        self.bucket = bucket

    def find(self, key: str) -> Stored | None:
        try:
            answer = self._call("get_object", key, Key=key)
            with transient(StoreUnavailable, doing=f"reading s3://{self.bucket}/{key}"):
                return Stored(answer["Body"].read(), answer["ETag"], answer.get("VersionId"))
        except ClientError as exc:
            if code(exc) in ABSENT:
                return None
            raise

    def digest(self, key: str) -> Digest | None:
        try:
            answer = self._call("get_object", key, Key=key)
        except ClientError as exc:
            if code(exc) in ABSENT:
                return None
            raise
        read, size_bytes = hashlib.sha256(), 0
        with transient(StoreUnavailable, doing=f"reading s3://{self.bucket}/{key}"):
            for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
                read.update(chunk)
                size_bytes += len(chunk)
        return Digest(read.hexdigest(), size_bytes, answer.get("VersionId"))

    def version_id(self, key: str) -> str | None:
        try:  # of one byte, since the answer to a HEAD has no body that would name a refusal
            return self._call("get_object", key, Key=key, Range="bytes=0-0").get("VersionId")
        except ClientError as exc:
            if code(exc) in ABSENT:
                return None
            raise

    def put(self, key: str, body: bytes) -> None:
        self._call("put_object", key, Key=key, Body=body)

    def put_if_absent(self, key: str, body: bytes) -> bool:
        return self._conditionally("put_object", key, Body=body, IfNoneMatch="*")

    def put_if_match(self, key: str, body: bytes, *, etag: str) -> bool:
        return self._conditionally("put_object", key, Body=body, IfMatch=etag)

    def delete(self, key: str) -> None:
        self._call("delete_object", key, Key=key)

    def delete_if_match(self, key: str, *, etag: str) -> bool:
        return self._conditionally("delete_object", key, IfMatch=etag)

    def list(self, prefix: str) -> Sequence[Listed]:
        found: list[Listed] = []
        more: dict[str, Any] = {}
        while True:
            page = self._call("list_objects_v2", prefix, Prefix=prefix, **more)
            found += [
                Listed(each["Key"], each["ETag"], each["Size"], each["LastModified"])
                for each in page.get("Contents", [])
            ]
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def copy(self, source: str, target: str) -> None:
        self._call("copy_object", target, Key=target, CopySource={"Bucket": self.bucket, "Key": source})

    def earlier(self, key: str) -> Iterator[Stored | None]:
        for each in self._versions(key):
            if each["IsLatest"]:
                continue
            if "ETag" not in each:  # the mark of a deletion
                yield None
                continue
            answer = self._call("get_object", key, Key=key, VersionId=each["VersionId"])
            with transient(StoreUnavailable, doing=f"reading s3://{self.bucket}/{key}"):
                yield Stored(answer["Body"].read(), answer["ETag"], each["VersionId"])

    def _versions(self, key: str) -> Sequence[dict[str, Any]]:
        """Newest first; of one second, which is all that S3 tells, what was written before what was deleted."""
        found: tuple[dict[str, Any], ...] = ()
        more: dict[str, Any] = {}
        while True:
            page = self._call("list_object_versions", key, Prefix=key, **more)
            of_page = (*page.get("Versions", []), *page.get("DeleteMarkers", []))
            found = (*found, *(each for each in of_page if each["Key"] == key))
            if not page.get("IsTruncated") or page["NextKeyMarker"] != key:
                return sorted(found, key=lambda each: each["LastModified"], reverse=True)
            more = {"KeyMarker": key, "VersionIdMarker": page["NextVersionIdMarker"]}

    def _conditionally(self, operation: str, key: str, **arguments: Any) -> bool:
        for attempt in range(CONFLICT_LIMIT):
            if attempt:
                self._sleep(random.uniform(*CONFLICT_PAUSE_SECONDS))
            try:
                self._call(operation, key, Key=key, **arguments)
                return True
            except ClientError as exc:
                if code(exc) in LOST:
                    return False
                if code(exc) != CONFLICT:
                    raise
        raise StoreUnavailable(f"s3://{self.bucket}/{key} is being written by others; try again in a moment")

    def _call(self, operation: str, key: str, **arguments: Any) -> dict[str, Any]:
        try:
            with transient(StoreUnavailable, doing=f"{operation} s3://{self.bucket}/{key}"):
                answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self.bucket, **arguments)
                return answer
        except ClientError as exc:
            if code(exc) == "NoSuchBucket":
                raise bucket_missing(self.bucket) from exc
            raise
