"""ShiftTraffic, when it is interrupted anywhere, or others move the alias meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.contracts.decisions import BAKE, REJUDGE, ROLLED_BACK, SUPERSEDED
from chalicelib.contracts.rollout import ShiftTrafficTask
from chalicelib.edges import Edges
from chalicelib.errors import FunctionUnavailable, MetricsUnavailable, StoreUnavailable
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, promotion
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given.interference import Killed, interfered, raising, with_functions, with_store
from tests.given.moves import serving
from tests.given.nights import MODEL, Registered, promote, register, revision, swap
from tests.given.present import present
from tests.unit.lambdas.canaries import FINGERPRINT, alias_of, baked, falls_ill, ready, step, traffic
from tests.unit.lambdas.nightly_batch import RUN

LIVE = Registered(1, "1")
FAILURE = {"Error": "Stopped", "Cause": "by ada"}


def ill() -> tuple[FakeOutside, ShiftTrafficTask]:
    """A share has baked, and clients met errors."""
    night, task = baked()
    falls_ill(night)
    return night, task


def by_ada(night: FakeOutside, kind: str, *, registered: Registered = LIVE) -> None:
    move = swap(night.edges, registered, run=f"{kind}-1", kind=kind, expected=revision(night.edges))
    promotion.move_alias(night.edges, move)


def pinned_by_ada(night: FakeOutside) -> None:
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
    by_ada(night, promotion.PINNED)


def kinds(night: FakeOutside) -> list[str]:
    return [entry.kind for entry in Ledger(night.edges, MODEL).entries()]


def test_champion_that_changed_before_the_first_share_is_judged_against() -> None:
    night, task = ready()
    promote(night.edges, run="rival")

    decided = step(night.edges, task)

    assert decided.decision == REJUDGE
    assert "run rival moved the alias" in decided.reason
    assert serving(night) == ("3", {})


def test_champion_that_changed_again_supersedes_the_run() -> None:
    night, task = ready(judging=2)
    promote(night.edges, run="rival")

    assert step(night.edges, task).decision == SUPERSEDED
    assert serving(night) == ("3", {})


def test_second_judging_shifts_from_the_new_champion() -> None:
    night, task = ready()
    promote(night.edges, run="rival")
    step(night.edges, task)

    decided = step(night.edges, replace(task, judging=2, revision_id=revision(night.edges)))

    assert decided.decision == BAKE
    assert serving(night) == ("3", {"2": 0.1})
    assert present(Ledger(night.edges, MODEL).last()).step == promotion.shift_step(1, judging=2)


@pytest.mark.parametrize("judging", [1, 2])
def test_alias_that_others_took_during_the_canary_supersedes_the_run(judging: int) -> None:
    night, task = baked(judging=judging)
    promote(night.edges, run="rival")

    assert step(night.edges, task).decision == SUPERSEDED
    assert serving(night) == ("3", {})


def test_ill_version_whose_alias_others_took_is_theirs_to_judge() -> None:
    night, task = ill()
    promote(night.edges, run="rival")
    traffic(night, "3", sound=900)

    decided = step(night.edges, task)

    assert decided.decision == SUPERSEDED
    assert "looks ill (10 of 100 invocations of the new version failed" in decided.reason
    assert serving(night) == ("3", {})
    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is None


def test_version_that_an_operator_makes_live_during_its_canary_stays_so() -> None:
    night, task = ill()
    by_ada(night, promotion.PROMOTED, registered=Registered(2, "2"))

    assert step(night.edges, task).decision == SUPERSEDED
    assert serving(night) == ("2", {})
    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is None


def test_ill_version_whose_alias_others_take_in_the_very_moment_stays_in_quarantine() -> None:
    night, task = ill()
    raced = with_functions(night.edges, "update_alias", before=lambda: by_ada(night, promotion.ROLLED_BACK))

    assert step(raced, task).decision == ROLLED_BACK
    assert serving(night) == ("1", {})
    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is not None


@pytest.mark.parametrize("shares", [0, 1])
def test_alias_that_is_gone_is_as_one_that_others_moved(shares: int) -> None:
    night, task = baked(shares=shares)
    night.functions.delete_alias(MODEL)

    decided = step(night.edges, task)

    assert decided.decision == (SUPERSEDED if shares else REJUDGE)
    assert night.functions.alias(MODEL) is None


def test_alias_on_code_that_the_registry_does_not_know_is_left_to_people() -> None:
    night, task = baked()
    night.functions.publish(MODEL, b"by hand")
    night.functions.update_alias(
        MODEL, function_version="3", weights={}, description="by hand", revision_id=revision(night.edges) or ""
    )

    assert step(night.edges, task).decision == SUPERSEDED
    assert serving(night) == ("3", {})


@pytest.mark.parametrize("shares", [0, 1])
def test_pin_that_comes_between_look_and_shift_is_not_run_over(shares: int) -> None:
    night, task = baked(shares=shares)
    raced = with_functions(night.edges, "update_alias", before=lambda: pinned_by_ada(night))

    assert step(raced, task).decision == (SUPERSEDED if shares else REJUDGE)
    assert serving(night) == ("1", {})
    assert step(night.edges, task).decision == SUPERSEDED


def test_run_that_was_given_up_shifts_nothing() -> None:
    night, task = ready()
    commitment.give_up(night.edges, run=RUN)

    decided = step(night.edges, task)

    assert (decided.decision, decided.reason) == (
        SUPERSEDED,
        "the run had been given up before its first shift",
    )
    assert serving(night) == ("1", {})


def test_lost_answer_of_a_shift_is_found_when_the_task_is_repeated() -> None:
    night, task = baked()
    lossy = with_functions(night.edges, "update_alias", after=raising(FunctionUnavailable("no answer")))
    with pytest.raises(FunctionUnavailable):
        step(lossy, task)
    night.clock.sleep(7)

    decided = step(lossy, task)

    assert (decided.decision, decided.revision_id) == (BAKE, alias_of(night).revision_id)
    assert decided.since == task.since
    assert kinds(night) == ["promoted", "shifted", "shifted"]


def test_shift_that_took_effect_and_that_others_moved_on_from_is_no_share_any_more() -> None:
    night, task = ready()
    lossy = with_functions(night.edges, "update_alias", after=raising(FunctionUnavailable("no answer")))
    with pytest.raises(FunctionUnavailable):
        step(lossy, task)
    by_ada(night, promotion.ROLLED_BACK)

    decided = step(night.edges, task)

    assert decided.decision == REJUDGE
    assert serving(night) == ("1", {})


def test_version_that_falls_ill_between_two_tries_is_rolled_back_from_its_new_share() -> None:
    night, task = baked()
    lossy = with_functions(night.edges, "update_alias", after=raising(FunctionUnavailable("no answer")))
    with pytest.raises(FunctionUnavailable):
        step(lossy, task)
    falls_ill(night)

    assert step(lossy, task).decision == ROLLED_BACK
    assert serving(night) == ("1", {})


def test_metrics_that_are_away_are_an_error_to_retry() -> None:
    night, task = baked()
    away = interfered(night.edges.metrics, "minutes", before=raising(MetricsUnavailable("throttled")))

    with pytest.raises(MetricsUnavailable):
        step(replace(night.edges, metrics=away), task)

    assert serving(night) == ("1", {"2": 0.1})


CALLS = [
    *((with_store, operation, nth) for operation in ("put", "put_if_absent") for nth in (1, 2, 3)),
    (with_functions, "update_alias", 1),
]


@pytest.mark.parametrize(("interfere", "operation", "nth"), CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_shift_converges_wherever_its_task_died(
    interfere: Callable[..., Edges], operation: str, nth: int, when: str
) -> None:
    night, task = baked()
    dying = interfere(night.edges, operation, nth=nth, **{when: raising(Killed())})

    try:
        decided = step(dying, task)
    except Killed:
        decided = step(night.edges, task)

    assert (decided.decision, decided.shift, decided.revision_id) == (BAKE, 2, alias_of(night).revision_id)
    assert serving(night) == ("1", {"2": 0.5})
    assert kinds(night) == ["promoted", "shifted", "shifted"]


@pytest.mark.parametrize(("interfere", "operation", "nth"), CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("healed", [False, True])
def test_rollback_converges_wherever_its_task_died(
    interfere: Callable[..., Edges], operation: str, nth: int, when: str, healed: bool
) -> None:
    night, task = ill()
    dying = interfere(night.edges, operation, nth=nth, **{when: raising(Killed())})

    try:
        decided = step(dying, task)
    except Killed:
        decided_on = Quarantine(night.edges, MODEL).find(FINGERPRINT) is not None
        if healed and decided_on:
            night.metrics.counted.clear()
        decided = step(night.edges, task)

    assert decided.decision == ROLLED_BACK
    assert serving(night) == ("1", {})
    assert Quarantine(night.edges, MODEL).find(FINGERPRINT) is not None
    cleanup.before(night.edges, run="next", model=MODEL)
    assert kinds(night) == ["promoted", "shifted", "rolled_back"]


@pytest.mark.parametrize(("interfere", "operation", "nth"), CALLS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_version_whose_run_was_stopped_during_its_rollback_is_never_tried_again(
    interfere: Callable[..., Edges], operation: str, nth: int, when: str
) -> None:
    night, task = ill()
    moved_before = len(kinds(night))
    dying = interfere(night.edges, operation, nth=nth, **{when: raising(Killed())})
    try:
        step(dying, task)
    except Killed:
        cleanup.after(night.edges, run=RUN, model=MODEL, failure=FAILURE)

    rolled_back = promotion.ROLLED_BACK in kinds(night)[moved_before:]
    quarantined = Quarantine(night.edges, MODEL).find(FINGERPRINT) is not None
    assert serving(night) == ("1", {})
    assert quarantined or not rolled_back


def test_step_of_a_dead_run_that_comes_late_changes_nothing() -> None:
    night, task = baked()
    cleanup.after(night.edges, run=RUN, model=MODEL, failure=FAILURE)
    promote(night.edges, run="next")
    register(night.edges, run="one-more")
    before = alias_of(night)

    assert step(night.edges, task).decision == SUPERSEDED
    assert alias_of(night) == before


def test_store_that_is_away_at_the_first_look_leaves_everything_as_it_is() -> None:
    night, task = ill()
    away = with_store(night.edges, "find", before=raising(StoreUnavailable("no answer")))

    with pytest.raises(StoreUnavailable):
        step(away, task)

    assert serving(night) == ("1", {"2": 0.1})
