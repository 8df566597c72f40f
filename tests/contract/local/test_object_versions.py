"""The edge of all object versions, on the local AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.object_versions import BucketVersions
from workflows.local.process import LocalAws

BUCKET = "versions"
KEY = "datasets/m/night-1.csv"


def test_replaced_and_deleted_versions_are_found_and_deleted_for_good(
    local_aws: LocalAws, clients: Callable[..., Any]
) -> None:
    s3 = clients(local_aws, "s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    store, versions = BucketStore(s3, bucket=BUCKET), BucketVersions(s3, bucket=BUCKET)
    for body in (b"first", b"second"):
        store.put(KEY, body)
    store.put(f"{KEY}.gz", b"another")
    store.delete(KEY)

    found = [each for each in versions.list(KEY) if each.key == KEY]

    assert [(each.is_mark, each.is_latest) for each in found] == [(True, True), (False, False), (False, False)]
    assert {versions.read(each) for each in found} == {None, b"first", b"second"}
    versions.delete(found)
    versions.delete(found)
    assert [each.key for each in versions.list(KEY)] == [f"{KEY}.gz"]
    assert [versions.read(each) for each in found] == [None, None, None]
