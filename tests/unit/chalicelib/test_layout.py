from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import layout
from chalicelib.layout import Place

buckets = st.from_regex(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", fullmatch=True)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (layout.dataset("m"), "datasets/m/"),
        (layout.dataset("m", "night-1.csv"), "datasets/m/night-1.csv"),
        (layout.removed("m", "night-1.csv"), "removed/m/night-1.csv"),
        (layout.run_document("r", "outcome"), "runs/r/outcome.json"),
        (layout.work("r"), "work/r/"),
        (layout.work("r", "train/"), "work/r/train/"),
        (layout.versions("m"), "models/m/versions/"),
        (layout.version("m", 7), "models/m/versions/000007/"),
        (layout.version("m", 7, "manifest.json"), "models/m/versions/000007/manifest.json"),
        (layout.rejected("m", "r", "report.json"), "models/m/rejected/r/report.json"),
        (layout.judged("m"), "models/m/judged.json"),
        (layout.quarantined_data("m"), "models/m/quarantined.json"),
        (layout.lease("m"), "locks/m"),
        (layout.imported("m"), "imports/m/"),
        (layout.imported("m", "c0de"), "imports/m/c0de"),
        (layout.ledger("m"), "ledger/m/"),
        (layout.ledger_entry("m", 42), "ledger/m/0000000042.json"),
        (layout.deployed("c0de", ".zip"), "deploy/c0de.zip"),
        (layout.chalice_record(), "deploy/chalice.json"),
        (layout.deploy_lock(), "deploy/lock.json"),
    ],
)
def test_everything_has_its_place(key: str, expected: str) -> None:
    assert key == expected


@given(st.integers(1, 999_998))
def test_versions_are_listed_in_the_order_of_their_numbers(number: int) -> None:
    assert layout.version("m", number) < layout.version("m", number + 1)


@given(buckets, st.text())
def test_place_is_read_as_it_was_written(bucket: str, key: str) -> None:
    place = Place(bucket, key)

    assert Place.parse(str(place)) == place


@pytest.mark.parametrize(
    "uri", ["", "s3:", "s3://", "s3:///key", "https://bucket/key", "bucket/key", "S3://bucket/k"]
)
def test_what_is_no_s3_uri_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="not an S3 URI"):
        Place.parse(uri)
