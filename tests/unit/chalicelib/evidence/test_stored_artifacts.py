"""An artifact that the published function reads from the bucket has to lie there as that version of the object."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.audit import verification
from chalicelib.errors import RegistryIncomplete
from chalicelib.evidence import evidence
from chalicelib.registry.manifest import SCORECARD_FILE
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, outside, promote
from tests.given.records import silent

KEY = layout.version(MODEL, 1, SCORECARD_FILE)


@pytest.fixture
def night() -> FakeOutside:
    """With a live version that reads its artifact from the bucket."""
    made = outside()
    promote(made.edges, run="run-1", stored=True)
    return made


def version(night: FakeOutside) -> evidence.JudgedVersion:
    return evidence.judged(night.edges, model=MODEL, model_version=1)


def told(night: FakeOutside) -> tuple[str, ...]:
    return verification.verify(night.edges, model=MODEL, report=silent).problems


def test_artifact_that_lies_where_it_is_read_is_in_order(night: FakeOutside) -> None:
    evidence.check_artifact(night.edges, version(night))
    evidence.check_stored(night.edges, version(night))

    assert told(night) == ()


def test_artifact_in_a_package_is_not_asked_for_in_the_bucket() -> None:
    night = outside()
    promote(night.edges, run="run-1")
    night.store.delete(KEY)

    evidence.check_stored(night.edges, version(night))

    with pytest.raises(RegistryIncomplete, match="is missing from bucket"):
        evidence.check_artifact(night.edges, version(night))


@pytest.mark.parametrize("body", [None, b"other"], ids=["gone", "another one"])
def test_artifact_that_is_gone_or_another_one_is_told(night: FakeOutside, body: bytes | None) -> None:
    words = "is gone" if body is None else "is not what the manifest says"
    night.store.delete(KEY) if body is None else night.store.put(KEY, body)

    with pytest.raises(RegistryIncomplete, match=f"{KEY} {words}, and the function of version 1 of {MODEL} reads it"):
        evidence.check_stored(night.edges, version(night))

    assert [each.partition(": ")[0] for each in told(night)] == [f"{KEY} {words}"]


def test_same_content_that_was_written_again_is_told(night: FakeOutside) -> None:
    """The version of the object that the function reads goes a month after it was replaced."""
    found = night.store.find(KEY)
    assert found is not None
    night.store.put(KEY, found.body)

    with pytest.raises(RegistryIncomplete, match=f"that its function reads .delete those after {found.version_id}.,"):
        evidence.check_artifact(night.edges, version(night))

    assert [f"delete those after {found.version_id}" in each for each in told(night)] == [True]
