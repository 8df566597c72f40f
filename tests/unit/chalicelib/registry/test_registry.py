from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, StoreUnavailable, VersionUnknown
from chalicelib.registry import registry
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, outside, register, report_of


def claim(edges: Edges, run: str) -> int:
    return registry.claim(edges, model=MODEL, run=run)


def test_first_version_is_number_one() -> None:
    assert claim(outside().edges, "run-1") == 1


def test_run_that_claims_again_has_its_number_again(night: FakeOutside) -> None:
    claim(night.edges, "run-1")

    assert claim(night.edges, "run-1") == 1
    assert registry.numbers(night.edges, model=MODEL, complete=False) == [1]


def test_next_run_has_the_next_number(night: FakeOutside) -> None:
    assert [claim(night.edges, run) for run in ("run-1", "run-2", "run-3")] == [1, 2, 3]


def test_number_of_a_dead_run_is_never_used_again(night: FakeOutside) -> None:
    claim(night.edges, "dead")

    assert register(night.edges, run="run-2").model_version == 2
    assert registry.numbers(night.edges, model=MODEL, complete=True) == [2]
    assert registry.numbers(night.edges, model=MODEL, complete=False) == [1, 2]


def test_run_finds_its_claim_behind_another_that_is_not_complete(night: FakeOutside) -> None:
    claim(night.edges, "run-1")
    claim(night.edges, "run-2")

    assert claim(night.edges, "run-1") == 1


def test_run_that_completed_its_version_has_its_number_again(night: FakeOutside) -> None:
    register(night.edges, run="run-1")

    assert claim(night.edges, "run-1") == 1


def test_numbers_go_on_after_a_thousand_versions(night: FakeOutside) -> None:
    for number in (9, 10, 999, 1000):
        night.store.put(layout.version(MODEL, number, registry.CLAIM), documents.encode({"holder": f"run-{number}"}))

    assert claim(night.edges, "next") == 1001
    assert registry.numbers(night.edges, model=MODEL, complete=False) == [9, 10, 999, 1000, 1001]


def test_race_for_a_number_gives_the_loser_the_next(night: FakeOutside) -> None:
    raced = with_store(night.edges, "put_if_absent", before=lambda: claim(night.edges, "quick"))

    assert claim(raced, "slow") == 2
    assert claim(night.edges, "quick") == 1


def test_lost_answer_leaves_the_run_its_number(night: FakeOutside) -> None:
    lossy = with_store(night.edges, "put_if_absent", after=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable):
        claim(lossy, "run-1")

    assert claim(lossy, "run-1") == 1


def test_claim_that_the_sdk_repeated_by_itself_is_the_runs_own(night: FakeOutside) -> None:
    repeated = with_store(night.edges, "put_if_absent", before=lambda: claim(night.edges, "run-1"))

    assert claim(repeated, "run-1") == 1
    assert registry.numbers(night.edges, model=MODEL, complete=False) == [1]


def test_models_have_numbers_of_their_own() -> None:
    night = outside(MODEL, "kdd99")
    claim(night.edges, "run-1")

    assert registry.claim(night.edges, model="kdd99", run="run-2") == 1


def test_manifest_of_a_complete_version_is_found(night: FakeOutside) -> None:
    register(night.edges, run="run-1")

    assert registry.manifest(night.edges, model=MODEL, model_version=1).run == "run-1"


@pytest.mark.parametrize("number", [1, 7])
def test_version_that_is_not_complete_or_not_there_is_unknown(night: FakeOutside, number: int) -> None:
    claim(night.edges, "dead")

    with pytest.raises(VersionUnknown, match=f"{MODEL} has no version {number}") as caught:
        registry.manifest(night.edges, model=MODEL, model_version=number)

    assert caught.value.details == {"model": MODEL, "model_version": number}


def test_part_of_a_version_is_found(night: FakeOutside) -> None:
    register(night.edges, run="run-1")

    report = registry.part(night.edges, model=MODEL, model_version=1, name=registry.REPORT)

    assert documents.decode(report) == report_of("run-1")


def test_part_that_is_gone_leaves_the_registry_incomplete(night: FakeOutside) -> None:
    register(night.edges, run="run-1")
    night.store.delete(layout.version(MODEL, 1, registry.PACKAGE))

    with pytest.raises(RegistryIncomplete, match=r"versions/000001/package.zip is missing from bucket test-bucket"):
        registry.part(night.edges, model=MODEL, model_version=1, name=registry.PACKAGE)


def test_version_is_found_by_its_code_the_newest_first(night: FakeOutside) -> None:
    first, second = register(night.edges, run="run-1"), register(night.edges, run="run-2")
    manifest = registry.manifest(night.edges, model=MODEL, model_version=first.model_version)
    same_code = {**manifest.document, "model_version": 3}
    night.store.put(layout.version(MODEL, 3, registry.MANIFEST), documents.encode(same_code))

    found = registry.with_code(night.edges, model=MODEL, code_sha256=manifest.code_sha256)

    assert found is not None
    assert found.document == same_code
    assert second.model_version == 2


def test_unknown_code_is_no_version(night: FakeOutside) -> None:
    register(night.edges, run="run-1")

    assert registry.with_code(night.edges, model=MODEL, code_sha256="other") is None


def test_pruned_versions_are_told(night: FakeOutside) -> None:
    register(night.edges, run="run-1")
    register(night.edges, run="run-2")
    night.store.put(layout.version(MODEL, 2, registry.PRUNED), b"{}")

    assert registry.Kept(night.edges, MODEL).numbers(registry.PRUNED) == [2]
    assert registry.numbers(night.edges, model=MODEL, complete=True) == [1, 2]
    assert [registry.is_pruned(night.edges, model=MODEL, model_version=each) for each in (1, 2)] == [False, True]


@pytest.mark.parametrize("field", ["format", "fingerprint", "artifact_sha256"])
def test_manifest_without_a_field_that_every_release_wrote_is_damaged(night: FakeOutside, field: str) -> None:
    register(night.edges, run="run-1")
    manifest = registry.manifest(night.edges, model=MODEL, model_version=1).document
    left = {name: value for name, value in manifest.items() if name != field}
    night.store.put(layout.version(MODEL, 1, registry.MANIFEST), documents.encode(left))

    with pytest.raises(RegistryIncomplete, match=f"manifest.json is damaged: in it {field} is missing"):
        registry.manifest(night.edges, model=MODEL, model_version=1)
