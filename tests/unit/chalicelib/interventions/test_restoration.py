from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import (
    LayersMissing,
    NoLiveModel,
    RegistryIncomplete,
    RequestConflict,
    ServingTooSmall,
    VersionUnknown,
)
from chalicelib.interventions import restoration
from chalicelib.interventions.restoration import Recovered
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.fakes.serving_function import with_layers
from tests.given.broken_runs import die_after_the_swap
from tests.given.interference import interfered, raising, with_functions
from tests.given.nights import MODEL, PARTS, content, ledger_of, outside, promote, register, revision, swap
from tests.given.present import present


def restore(edges: Edges, *, attempt: str = "abc123") -> Recovered:
    return restoration.restore(edges, model=MODEL, attempt=attempt, who="ada")


def after_losing_lambda(night: FakeOutside) -> Edges:
    """The same bucket, and a serving function without versions and alias."""
    return replace(night.edges, functions=InMemoryFunctions(MODEL, clock=night.clock, history=night.history))


def by_hand(edges: Edges, function_version: str) -> None:
    edges.functions.update_alias(
        MODEL,
        function_version=function_version,
        weights={},
        description="by hand",
        revision_id=revision(edges) or "",
    )


def test_alias_is_behind_where_lambda_lost_what_the_ledger_knows(night: FakeOutside) -> None:
    never_promoted = restoration.is_behind(night.edges, model=MODEL)
    promote(night.edges, run="run-1")
    up_to_date = restoration.is_behind(night.edges, model=MODEL)
    alias_is_gone = restoration.is_behind(after_losing_lambda(night), model=MODEL)

    assert (never_promoted, up_to_date, alias_is_gone) == (False, False, True)


def test_version_whose_layers_the_function_lacks_is_not_restored(night: FakeOutside) -> None:
    night.functions.configure(MODEL, **with_layers("onnx"))
    version = register(night.edges, run="run-1", layers=["onnx"])
    promotion.move_alias(night.edges, swap(night.edges, version, run="run-1"))
    edges = after_losing_lambda(night)

    with pytest.raises(LayersMissing, match="run nightswap deploy"):
        restore(edges)

    assert edges.functions.alias(MODEL) is None
    assert edges.functions.versions(MODEL) == []


def test_version_is_not_restored_without_the_artifact_that_its_function_reads_from_the_bucket(
    night: FakeOutside,
) -> None:
    version = register(night.edges, run="run-1", stored=True)
    promotion.move_alias(night.edges, swap(night.edges, version, run="run-1"))
    edges = after_losing_lambda(night)
    night.store.delete(layout.version(MODEL, 1, SCORECARD_FILE))

    with pytest.raises(RegistryIncomplete, match=r"model.json is gone, and the function of version 1"):
        restore(edges)

    assert edges.functions.versions(MODEL) == []


def test_artifact_in_the_bucket_is_not_read_by_who_restores_its_version(night: FakeOutside) -> None:
    version = register(night.edges, run="run-1", stored=True)
    promotion.move_alias(night.edges, swap(night.edges, version, run="run-1"))
    unread = interfered(night.edges.store, "digest", before=raising(AssertionError("240 MB were read")))

    assert restore(replace(after_losing_lambda(night), store=unread)).moved


def test_version_is_not_restored_by_a_function_that_is_too_small_for_its_artifact(night: FakeOutside) -> None:
    version = register(night.edges, run="run-1", stored=True)
    promotion.move_alias(night.edges, swap(night.edges, version, run="run-1"))
    edges = after_losing_lambda(night)
    lost = edges.functions
    assert isinstance(lost, InMemoryFunctions)
    lost.configure(MODEL, MemorySize=64)

    with pytest.raises(
        ServingTooSmall, match=r"needs about 100 MB of memory and 0 s for a cold start, and has 64 MB"
    ):
        restore(edges)

    lost.configure(MODEL, MemorySize=128)
    assert restore(edges).moved


def test_alias_of_an_older_checkpoint_is_behind(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    checkpoint = night.functions.alias(MODEL)
    assert checkpoint is not None
    promote(night.edges, run="run-2")
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={},
        description=checkpoint.description,
        revision_id=revision(night.edges) or "",
    )

    assert restoration.is_behind(night.edges, model=MODEL)
    assert restore(night.edges) == Recovered(2, "2", moved=True)
    assert not restoration.is_behind(night.edges, model=MODEL)


def test_alias_that_other_hands_moved_is_not_behind(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    register(night.edges, run="run-2")
    by_hand(night.edges, "2")

    assert not restoration.is_behind(night.edges, model=MODEL)


def test_lost_function_is_published_again_byte_for_byte(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    promote(night.edges, run="run-2")
    edges = after_losing_lambda(night)

    recovered = restore(edges)

    assert recovered == Recovered(model_version=2, function_version="1", moved=True)
    alias = edges.functions.alias(MODEL)
    assert alias is not None
    assert alias.description == "run=restore-abc123 step=0 restored from=none to=1 model_version=2 entry=3"
    assert (
        edges.functions.versions(MODEL)[0].code_sha256
        == registry.manifest(edges, model=MODEL, model_version=2).code_sha256
    )


def test_restoring_is_written_into_the_ledger(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")

    restore(after_losing_lambda(night))

    last = present(Ledger(night.edges, MODEL).last())
    assert (last.kind, last.run, last.who, last.model_version) == (
        "restored",
        "restore-abc123",
        "ada",
        1,
    )


def test_what_is_live_already_is_not_moved(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    before = content(night), night.functions.alias(MODEL)

    assert restore(night.edges) == Recovered(1, "1", moved=False)
    assert (content(night), night.functions.alias(MODEL)) == before


def test_restoring_twice_moves_once(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    edges = after_losing_lambda(night)

    moved = [restore(edges, attempt=attempt).moved for attempt in ("111111", "222222")]

    assert moved == [True, False]
    assert len(ledger_of(night)) == 2


def test_version_that_other_hands_made_live_is_put_back(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    register(night.edges, run="run-2")
    by_hand(night.edges, "2")

    assert restore(night.edges) == Recovered(1, "1", moved=True)
    assert ledger_of(night)[-1] == (2, "restore-abc123", "2", "1", False)


def test_alias_that_points_to_a_lost_version_is_put_back(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    alias = night.functions.alias(MODEL)
    assert alias is not None
    forgetful = InMemoryFunctions(MODEL, clock=night.clock)
    forgetful.publish(MODEL, b"something else")
    forgetful.create_alias(MODEL, function_version="1", description=alias.description)

    assert restore(replace(night.edges, functions=forgetful)) == Recovered(1, "2", moved=True)


def test_model_that_was_never_live_cannot_be_restored() -> None:
    with pytest.raises(NoLiveModel, match="nothing of kdd99-http has ever been live"):
        restore(outside().edges)


def test_alias_by_hand_before_the_first_run_is_to_be_deleted_because_no_run_can_judge_against_it(
    night: FakeOutside,
) -> None:
    night.functions.publish(MODEL, b"by hand")
    night.functions.create_alias(MODEL, function_version="1", description="by hand")

    with pytest.raises(NoLiveModel, match=r"alias live, made by hand: delete it, .* then nightswap retrain") as told:
        restore(night.edges)

    assert "nightswap restore" not in told.value.message


def test_version_without_its_manifest_cannot_be_restored(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    night.store.delete(layout.version(MODEL, 1, registry.MANIFEST))

    with pytest.raises(VersionUnknown, match=r"put-back models/kdd99-http/versions/000001/manifest.json$"):
        restore(after_losing_lambda(night))


@pytest.mark.parametrize("name", [*PARTS, registry.SPLITS, None])
@pytest.mark.parametrize("left", [None, b"{}"])
def test_version_is_not_restored_without_what_it_was_judged_by(
    night: FakeOutside, name: str | None, left: bytes | None
) -> None:
    promote(night.edges, run="run-1", more_parts={registry.SPLITS: b'{"splits": {}}'})
    key = layout.version(MODEL, 1, name) if name else layout.evidence(MODEL, 1)
    night.store.uncover(key, left)
    edges = after_losing_lambda(night)

    with pytest.raises(RegistryIncomplete, match=rf"nightswap put-back {key}") as refused:
        restore(edges)

    assert refused.value.details["key"] == key
    assert edges.functions.alias(MODEL) is None
    assert edges.functions.versions(MODEL) == []


def test_version_without_its_package_cannot_be_restored(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    night.store.delete(layout.version(MODEL, 1, registry.PACKAGE))

    with pytest.raises(RegistryIncomplete, match=r"package.zip is missing"):
        restore(after_losing_lambda(night))


def test_damaged_package_is_not_published(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    night.store.put(layout.version(MODEL, 1, registry.PACKAGE), b"damaged")
    edges = after_losing_lambda(night)

    with pytest.raises(RegistryIncomplete, match="is not the one that was published"):
        restore(edges)

    assert edges.functions.versions(MODEL) == []


def test_alias_that_somebody_moves_meanwhile_is_a_conflict(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    edges = after_losing_lambda(night)
    rival = register(edges, run="rival")
    moved = swap(edges, rival, run="rival", next_entry=2)
    raced = with_functions(edges, "create_alias", before=lambda: promotion.move_alias(edges, moved))

    with pytest.raises(RequestConflict, match="nightswap versions kdd99-http") as caught:
        restore(raced)

    assert "run rival moved the alias" in caught.value.message


@pytest.mark.parametrize("nth", range(1, 5))
def test_promotion_that_comes_while_it_looks_stands(night: FakeOutside, nth: int) -> None:
    promote(night.edges, run="run-1")
    raced = with_functions(night.edges, "alias", nth=nth, before=lambda: promote(night.edges, run="run-2"))

    with suppress(RequestConflict):
        restore(raced)

    assert [each.model_version for each in Ledger(night.edges, MODEL).entries()] in ([1], [1, 2])


def test_manifest_of_the_restored_version_stays_as_it_was(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    before = content(night)[layout.version(MODEL, 1, registry.MANIFEST)]

    restore(after_losing_lambda(night))

    assert content(night)[layout.version(MODEL, 1, registry.MANIFEST)] == before
    assert documents.decode(before)["function_version"] == "1"


def test_move_whose_author_died_before_its_entry_is_what_is_restored(night: FakeOutside) -> None:
    promote(night.edges, run="run-1")
    die_after_the_swap(night, run="dead")

    assert restore(night.edges) == Recovered(2, "2", moved=False)
    assert ledger_of(night)[-1] == (2, "dead", "1", "2", True)
