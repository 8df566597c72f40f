from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.audit.verification import Verified, verify
from chalicelib.documents import documents
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from tests.fakes.edges import FakeOutside
from tests.given.moves import ask, serving
from tests.given.nights import MODEL, content, outside, register
from tests.given.records import problems, prune_by_hand, silent, two_nights


@pytest.fixture
def night() -> FakeOutside:
    return two_nights()


def test_record_in_order_has_no_problem_and_nothing_is_changed(night: FakeOutside) -> None:
    before = content(night)

    assert verify(night.edges, model=MODEL, report=silent) == Verified(
        model=MODEL, entries=2, versions=2, problems=()
    )
    assert content(night) == before


def test_model_that_was_never_live_is_in_order() -> None:
    assert verify(outside().edges, model=MODEL, report=silent).problems == ()


@pytest.mark.parametrize("key", [layout.quarantined_data(MODEL), layout.quality_night(MODEL, 7)])
def test_damaged_document_beside_the_versions_is_told(night: FakeOutside, key: str) -> None:
    night.store.put(key, b'{"x": 3}')

    (problem,) = problems(night)

    assert problem.startswith(f"{key} is damaged: in it ")


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []

    verify(two_nights().edges, model=MODEL, report=lambda *step: told.append(step))

    assert told == [
        (f"ledger of {MODEL}", 0, 2),
        (f"ledger of {MODEL}", 1, 2),
        (f"versions of {MODEL}", 0, 2),
        (f"versions of {MODEL}", 1, 2),
    ]


@pytest.mark.parametrize("part", [registry.PACKAGE, SCORECARD_FILE])
@pytest.mark.parametrize(("body", "told"), [(None, "is gone"), (b"other", "is not what the manifest says")])
def test_part_of_a_version_that_is_gone_or_another_is_told(
    night: FakeOutside, part: str, body: bytes | None, told: str
) -> None:
    key = layout.version(MODEL, 1, part)
    night.store.delete(key) if body is None else night.store.put(key, body)

    assert problems(night) == (
        f"{key} {told}: {documents.put_back(key)}; without it version 1 of {MODEL} cannot go live any more, and if"
        " it is live, nightswap rollback --model"
        f' {MODEL} --reason "...", or nightswap promote VERSION --model {MODEL} --reason "..."',
    )


@pytest.mark.parametrize("part", [registry.CLAIM, registry.REPORT])
def test_record_of_a_version_that_is_gone_is_told(night: FakeOutside, part: str) -> None:
    night.store.delete(layout.version(MODEL, 1, part))

    assert problems(night) == (f"{layout.version(MODEL, 1, part)} is missing: version 1 of {MODEL} is not whole",)


def test_version_of_the_ledger_that_the_registry_does_not_know_is_told(night: FakeOutside) -> None:
    key = layout.version(MODEL, 1, registry.MANIFEST)
    night.store.delete(key)

    assert problems(night) == (
        f"version 1 of {MODEL} was live by the ledger, and the registry has no complete version of that number",
        f"{key} is missing: {layout.evidence(MODEL, 1)} is what was judged; {documents.put_back(key)}",
    )


def test_manifest_of_a_version_that_was_never_live_is_missed_too(night: FakeOutside) -> None:
    number = register(night.edges, run="run-3", fingerprint="data-3").model_version
    key = layout.version(MODEL, number, registry.MANIFEST)
    night.store.delete(key)

    assert problems(night) == (
        f"{key} is missing: {layout.evidence(MODEL, number)} is what was judged; {documents.put_back(key)}",
    )
    night.store.put(key, content(night)[layout.evidence(MODEL, number)])
    assert problems(night) == ()


@pytest.mark.parametrize(("status", "missed"), [("running", 0), ("failed", 0), ("done", 1), ("strange", 1)])
def test_manifest_that_a_dead_run_had_not_come_to_write_is_not_missed(
    night: FakeOutside, status: str, missed: int
) -> None:
    number = register(night.edges, run="run-3", fingerprint="data-3").model_version
    night.store.delete(layout.version(MODEL, number, registry.MANIFEST))
    state = {"state": "VersionModel", "status": status}
    night.store.put(layout.run_document("run-3", "version_model"), documents.encode(state))

    assert len(problems(night)) == missed


def test_evidence_of_a_version_without_a_manifest_is_read_too(night: FakeOutside) -> None:
    number = register(night.edges, run="run-3", fingerprint="data-3").model_version
    night.store.delete(layout.version(MODEL, number, registry.MANIFEST))
    night.store.put(layout.evidence(MODEL, number), b"[]")

    (problem,) = problems(night)
    assert problem.startswith(f"{layout.evidence(MODEL, number)} is damaged")


def test_pruned_version_is_whole_without_its_parts_unless_it_is_live(night: FakeOutside) -> None:
    prune_by_hand(night, 1)
    assert problems(night) == ()

    prune_by_hand(night, 2)
    assert problems(night) == (
        f"version 2 of {MODEL} is live and pruned: it cannot be put back if Lambda loses it, and no run can judge"
        f' against it: nightswap rollback --model {MODEL} --reason "...", or nightswap promote VERSION --model'
        f' {MODEL} --reason "..."',
    )


@pytest.mark.parametrize("action", ["rollback", "promote"])
@pytest.mark.parametrize("part", [registry.PACKAGE, SCORECARD_FILE])
def test_live_version_without_a_part_is_left_by_the_ways_that_are_told(
    night: FakeOutside, part: str, action: str
) -> None:
    night.store.delete(layout.version(MODEL, 2, part))
    (problem,) = problems(night)

    ask(night.edges, action, model_version=1)

    assert f"nightswap {action} " in problem
    assert serving(night) == ("1", {})


def test_version_that_goes_while_it_is_looked_at_is_told(night: FakeOutside) -> None:
    def meanwhile(doing: str, done: int, total: int) -> None:
        if doing.startswith("versions of"):
            night.store.delete(layout.version(MODEL, 1, registry.MANIFEST))

    told = verify(night.edges, model=MODEL, report=meanwhile).problems

    assert [each for each in told if "version 1" in each or "'1'" in each], told
