from __future__ import annotations

import json

import pytest

from chalicelib.approval.waiting import Waiting
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document
from chalicelib.errors import DeploymentFailed, StackMissing
from chalicelib.registry.run_documents import Profile
from chalicelib.runs.retraining import Request
from lambdas.parts import PartList
from tests.fakes.store import InMemoryStore
from tests.given.interference import interfered, raising
from workflows.deploying import release

NO_BUCKET = interfered(InMemoryStore(), "find", before=raising(StackMissing("no bucket")))


def of(document: bytes) -> InMemoryStore:
    store = InMemoryStore()
    store.put(release.KEY, document)
    return store


def test_older_release_is_not_deployed_over_a_newer_one() -> None:
    """Which may have written documents of a later schema than this release reads."""
    newer = of(json.dumps({"format": release.FORMAT + 1}).encode())

    with pytest.raises(
        DeploymentFailed,
        match=r"stage prod was deployed by a newer release: its documents are of format 6, and this checkout knows"
        r" 5\. Nothing was changed\. Deploy from the newer checkout, or update this one",
    ):
        release.refuse_newer(newer, stage="prod")


def test_later_schema_of_any_document_is_a_later_format() -> None:
    """So that the release before refuses the stage, and not only each document that it meets."""
    assert release.FORMAT == documents.SCHEMA + 1


@pytest.mark.parametrize("store", [NO_BUCKET, InMemoryStore(), of(b'{"format": 1}')])
def test_stage_of_this_release_or_an_older_one_or_none_is_deployed(store: InMemoryStore) -> None:
    release.refuse_newer(store, stage="prod")


def test_release_that_deployed_is_told_in_the_bucket() -> None:
    store = of(b'{"format": 0}')

    release.tell(store)

    found = store.find(release.KEY)
    assert found is not None
    assert json.loads(found.body) == {"format": release.FORMAT}
    release.refuse_newer(store, stage="prod")


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[" * 100_000, b"[]", b"{}", b'{"format": "x"}', b'{"format": null}']
)
def test_damaged_word_of_the_release_is_named_with_the_way_out(document: bytes) -> None:
    with pytest.raises(DeploymentFailed, match=r"does not say which release .* nightswap put-back deploy/release"):
        release.refuse_newer(of(document), stage="prod")


def test_release_that_knows_nothing_of_approval_would_refuse_the_stage() -> None:
    """It would make live what nobody approved: to it, a version that waits is any version, and the next run a run."""
    before_approval = 2

    assert before_approval < release.FORMAT
    assert before_approval == Waiting.SCHEMA


def test_release_that_knows_no_class_for_other_labels_would_refuse_the_stage() -> None:
    """It takes each other label for a class of its own, and so would split known files otherwise."""
    before_other_labels = 3

    assert before_other_labels < release.FORMAT
    assert before_other_labels <= Profile.SCHEMA


@pytest.mark.parametrize("record", [Profile, Request, PartList])
def test_release_that_knows_neither_arrays_nor_imports_would_refuse_the_stage(record: type[Document]) -> None:
    """It takes the profile of an array for damaged, and trains a model in the place of one that was brought."""
    before_arrays = 4

    assert before_arrays < release.FORMAT
    assert record.SCHEMA == documents.SCHEMA
