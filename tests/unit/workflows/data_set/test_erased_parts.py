"""Which parts of a version the record of an erasure explains, and which not."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.errors import (
    RegistryIncomplete,
    VersionUnfit,
)
from chalicelib.evidence import erasures, evidence
from chalicelib.evidence.erasures import ErasedPart, Erasure, Erasures
from chalicelib.interventions import fitness, restoration
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL
from tests.given.records import problems
from tests.unit.workflows.data_set.erasing import (
    DATA,
    EVEN,
    FIRST,
    csv,
    erase,
    message,
)
from workflows.data_set import erasing

OF_AN_EARLIER_RELEASE = b"""{
 "at": "2026-11-26T03:00:00.000Z",
 "files": [
  "night-1.csv"
 ],
 "objects": [
  {
   "etag": "e1",
   "key": "datasets/m/night-1.csv",
   "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
   "version_id": "v1"
  }
 ],
 "parts": [
  {
   "left": null,
   "model_version": 1,
   "name": "package.zip",
   "rows": null,
   "was": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  }
 ],
 "who": "ada"
}"""
FILES_SHA256 = erasing.sha256_of(csv(EVEN))


def erasure(part: ErasedPart, *, who: str) -> Erasure:
    return Erasure(files=[FIRST], who=who, at="2026-11-26T03:00:00.000Z", objects=(), parts=(part,))


def test_erasure_of_an_earlier_release_is_read(on: FakeStage) -> None:
    on.outside.store.put(f"evidence-erased/{MODEL}/000001.json", OF_AN_EARLIER_RELEASE)
    on.outside.store.put(
        f"evidence-erased/{MODEL}/looked-up/1.json",
        b'{\n "etags": [\n  "e1"\n ],\n "files": [\n  "night-1.csv"\n ],\n "runs": [\n  "run-1"\n ]\n}',
    )

    (told,) = Erasures(on.outside.edges, MODEL).entries()
    (looked_up,) = Erasures(on.outside.edges, MODEL).looked_up()

    assert told.in_words() == "erased with night-1.csv by ada at 2026-11-26T03:00:00.000Z"
    assert [(each.etag, each.sha256) for each in told.objects] == [("e1", 64 * "a")]
    assert erasures.of_part([told], model_version=1, name="package.zip", left=None) == told
    assert (looked_up.files, looked_up.etags, looked_up.runs) == (["night-1.csv"], ["e1"], ["run-1"])


def test_erasure_is_told_with_the_checksums_of_what_went_and_of_what_is_left(on: FakeStage) -> None:
    body = FILES_SHA256

    erase(on, FIRST, "--yes")

    (told,) = Erasures(on.outside.edges, MODEL).entries()
    (file,) = told.objects
    assert (told.files, file.key, file.sha256) == ([FIRST], DATA, body)
    for each in told.parts:
        manifest = registry.manifest(on.outside.edges, model=MODEL, model_version=each.model_version)
        stands = registry.part(on.outside.edges, model=MODEL, model_version=each.model_version, name=each.name)
        assert each.was == (manifest.parts or {})[each.name]
        assert each.left == erasing.sha256_of(stands)


def test_erased_part_is_told_apart_from_a_damaged_one(on: FakeStage) -> None:
    erase(on, FIRST, "--yes")
    key = layout.version(MODEL, 1, registry.REPLAY)

    on.outside.store.put(key, documents.encode({"instances": [], "expected": []}))

    assert [each for each in problems(on.outside) if key in each and "is not what the manifest says" in each]


@pytest.mark.parametrize("name", [registry.PACKAGE, SCORECARD_FILE])
def test_no_erasure_vouches_for_another_model(on: FakeStage, name: str) -> None:
    edges, key = on.outside.edges, layout.version(MODEL, 1, name)
    forged = erasing.sha256_of(b"forged")
    part = ErasedPart(model_version=1, name=name, was=forged, left=forged, rows=1)
    Erasures(edges, MODEL).keep(erasure(part, who="mallory"))
    edges.store.put(key, b"forged")

    assert [each for each in problems(on.outside) if key in each]
    with pytest.raises(RegistryIncomplete, match=f"{key} is not the one that was"):
        evidence.part(edges, evidence.judged(edges, model=MODEL, model_version=1), name)


def test_package_that_was_erased_is_not_asked_to_be_put_back(on: FakeStage) -> None:
    night = on.outside
    key = layout.version(MODEL, 2, registry.PACKAGE)
    stored = night.store.find(key)
    assert stored is not None
    part = ErasedPart(model_version=2, name=registry.PACKAGE, was="a" * 64, left=None, rows=None)
    Erasures(night.edges, MODEL).keep(erasure(part, who="ada"))
    night.store.delete(key)

    with pytest.raises(RegistryIncomplete, match=f"{key} was erased with {FIRST} by ada at .*nothing brings it back"):
        restoration.restore(night.edges, model=MODEL, attempt="a", who="ada")
    judged = evidence.judged(night.edges, model=MODEL, model_version=2)
    assert evidence.problem(night.edges, judged, registry.PACKAGE) is None


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"[]"])
def test_damaged_erasure_is_a_problem_that_verify_names(on: FakeStage, body: bytes) -> None:
    erase(on, FIRST, "--yes")
    on.outside.store.put(layout.erasure(MODEL, 1), body)

    assert [each for each in problems(on.outside) if layout.erasure(MODEL, 1) in each]
    assert "! " in on.run("verify", MODEL).output


def test_without_its_erasure_a_part_that_lost_rows_counts_as_damaged(on: FakeStage) -> None:
    erase(on, FIRST, "--yes")
    on.outside.store.delete(layout.erasure(MODEL, 1))

    named = [each for each in problems(on.outside) if "is not what the manifest says" in each]

    assert len(named) == 4
    with pytest.raises(VersionUnfit, match="is not the one that was judged"):
        fitness.verify(on.outside.edges, model=MODEL, model_version=1)


@pytest.mark.parametrize("key", [layout.version(MODEL, 1, registry.REPLAY), layout.erasure(MODEL, 1)])
def test_put_back_brings_no_erased_row_back(on: FakeStage, key: str) -> None:
    erase(on, FIRST, "--yes")
    left = on.outside.store.find(key)
    assert left is not None
    assert on.run("put-back", key).exit_code == 1
    on.outside.store.put(key, b'{"forged": 1}')

    result = on.run("put-back", key)

    assert result.exit_code == 0, result.output
    there = on.outside.store.find(key)
    assert there is not None
    assert (there.body, there.etag) == (left.body, left.etag)
    assert problems(on.outside) == ()


@pytest.mark.parametrize("part", [registry.REPLAY, registry.REPORT])
def test_damaged_part_is_put_back_first(on: FakeStage, part: str) -> None:
    key = layout.version(MODEL, 1, part)
    stored = on.outside.store.find(key)
    assert stored is not None
    on.outside.store.put(key, stored.body + b" ")

    said = message(on, FIRST, "--yes", by=RegistryIncomplete)

    assert key in said and "it is not what was judged" in said
    assert on.outside.store.find(DATA) is not None
