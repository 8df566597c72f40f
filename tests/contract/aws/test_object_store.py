"""S3 as the bucket's edge speaks to it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from chalicelib.aws.object_store import CHUNK_BYTES, CONFLICT_LIMIT, CONFLICT_PAUSE_SECONDS, BucketStore
from chalicelib.edges.object_store import Digest, Listed, Stored
from chalicelib.errors import StackMissing, StoreUnavailable
from tests.contract.aws.conftest import Scripted

BUCKET = "nightswap-prod-123456789012-eu-west-1"
NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


@pytest.fixture
def s3(scripted: Callable[[str], Scripted]) -> Scripted:
    return scripted("s3")


@pytest.fixture
def store(s3: Scripted) -> BucketStore:
    return BucketStore(s3.client, bucket=BUCKET)


def streamed(body: bytes, *, promised: int | None = None) -> StreamingBody:
    return StreamingBody(io.BytesIO(body), len(body) if promised is None else promised)


def listed(*keys: str) -> list[dict[str, Any]]:
    return [{"Key": key, "ETag": f'"{key}"', "Size": len(key), "LastModified": NIGHT} for key in keys]


CONDITIONAL: list[tuple[str, dict[str, str], Callable[[BucketStore], bool]]] = [
    ("put_object", {"IfNoneMatch": "*"}, lambda store: store.put_if_absent("locks/m", b"{}")),
    ("put_object", {"IfMatch": '"1"'}, lambda store: store.put_if_match("locks/m", b"{}", etag='"1"')),
    ("delete_object", {"IfMatch": '"1"'}, lambda store: store.delete_if_match("locks/m", etag='"1"')),
]
EVERY_CONDITIONAL_CALL = pytest.mark.parametrize(
    ("operation", "condition", "call"), CONDITIONAL, ids=["put_if_absent", "put_if_match", "delete_if_match"]
)


@pytest.mark.parametrize("version_id", ["v1", None])
def test_object_is_found_with_its_entity_tag_and_version(
    store: BucketStore, s3: Scripted, version_id: str | None
) -> None:
    versioned = {"VersionId": version_id} if version_id else {}
    s3.answers("get_object", {"Body": streamed(b"{}"), "ETag": '"1"', **versioned}, Bucket=BUCKET, Key="locks/m")

    assert store.find("locks/m") == Stored(b"{}", '"1"', version_id)


@pytest.mark.parametrize(("code", "status"), [("NoSuchKey", 404), ("404", 404)])
def test_object_that_is_not_there_is_none(store: BucketStore, s3: Scripted, code: str, status: int) -> None:
    s3.refuses("get_object", code, status)

    assert store.find("locks/m") is None


def test_body_that_breaks_off_is_worth_another_try(store: BucketStore, s3: Scripted) -> None:
    """botocore counts the bytes itself where urllib3 1 does not; with urllib3 2 it is a ResponseStreamingError."""
    s3.answers("get_object", {"Body": streamed(b"half", promised=8), "ETag": '"1"'}, Bucket=BUCKET, Key="locks/m")

    with pytest.raises(StoreUnavailable):
        store.find("locks/m")


@pytest.mark.parametrize("version_id", ["v1", None])
def test_object_is_told_without_its_content(store: BucketStore, s3: Scripted, version_id: str | None) -> None:
    body, versioned = b"x" * (CHUNK_BYTES + 1), {"VersionId": version_id} if version_id else {}
    s3.answers("get_object", {"Body": streamed(body), "ETag": '"1"', **versioned}, Bucket=BUCKET, Key="locks/m")

    assert store.digest("locks/m") == Digest(hashlib.sha256(body).hexdigest(), len(body), version_id)


def test_version_of_an_object_is_told_by_its_first_byte(store: BucketStore, s3: Scripted) -> None:
    s3.answers(
        "get_object", {"Body": streamed(b"{"), "VersionId": "v1"}, Bucket=BUCKET, Key="locks/m", Range="bytes=0-0"
    )

    assert store.version_id("locks/m") == "v1"


def test_object_that_is_not_there_has_no_digest_and_no_version(store: BucketStore, s3: Scripted) -> None:
    for _ in range(2):
        s3.refuses("get_object", "NoSuchKey", 404)

    assert (store.digest("locks/m"), store.version_id("locks/m")) == (None, None)


def test_version_that_may_not_be_read_is_no_absent_one(store: BucketStore, s3: Scripted) -> None:
    s3.refuses("get_object", "AccessDenied", 403)

    with pytest.raises(ClientError):
        store.version_id("locks/m")


def test_digest_of_a_body_that_breaks_off_is_worth_another_try(store: BucketStore, s3: Scripted) -> None:
    s3.answers("get_object", {"Body": streamed(b"half", promised=8), "ETag": '"1"'}, Bucket=BUCKET, Key="locks/m")

    with pytest.raises(StoreUnavailable):
        store.digest("locks/m")


def test_digest_that_is_denied_is_not_taken_for_none(store: BucketStore, s3: Scripted) -> None:
    s3.refuses("get_object", "AccessDenied", 403)

    with pytest.raises(ClientError):
        store.digest("locks/m")


def test_object_is_written(store: BucketStore, s3: Scripted) -> None:
    s3.answers("put_object", {"ETag": '"1"'}, Bucket=BUCKET, Key="runs/r/report.json", Body=b"{}")

    store.put("runs/r/report.json", b"{}")


def test_object_is_deleted(store: BucketStore, s3: Scripted) -> None:
    s3.answers("delete_object", {}, Bucket=BUCKET, Key="work/r/model.json")

    store.delete("work/r/model.json")


def test_object_is_copied_within_the_bucket(store: BucketStore, s3: Scripted) -> None:
    source = {"Bucket": BUCKET, "Key": "datasets/m/night 1.csv"}
    s3.answers("copy_object", {}, Bucket=BUCKET, Key="removed/m/night 1.csv", CopySource=source)

    store.copy("datasets/m/night 1.csv", "removed/m/night 1.csv")


@EVERY_CONDITIONAL_CALL
def test_condition_that_holds_wins(
    store: BucketStore, s3: Scripted, operation: str, condition: dict[str, str], call: Callable[[BucketStore], bool]
) -> None:
    body = {} if operation == "delete_object" else {"Body": b"{}"}
    s3.answers(operation, {}, Bucket=BUCKET, Key="locks/m", **body, **condition)

    assert call(store) is True


@EVERY_CONDITIONAL_CALL
@pytest.mark.parametrize(("code", "status"), [("PreconditionFailed", 412), ("412", 412), ("NoSuchKey", 404)])
def test_condition_that_fails_loses(
    store: BucketStore,
    s3: Scripted,
    operation: str,
    condition: dict[str, str],
    call: Callable[[BucketStore], bool],
    code: str,
    status: int,
) -> None:
    """S3 answers 404 to If-Match when there is no object (docs: conditional-writes, conditional-deletes)."""
    s3.refuses(operation, code, status)

    assert call(store) is False


@EVERY_CONDITIONAL_CALL
def test_conflicting_write_is_waited_out(
    store: BucketStore, s3: Scripted, operation: str, condition: dict[str, str], call: Callable[[BucketStore], bool]
) -> None:
    s3.refuses(operation, "ConditionalRequestConflict", 409)
    s3.answers(operation, {})

    assert call(store) is True


@EVERY_CONDITIONAL_CALL
def test_conflicts_without_end_are_worth_another_try(
    store: BucketStore, s3: Scripted, operation: str, condition: dict[str, str], call: Callable[[BucketStore], bool]
) -> None:
    for _ in range(CONFLICT_LIMIT):
        s3.refuses(operation, "ConditionalRequestConflict", 409)

    with pytest.raises(StoreUnavailable, match="locks/m is being written by others"):
        call(store)


def test_conflicting_writers_wait_differently_long_before_they_try_again(s3: Scripted) -> None:
    pauses: list[float] = []
    for _ in range(CONFLICT_LIMIT):
        s3.refuses("put_object", "ConditionalRequestConflict", 409)

    with pytest.raises(StoreUnavailable):
        BucketStore(s3.client, bucket="b", sleep=pauses.append).put_if_absent("locks/m", b"")

    shortest, longest = CONFLICT_PAUSE_SECONDS
    assert len(pauses) == CONFLICT_LIMIT - 1
    assert all(shortest <= pause <= longest for pause in pauses)
    assert len({*pauses}) > 1


@EVERY_CONDITIONAL_CALL
def test_condition_in_a_missing_bucket_is_no_lost_race(
    store: BucketStore, s3: Scripted, operation: str, condition: dict[str, str], call: Callable[[BucketStore], bool]
) -> None:
    s3.refuses(operation, "NoSuchBucket", 404)

    with pytest.raises(StackMissing):
        call(store)


def test_listing_goes_on_until_the_last_page(store: BucketStore, s3: Scripted) -> None:
    s3.answers(
        "list_objects_v2",
        {"Contents": listed("runs/a", "runs/b"), "IsTruncated": True, "NextContinuationToken": "there"},
        Bucket=BUCKET,
        Prefix="runs/",
    )
    s3.answers(
        "list_objects_v2",
        {"Contents": listed("runs/c"), "IsTruncated": False},
        Bucket=BUCKET,
        Prefix="runs/",
        ContinuationToken="there",
    )

    found = store.list("runs/")

    assert [each.key for each in found] == ["runs/a", "runs/b", "runs/c"]
    assert found[0] == Listed("runs/a", '"runs/a"', 6, NIGHT)


def test_listing_of_nothing_is_empty(store: BucketStore, s3: Scripted) -> None:
    s3.answers("list_objects_v2", {"IsTruncated": False, "KeyCount": 0}, Bucket=BUCKET, Prefix="runs/")

    assert list(store.list("runs/")) == []


def version(number: str, *, second: int, key: str = "locks/m", latest: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "Key": key,
        "VersionId": number,
        "IsLatest": latest,
        "LastModified": NIGHT.replace(second=second),
        **more,
    }


def test_earlier_versions_are_read_newest_first_and_deletions_among_them(store: BucketStore, s3: Scripted) -> None:
    s3.answers(
        "list_object_versions",
        {
            "Versions": [version("4", second=4, latest=True, ETag="e"), version("2", second=2, ETag="e")],
            "DeleteMarkers": [version("3", second=3)],
            "IsTruncated": True,
            "NextKeyMarker": "locks/m",
            "NextVersionIdMarker": "2",
        },
        Bucket=BUCKET,
        Prefix="locks/m",
    )
    s3.answers(
        "list_object_versions",
        {
            "Versions": [version("1", second=1, ETag="e"), version("9", second=9, key="locks/more", ETag="e")],
            "IsTruncated": True,
            "NextKeyMarker": "locks/more",
        },
        Bucket=BUCKET,
        Prefix="locks/m",
        KeyMarker="locks/m",
        VersionIdMarker="2",
    )
    for number in ("2", "1"):
        answer = {"Body": streamed(number.encode()), "ETag": number}
        s3.answers("get_object", answer, Bucket=BUCKET, Key="locks/m", VersionId=number)

    assert list(store.earlier("locks/m")) == [None, Stored(b"2", "2", "2"), Stored(b"1", "1", "1")]


CALLS: list[tuple[str, Callable[[BucketStore], Any]]] = [
    ("get_object", lambda store: store.find("a")),
    ("put_object", lambda store: store.put("a", b"")),
    ("put_object", lambda store: store.put_if_absent("a", b"")),
    ("put_object", lambda store: store.put_if_match("a", b"", etag="1")),
    ("delete_object", lambda store: store.delete("a")),
    ("delete_object", lambda store: store.delete_if_match("a", etag="1")),
    ("list_objects_v2", lambda store: store.list("a")),
    ("copy_object", lambda store: store.copy("a", "b")),
    ("list_object_versions", lambda store: list(store.earlier("a"))),
]
EVERY_CALL = pytest.mark.parametrize(("operation", "call"), CALLS)


@EVERY_CALL
@pytest.mark.parametrize(
    ("code", "status"),
    [("SlowDown", 503), ("ServiceUnavailable", 503), ("InternalError", 500), ("RequestTimeout", 400), ("503", 503)],
)
def test_trouble_of_s3_is_worth_another_try(
    store: BucketStore, s3: Scripted, operation: str, call: Callable[[BucketStore], Any], code: str, status: int
) -> None:
    s3.refuses(operation, code, status)

    with pytest.raises(StoreUnavailable, match=f"{code}; try again"):
        call(store)


@EVERY_CALL
def test_missing_bucket_names_the_command_that_helps(
    store: BucketStore, s3: Scripted, operation: str, call: Callable[[BucketStore], Any]
) -> None:
    s3.refuses(operation, "NoSuchBucket", 404)

    with pytest.raises(StackMissing, match=f"{BUCKET} does not exist: .* nightswap deploy --stage prod"):
        call(store)


@EVERY_CALL
def test_refusal_that_is_ours_to_mend_is_not_hidden(
    store: BucketStore, s3: Scripted, operation: str, call: Callable[[BucketStore], Any]
) -> None:
    s3.refuses(operation, "AccessDenied", 403)

    with pytest.raises(ClientError, match="AccessDenied"):
        call(store)
