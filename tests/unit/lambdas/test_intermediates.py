from __future__ import annotations

import pytest

from chalicelib.errors import ArtifactInvalid
from lambdas import intermediates
from tests.fakes.edges import FakeOutside

FILES = {"numeric.npy": b"numbers", "labels.npy": b"labels"}


def test_files_are_read_as_they_were_written() -> None:
    night = FakeOutside()

    uri = intermediates.put_all(night.edges, "work/run-1/train/", FILES)

    assert uri == "s3://test-bucket/work/run-1/train/"
    assert intermediates.read_all(night.edges, uri, names=tuple(FILES)) == FILES


def test_files_below_another_prefix_are_not_read() -> None:
    night = FakeOutside()
    intermediates.put_all(night.edges, "work/run-10/train/", {"other": b"other"})
    uri = intermediates.put_all(night.edges, "work/run-1/train/", FILES)

    assert intermediates.read_all(night.edges, uri, names=tuple(FILES)) == FILES


def test_one_object_is_read() -> None:
    night = FakeOutside()
    night.store.put("work/run-1/model.json", b"{}")

    assert intermediates.read(night.edges, "s3://test-bucket/work/run-1/model.json") == b"{}"


def test_object_that_is_gone_says_why_it_may_be() -> None:
    with pytest.raises(ArtifactInvalid, match=r"s3://test-bucket/work/run-1/model.json is gone: the run was ended"):
        intermediates.read(FakeOutside().edges, "s3://test-bucket/work/run-1/model.json")


def test_files_that_are_gone_say_why_they_may_be() -> None:
    with pytest.raises(ArtifactInvalid):
        intermediates.read_all(FakeOutside().edges, "s3://test-bucket/work/run-1/train/", names=tuple(FILES))
