"""S3 as the edge of all object versions speaks to it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from chalicelib.aws.object_versions import AT_ONCE, BucketVersions
from chalicelib.edges.object_versions import ObjectVersion
from chalicelib.errors import CommandFailed, StoreUnavailable
from tests.contract.aws.conftest import Scripted

BUCKET = "nightswap-prod-123456789012-eu-west-1"
KEY = "datasets/m/night-1.csv"


@pytest.fixture
def s3(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("s3")


@pytest.fixture
def versions(s3: Scripted) -> BucketVersions:
    return BucketVersions(s3.client, bucket=BUCKET)


def a_version(number: int, *, is_latest: bool = False, etag: str = '"tag"') -> ObjectVersion:
    size = 7 if etag else 0
    return ObjectVersion(key=KEY, version_id=f"v{number}", etag=etag, size_bytes=size, is_latest=is_latest)


def shown(number: int, *, is_latest: bool = False) -> dict[str, Any]:
    return {"Key": KEY, "VersionId": f"v{number}", "ETag": '"tag"', "Size": 7, "IsLatest": is_latest}


def test_every_page_of_versions_and_marks_is_listed_the_latest_first(versions: BucketVersions, s3: Scripted) -> None:
    mark = {"Key": KEY, "VersionId": "v3", "IsLatest": True}
    page = {"IsTruncated": True, "NextKeyMarker": KEY, "NextVersionIdMarker": "v2"}
    s3.answers("list_object_versions", {**page, "Versions": [shown(2)]}, Bucket=BUCKET, Prefix=KEY)
    s3.answers(
        "list_object_versions",
        {"IsTruncated": False, "Versions": [shown(1)], "DeleteMarkers": [mark]},
        Bucket=BUCKET,
        Prefix=KEY,
        KeyMarker=KEY,
        VersionIdMarker="v2",
    )

    found = versions.list(KEY)

    assert list(found) == [a_version(3, is_latest=True, etag=""), a_version(2), a_version(1)]
    assert [each.is_mark for each in found] == [True, False, False]


def test_content_of_a_version_is_read(versions: BucketVersions, s3: Scripted) -> None:
    body = StreamingBody(io.BytesIO(b"a row"), 5)
    s3.answers("get_object", {"Body": body}, Bucket=BUCKET, Key=KEY, VersionId="v1")

    assert versions.read(a_version(1)) == b"a row"


@pytest.mark.parametrize(("code", "status"), [("NoSuchVersion", 404), ("MethodNotAllowed", 405)])
def test_version_that_is_gone_or_a_mark_has_no_content(
    versions: BucketVersions, s3: Scripted, code: str, status: int
) -> None:
    s3.refuses("get_object", code, status)

    assert versions.read(a_version(1)) is None


def test_refusal_to_read_is_passed_on(versions: BucketVersions, s3: Scripted) -> None:
    s3.refuses("get_object", "AccessDenied", 403)

    with pytest.raises(ClientError, match="AccessDenied"):
        versions.read(a_version(1))


def test_versions_are_deleted_as_many_at_once_as_s3_takes(versions: BucketVersions, s3: Scripted) -> None:
    every = [a_version(number) for number in range(AT_ONCE + 1)]
    for batch in (every[:AT_ONCE], every[AT_ONCE:]):
        named = [{"Key": KEY, "VersionId": each.version_id} for each in batch]
        s3.answers("delete_objects", {}, Bucket=BUCKET, Delete={"Objects": named, "Quiet": True})

    versions.delete(every)


def test_nothing_to_delete_is_no_call(versions: BucketVersions) -> None:
    versions.delete([])


def test_version_that_s3_keeps_is_told_and_one_that_is_gone_is_not(versions: BucketVersions, s3: Scripted) -> None:
    refused = [{"Key": "a", "Code": "NoSuchVersion"}, {"Key": "b", "Code": "AccessDenied"}]
    s3.answers("delete_objects", {"Errors": refused})

    with pytest.raises(CommandFailed, match="S3 keeps 1 versions that were to go, the first of b: AccessDenied"):
        versions.delete([a_version(1)])


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("list_object_versions", lambda versions: versions.list(KEY)),
        ("get_object", lambda versions: versions.read(a_version(1))),
        ("delete_objects", lambda versions: versions.delete([a_version(1)])),
    ],
)
def test_throttle_is_worth_another_try(
    versions: BucketVersions, s3: Scripted, operation: str, call: Callable[[BucketVersions], object]
) -> None:
    s3.refuses(operation, "SlowDown", 503)

    with pytest.raises(StoreUnavailable):
        call(versions)
