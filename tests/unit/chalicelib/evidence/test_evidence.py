"""A version is what was judged only as long as its manifest and its parts are those that stand as evidence."""

from __future__ import annotations

import hashlib

import pytest

from chalicelib import layout
from chalicelib.errors import ArtifactInvalid, RegistryIncomplete
from chalicelib.evidence import evidence
from chalicelib.evidence.erasures import ErasedPart, Erasure, Erasures
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.report import Report
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, PARTS, forget_evidence, outside, register

OTHER = b'{"run": "of another hand"}'


@pytest.fixture
def night() -> FakeOutside:
    """With version 1, and version 2 beside it."""
    made = outside()
    register(made.edges, run="run-1")
    register(made.edges, run="run-2")
    return made


def version(night: FakeOutside) -> evidence.JudgedVersion:
    return evidence.judged(night.edges, model=MODEL, model_version=1)


def key(name: str) -> str:
    return layout.version(MODEL, 1, name)


def stored(night: FakeOutside, name: str) -> bytes:
    found = night.store.find(key(name))
    assert found
    return found.body


def erase(night: FakeOutside, name: str, *, left: bytes | None) -> None:
    """Tell that the part was erased, and leave this of it."""
    was = hashlib.sha256(stored(night, name)).hexdigest()
    remains = None if left is None else hashlib.sha256(left).hexdigest()
    part = ErasedPart(model_version=1, name=name, was=was, left=remains, rows=None if left is None else 1)
    at = "2026-11-26T03:00:00.000Z"
    Erasures(night.edges, MODEL).keep(Erasure(files=["a.csv"], who="ada", at=at, objects=(), parts=(part,)))
    if left is None:
        night.store.delete(key(name))
    else:
        night.store.put(key(name), left)


def test_version_and_its_parts_are_vouched_for(night: FakeOutside) -> None:
    found = version(night)

    assert (found.model, found.model_version, found.is_vouched_for) == (MODEL, 1, True)
    assert set(found.parts) == set(PARTS)
    for name in PARTS:
        assert evidence.part(night.edges, found, name) == stored(night, name)
        assert evidence.problem(night.edges, found, name) is None


def test_numbers_are_those_of_the_versions_that_something_vouches_for(night: FakeOutside) -> None:
    night.store.put(f"{layout.all_evidence(MODEL)}no-number.json", b"{}")

    assert evidence.numbers(night.edges, model=MODEL) == [1, 2]


def test_evidence_of_the_same_parts_is_kept_as_it_was_put_first(night: FakeOutside) -> None:
    manifest = version(night).manifest

    assert evidence.keep(night.edges, manifest.but(reason="repeated")) == manifest.encode()
    with pytest.raises(ArtifactInvalid, match="is the evidence of other parts"):
        evidence.keep(night.edges, manifest.but(parts={**(manifest.parts or {}), SCORECARD_FILE: "0" * 64}))


def test_manifest_that_is_not_the_evidence_is_refused(night: FakeOutside) -> None:
    manifest = version(night).manifest
    night.store.put(key(registry.MANIFEST), manifest.but(reason="another").encode())

    with pytest.raises(RegistryIncomplete, match=r"manifest\.json is not what was judged") as raised:
        version(night)

    assert raised.value.details["key"] == layout.evidence(MODEL, 1)


def test_version_whose_evidence_is_lost_is_refused(night: FakeOutside) -> None:
    night.store.delete(layout.evidence(MODEL, 1))

    with pytest.raises(RegistryIncomplete, match="nothing vouches for version 1 of kdd99-http") as raised:
        version(night)

    assert raised.value.details["key"] == layout.evidence(MODEL, 1)


def test_version_of_a_release_that_kept_no_evidence_is_known_as_that(night: FakeOutside) -> None:
    forget_evidence(night, 1)

    assert not version(night).is_vouched_for
    assert set(version(night).parts) == set(PARTS)


@pytest.mark.parametrize("name", PARTS)
def test_part_that_is_another_or_gone_is_refused(night: FakeOutside, name: str) -> None:
    found = version(night)
    night.store.put(key(name), OTHER)

    assert evidence.problem(night.edges, found, name) == "is not what the manifest says"
    was = "published" if name == registry.PACKAGE else "judged"
    with pytest.raises(RegistryIncomplete, match=f"{name} is not the one that was {was}: ") as raised:
        evidence.part(night.edges, found, name)
    assert raised.value.details["key"] == key(name)

    night.store.delete(key(name))
    assert evidence.problem(night.edges, found, name) == "is gone"
    with pytest.raises(RegistryIncomplete):
        evidence.part(night.edges, found, name)


def test_part_that_no_evidence_names_has_to_be_a_document_of_its_kind(night: FakeOutside) -> None:
    forget_evidence(night, 1)
    found = version(night)
    night.store.put(key(registry.REPORT), b"{")

    assert evidence.problem(night.edges, found, registry.REPORT) == "is no document of its kind"


@pytest.mark.parametrize("name", registry.QUOTING)
def test_part_that_lost_rows_is_as_the_erasure_left_it(night: FakeOutside, name: str) -> None:
    found = version(night)
    erase(night, name, left=OTHER)

    assert evidence.problem(night.edges, found, name) is None
    assert evidence.part(night.edges, found, name) == OTHER

    night.store.put(key(name), b"neither")
    assert evidence.problem(night.edges, found, name) == "is not what the manifest says"


def test_part_that_an_erasure_took_whole_does_not_come_back(night: FakeOutside) -> None:
    found = version(night)
    erase(night, SCORECARD_FILE, left=None)

    assert evidence.problem(night.edges, found, SCORECARD_FILE) is None
    with pytest.raises(RegistryIncomplete, match=r"was erased with a\.csv by ada .*: nothing brings it back"):
        evidence.part(night.edges, found, SCORECARD_FILE)


def test_artifact_is_never_left_with_fewer_rows(night: FakeOutside) -> None:
    found = version(night)
    erase(night, SCORECARD_FILE, left=OTHER)

    assert evidence.problem(night.edges, found, SCORECARD_FILE) == "is not what the manifest says"


def test_document_is_read_as_its_kind(night: FakeOutside) -> None:
    assert evidence.record(night.edges, version(night), registry.REPORT, Report).passed


def test_version_is_held_by_the_function_version_of_its_own_code(night: FakeOutside) -> None:
    found = version(night)

    assert evidence.is_held(night.edges, found, function_version="1")
    assert not evidence.is_held(night.edges, found, function_version="2")
    assert not evidence.is_held(night.edges, found, function_version="3")


def test_checksums_are_in_hexadecimal() -> None:
    assert evidence.checksums({"a": b""}) == {"a": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
