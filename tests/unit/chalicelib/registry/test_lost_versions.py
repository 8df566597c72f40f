"""Runs that are committed to a swap, when Lambda has lost the version."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.promotion import fencing, promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry import registry
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.fakes.functions import InMemoryFunctions
from tests.given.broken_runs import FAILURE, decided, outcome_of
from tests.given.interference import with_functions
from tests.given.moves import after_nights, serving
from tests.given.nights import MODEL, going, revision
from tests.given.serving_code import ServingCode


def dead_before_its_swap(night: FakeOutside) -> Move:
    """The run `dead` is committed to the swap of the newest version, and over."""
    move = decided(night, run="dead")
    night.executions.finish("dead", "ABORTED", error="Stopped", cause="by ada")
    return move


def restarted(night: FakeOutside) -> Edges:
    """The local AWS was killed and started again: version 1 is of its checkpoint, and 2 is another's number now."""
    alias = night.functions.alias(MODEL)
    package = night.store.find(layout.version(MODEL, 1, registry.PACKAGE))
    assert alias is not None and package is not None
    functions = InMemoryFunctions(MODEL, clock=night.clock, handler=ServingCode())
    functions.publish(MODEL, package.body)
    functions.create_alias(MODEL, function_version="1", description=alias.description)
    functions.publish(MODEL, b"nobody judged this")
    return replace(night.edges, functions=functions)


@pytest.mark.parametrize("nights", [0, 1])
def test_dead_run_whose_version_lambda_lost_is_buried_as_failed(nights: int) -> None:
    night = after_nights(nights)
    dead_before_its_swap(night)
    before = revision(night.edges)
    night.functions.delete_version(MODEL, str(nights + 1))

    cleanup.before(night.edges, run=going(night, "next"), model=MODEL)

    assert outcome_of(night, "dead") == ("RetrainFailed", "by ada", "Stopped")
    assert night.store.find(layout.lease(MODEL)) is None
    assert (before is None) == (night.functions.alias(MODEL) is None)


def test_broken_run_whose_version_lambda_lost_can_end() -> None:
    night = after_nights(1)
    decided(night, run="run-2")
    night.functions.delete_version(MODEL, "2")

    cleanup.after(night.edges, run="run-2", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-2") == ("RetrainFailed", "one class only", "SingleClass")
    assert serving(night) == ("1", {})


def test_version_that_lambda_loses_in_the_last_moment_is_no_trouble() -> None:
    night = after_nights(1)
    decided(night, run="run-2")
    losing = with_functions(night.edges, "update_alias", before=lambda: night.functions.delete_version(MODEL, "2"))

    cleanup.after(losing, run="run-2", model=MODEL, failure=FAILURE)

    assert outcome_of(night, "run-2")[0] == "RetrainFailed"
    assert serving(night) == ("1", {})


def test_number_that_was_given_anew_does_not_go_live() -> None:
    night = after_nights(1)
    dead_before_its_swap(night)
    edges = restarted(night)
    assert revision(edges) == revision(night.edges)

    cleanup.before(edges, run=going(night, "next"), model=MODEL)

    alias = edges.functions.alias(MODEL)
    assert alias is not None and alias.function_version == "1"
    assert outcome_of(night, "dead")[0] == "RetrainFailed"


def test_number_that_was_given_anew_is_not_made_live_by_a_task_that_outlives_its_run_either() -> None:
    night = after_nights(1)
    zombie = dead_before_its_swap(night)
    edges = restarted(night)
    cleanup.before(edges, run=going(night, "next"), model=MODEL)

    with pytest.raises(AliasMoved):
        promotion.move_alias(edges, zombie)


def test_run_steps_back_from_a_first_promotion_that_lambda_lost(night: FakeOutside) -> None:
    decided(night, run="run-1")
    night.functions.delete_version(MODEL, "1")

    fencing.stop(night.edges, model=MODEL, run="run-1", why="pinned", finishing=False)

    assert night.functions.alias(MODEL) is None
