"""The digests of a model's files: found once for each object, and found again where their document is lost."""

from __future__ import annotations

import gzip

import pytest

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.errors import StoreUnavailable
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, outside
from workflows.checking import same_content

ROWS = b"duration,label\n1,normal\n2,attack\n"
FILES = {"a.csv": ROWS, "b.csv.gz": gzip.compress(ROWS), "c.csv": b"duration,label\n3,normal\n"}


@pytest.fixture
def night() -> FakeOutside:
    night = outside()
    for name, body in FILES.items():
        night.store.put(layout.dataset(MODEL, name), body)
    return night


def listed(night: FakeOutside) -> list[Listed]:
    return list(night.edges.store.list(layout.dataset(MODEL, "")))


def found(edges: Edges, objects: list[Listed]) -> tuple[dict[str, str], list[str]]:
    """The digest of each file, and the progress that was told."""
    told: list[str] = []
    digests = same_content.digests(
        edges, objects, model=MODEL, progress=lambda what, done, of: told.append(f"{what}: {done} of {of}")
    )
    return {key.rpartition("/")[2]: digest for key, digest in digests.items()}, told


def test_files_that_hold_the_same_rows_have_one_digest(night: FakeOutside) -> None:
    digests, told = found(night.edges, listed(night))

    assert digests["a.csv"] == digests["b.csv.gz"] != digests["c.csv"]
    assert told == [f"comparing with the files that are there: {done} of 3" for done in range(3)]


def test_object_is_fetched_once_as_long_as_it_stays_the_same(night: FakeOutside) -> None:
    before, _ = found(night.edges, listed(night))
    night.store.put(layout.dataset(MODEL, "c.csv"), ROWS + b"4,normal\n")

    after, told = found(night.edges, listed(night))

    assert {name for name in after if after[name] != before[name]} == {"c.csv"}
    assert told == ["comparing with the files that are there: 0 of 1"]


def test_object_that_went_meanwhile_has_no_digest(night: FakeOutside) -> None:
    objects = listed(night)
    night.store.delete(layout.dataset(MODEL, "c.csv"))

    digests, _ = found(night.edges, objects)

    assert sorted(digests) == ["a.csv", "b.csv.gz"]


def test_what_was_remembered_is_added_to_what_is_known(night: FakeOutside) -> None:
    before, _ = found(night.edges, listed(night))

    same_content.remember(night.edges, {same_content.etag(b"new"): same_content.digest(b"new")}, model=MODEL)

    known = same_content.known(night.edges, model=MODEL)
    assert set(known.values()) == {*before.values(), same_content.digest(b"new")}
    assert known['"22af645d1859cb5ca6da0c484f1f37ea"'] == same_content.digest(b"new"), "MD5, as S3 has it"


def test_remembering_nothing_writes_nothing(night: FakeOutside) -> None:
    same_content.remember(night.edges, {}, model=MODEL)

    assert night.store.find(layout.contents(MODEL)) is None


def test_damaged_document_is_written_anew(night: FakeOutside) -> None:
    before, _ = found(night.edges, listed(night))
    night.store.put(layout.contents(MODEL), b"no JSON")

    assert same_content.known(night.edges, model=MODEL) == {}
    assert found(night.edges, listed(night))[0] == before
    assert set(same_content.known(night.edges, model=MODEL).values()) == set(before.values())


def test_digests_that_cannot_be_kept_are_found_all_the_same(night: FakeOutside) -> None:
    throttled = with_store(night.edges, "put", before=raising(StoreUnavailable("SlowDown")))

    digests, _ = found(throttled, listed(night))

    assert len(digests) == 3
    assert night.store.find(layout.contents(MODEL)) is None
