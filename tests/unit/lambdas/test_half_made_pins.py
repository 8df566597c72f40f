"""Pins whose function died before its move, and the run that they come upon."""

from __future__ import annotations

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import REJUDGE, SUPERSEDED
from chalicelib.contracts.rollout import ShiftTrafficTask, SwapAliasTask
from chalicelib.promotion.lease import Lease
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from lambdas import swap_alias
from tests.fakes.edges import FakeOutside
from tests.given.interference import Killed, raising, with_functions
from tests.given.moves import ask, serving
from tests.given.nights import MODEL, going, promote, register, revision
from tests.unit.lambdas.canaries import FINGERPRINT, baked, step, traffic
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS


def half_pin(night: FakeOutside) -> None:
    """The pin is put, and the alias not moved."""
    with pytest.raises(Killed):
        ask(with_functions(night.edges, "update_alias", before=raising(Killed())), "pin")


def swap_of(task: ShiftTrafficTask) -> SwapAliasTask:
    """What the state machine asks for after the last share."""
    return SwapAliasTask(
        run=task.run,
        model=task.model,
        model_version=task.model_version,
        function_version=task.function_version,
        fingerprint=task.fingerprint,
        judging=task.judging,
        shift=task.shift,
        revision_id=task.revision_id,
        rollout="every share was healthy",
        who=task.who,
        why=task.why,
    )


@pytest.mark.parametrize("failed", [0, 50])
def test_canary_that_was_unpinned_is_superseded_and_leaves_no_weights_however_it_did(failed: int) -> None:
    night, task = baked()
    half_pin(night)
    ask(night.edges, "unpin")
    traffic(night, "2", failed=failed)
    traffic(night, "1", sound=50)

    assert step(night.edges, task).decision == SUPERSEDED
    assert serving(night) == ("1", {})
    assert Quarantine(night.edges, MODEL).model_versions() == {}


def test_swap_that_gave_itself_up_takes_its_weights_off_though_the_pin_is_gone_again() -> None:
    night, task = baked(shares=2)
    Pin(night.edges, MODEL).claim(1, who="ada", why="the audit")
    dying = with_functions(night.edges, "update_alias", before=raising(Killed()))
    with pytest.raises(Killed):  # it saw the pin and gave up, and died before it took the weights off
        swap_alias.run(swap_of(task), dying, SETTINGS)
    night.store.delete(layout.pin(MODEL))

    assert swap_alias.run(swap_of(task), night.edges, SETTINGS).decision == SUPERSEDED
    assert serving(night) == ("1", {})


def test_pin_that_is_asked_for_again_holds_against_a_run_that_looked_before_the_first(night: FakeOutside) -> None:
    promote(night.edges, run="earlier")
    Lease(night.edges, MODEL).take(going(night, RUN))
    register(night.edges, run=RUN, fingerprint=FINGERPRINT)
    task = SwapAliasTask(
        run=RUN,
        model=MODEL,
        model_version=2,
        function_version="2",
        fingerprint=FINGERPRINT,
        judging=1,
        shift=0,
        revision_id=revision(night.edges),
        rollout="200 rows of the holdout were answered as judged",
        who=RUN,
        why="",
    )

    def pinned_by_ada_who_asks_twice() -> None:
        half_pin(night)
        assert ask(night.edges, "pin", name="pin-again")["pinned"] == 1

    raced = with_functions(night.edges, "update_alias", before=pinned_by_ada_who_asks_twice)

    assert swap_alias.run(task, raced, SETTINGS).decision == REJUDGE
    assert serving(night) == ("1", {})
