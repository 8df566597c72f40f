from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.audit import verification
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import FunctionUnavailable, RegistryIncomplete, RequestConflict, VersionUnfit
from chalicelib.interventions import fitness
from chalicelib.promotion import promotion
from chalicelib.pruning import pruning, pruning_plan
from chalicelib.pruning.pruning import Pruned
from chalicelib.pruning.retention import Policy
from chalicelib.registry import models, registry
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.pin import Pin
from tests.fakes.edges import FakeOutside
from tests.given.interference import Killed, raising, with_functions, with_store
from tests.given.moves import ask, serving
from tests.given.nights import (
    GIVEN_UP,
    MODEL,
    Registered,
    content,
    promote,
    register,
    report_of,
    revision,
    swap,
)
from tests.given.old_nights import DAY, dead_run, nights, plan
from tests.given.records import by_hand, silent

GOES = {layout.version(MODEL, 1, part) for part in GIVEN_UP}
"""Of version 1, which is the one that nothing speaks for after three nights."""


def prune(edges: Edges, *, who: str = "ada") -> Pruned:
    wanted = pruning_plan.make(edges, model=MODEL, policy=Policy(keep=0, days=0), report=silent)
    return pruning.carry_out(edges, wanted, who=who, report=silent)


def in_order(night: FakeOutside) -> bool:
    return verification.verify(night.edges, model=MODEL, report=silent).problems == ()


def is_whole(night: FakeOutside, number: int) -> bool:
    kept = content(night)
    parts = {layout.version(MODEL, number, part) for part in GIVEN_UP}
    return parts <= kept.keys() and layout.version(MODEL, number, registry.PRUNED) not in kept


def test_version_of_another_format_gives_up_its_artifact_too(night: FakeOutside) -> None:
    promote(night.edges, run="run-0", file="model.other")
    promote(night.edges, run="run-1", fingerprint="data-2")
    promote(night.edges, run="run-2", fingerprint="data-3")
    night.clock.sleep(10 * 86_400)

    prune(night.edges)

    assert layout.version(MODEL, 1, "model.other") not in content(night)
    assert layout.version(MODEL, 1, registry.REPORT) in content(night)


def test_version_gives_up_function_version_and_parts_and_keeps_its_record() -> None:
    night = nights(3)
    before = content(night)
    size_bytes = night.functions.versions(MODEL)[0].size_bytes

    assert prune(night.edges) == Pruned(
        model_versions=(1,), function_versions=("1",), spared=(), freed_bytes=size_bytes
    )

    note = layout.version(MODEL, 1, registry.PRUNED)
    assert before.keys() - content(night).keys() == GOES
    assert content(night).keys() - before.keys() == {note}
    at = documents.timestamp(night.clock())
    assert documents.find(night.store, note) == {"at": at, "who": "ada", "bytes": size_bytes}
    assert [each.function_version for each in night.functions.versions(MODEL)] == ["2", "3"]
    assert in_order(night)


def test_version_that_was_never_live_goes_although_the_ledger_is_younger_than_a_day(night: FakeOutside) -> None:
    register(night.edges, run="run-1", fingerprint="data-1")
    promote(night.edges, run="run-2", fingerprint="data-2")

    assert prune(night.edges).model_versions == (1,)


def test_artifact_stays_in_the_bucket_as_long_as_a_function_version_reads_it() -> None:
    night = nights(1)
    register(night.edges, run="run-2", fingerprint="data-2", stored=True)
    promote(night.edges, run="run-3", fingerprint="data-3")
    key = layout.version(MODEL, 2, SCORECARD_FILE)

    with pytest.raises(Killed):
        prune(with_functions(night.edges, "delete_version", before=raising(Killed())))
    kept = night.store.find(key)
    prune(night.edges)

    assert kept is not None
    went = [each.operation for each in night.history.of("delete_version", "delete") if each.subject in (MODEL, key)]
    assert went == ["delete_version", "delete"]


def test_pruned_version_is_still_told_and_never_live_again() -> None:
    night = nights(3)
    prune(night.edges)

    assert models.version(night.edges, model=MODEL, model_version="1")["report"] == report_of("run-1")
    with pytest.raises(VersionUnfit, match="it was pruned"):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_pruning_again_finds_nothing() -> None:
    night = nights(3)
    prune(night.edges)
    before = content(night)

    assert prune(night.edges) == Pruned(model_versions=(), function_versions=(), spared=(), freed_bytes=0)
    assert content(night) == before


def test_function_version_of_a_dead_run_goes() -> None:
    night = nights(1)
    dead_run(night, "dead")
    night.clock.sleep(2 * DAY)

    assert prune(night.edges).function_versions == ("2",)
    assert in_order(night)


def test_function_version_of_a_dead_run_that_other_hands_made_live_stays() -> None:
    night = nights(1)
    dead_run(night, "dead")
    night.clock.sleep(2 * DAY)
    by_hand(night, "2")

    assert prune(night.edges).function_versions == ()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("operation", "nth"), [("put_if_absent", 1), ("delete_version", 1), ("delete", 1), ("delete", 2), ("delete", 3)]
)
def test_pruning_that_died_anywhere_is_finished_by_the_next(operation: str, nth: int, after: bool) -> None:
    night, calm = nights(3), nights(3)
    prune(calm.edges)
    death = raising(Killed())
    with_edge = with_functions if operation == "delete_version" else with_store
    dying = (
        with_edge(night.edges, operation, nth=nth, after=death)
        if after
        else with_edge(night.edges, operation, nth=nth, before=death)
    )

    with pytest.raises(Killed):
        prune(dying)
    assert in_order(night)
    prune(night.edges)

    assert content(night) == content(calm)
    assert night.functions.versions(MODEL) == calm.functions.versions(MODEL)


def test_version_that_is_half_gone_is_never_offered() -> None:
    night = nights(3)
    with pytest.raises(FunctionUnavailable):
        prune(with_functions(night.edges, "delete_version", before=raising(FunctionUnavailable("no answer"))))

    assert registry.is_pruned(night.edges, model=MODEL, model_version=1)
    with pytest.raises(VersionUnfit):
        fitness.verify(night.edges, model=MODEL, model_version=1)


def test_version_that_becomes_live_after_the_plan_is_spared() -> None:
    night = nights(3)
    wanted = plan(night)
    by_hand(night, "1")

    pruned = pruning.carry_out(night.edges, wanted, who="ada", report=silent)

    assert (pruned.model_versions, pruned.spared) == ((), (1,))
    assert is_whole(night, 1)


def test_version_that_came_and_went_after_the_plan_is_spared() -> None:
    night = nights(4)
    wanted = plan(night)
    for run, registered in (("promote-1", Registered(1, "1")), ("rollback-1", Registered(4, "4"))):
        move = swap(night.edges, registered, run=run, expected=revision(night.edges))
        promotion.move_alias(night.edges, move)

    pruned = pruning.carry_out(night.edges, wanted, who="ada", report=silent)

    assert (pruned.model_versions, pruned.spared) == ((2,), (1,))
    assert is_whole(night, 1)


def test_version_that_came_and_went_is_spared_when_it_is_not_the_next_to_go_back_to() -> None:
    night = nights(5)
    wanted = plan(night)
    for number in (1, 2, 5):
        move = swap(
            night.edges, Registered(number, str(number)), run=f"promote-{number}", expected=revision(night.edges)
        )
        promotion.move_alias(night.edges, move)

    pruned = pruning.carry_out(night.edges, wanted, who="ada", report=silent)

    assert (pruned.model_versions, pruned.spared) == ((3,), (2, 1))
    assert is_whole(night, 1)


def test_version_that_the_next_rollback_goes_to_since_a_rollback_is_spared() -> None:
    night = nights(4)
    wanted = plan(night)
    ask(night.edges, "rollback")

    pruned = pruning.carry_out(night.edges, wanted, who="ada", report=silent)

    assert (pruned.model_versions, pruned.spared) == ((1,), (2,))
    assert ask(night.edges, "rollback", name="again")["to"]["model_version"] == 2


def test_version_that_is_published_again_after_the_plan_goes_with_all_that_holds_its_package() -> None:
    night = nights(3)
    night.functions.delete_version(MODEL, "1")
    wanted = plan(night)
    raced = with_functions(
        night.edges,
        "update_alias",
        before=lambda: pruning.carry_out(night.edges, wanted, who="ada", report=silent),
    )

    with pytest.raises(RequestConflict, match="has no function version 4"):
        ask(raced, "promote", model_version=1)

    assert serving(night) == ("3", {})
    assert [each.function_version for each in night.functions.versions(MODEL)] == ["2", "3"]
    assert in_order(night)


def test_version_that_is_pinned_after_the_plan_is_spared() -> None:
    night = nights(3)
    wanted = plan(night)
    Pin(night.edges, MODEL).claim(1, who="ops", why="audit")

    assert pruning.carry_out(night.edges, wanted, who="ada", report=silent).spared == (1,)
    assert is_whole(night, 1)


def test_version_whose_manifest_is_damaged_after_the_plan_is_not_marked() -> None:
    night = nights(3)
    wanted = plan(night)
    night.store.put(layout.version(MODEL, 1, registry.MANIFEST), b"{")

    with pytest.raises(RegistryIncomplete):
        pruning.carry_out(night.edges, wanted, who="ada", report=silent)
    assert is_whole(night, 1)


def test_version_that_becomes_live_in_the_last_moment_is_spared_by_lambda() -> None:
    night = nights(3)
    late = with_functions(night.edges, "delete_version", before=lambda: by_hand(night, "1"))

    assert prune(late).spared == (1,)
    assert is_whole(night, 1)
    assert night.functions.version(MODEL, "1") is not None


def test_mark_on_a_version_that_was_spared_is_taken_off_after_a_crash() -> None:
    night = nights(3)
    by_hand(night, "1")
    night.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")

    prune(night.edges)

    assert is_whole(night, 1)


def test_mark_on_a_live_version_without_its_package_stays() -> None:
    night = nights(3)
    by_hand(night, "1")
    night.store.put(layout.version(MODEL, 1, registry.PRUNED), b"{}")
    night.store.delete(layout.version(MODEL, 1, registry.PACKAGE))

    prune(night.edges)

    assert registry.is_pruned(night.edges, model=MODEL, model_version=1)


def test_progress_is_told() -> None:
    night = nights(4)
    dead_run(night, "dead")
    night.clock.sleep(2 * DAY)
    told: list[tuple[str, int, int]] = []

    pruning.carry_out(night.edges, plan(night), who="ada", report=lambda *step: told.append(step))

    assert told == [(f"pruning {MODEL}", done, 3) for done in range(3)]
