"""Runs that broke, and what they left."""

from __future__ import annotations

import pytest

from chalicelib.errors import StoreUnavailable
from chalicelib.promotion import commitment, promotion
from chalicelib.promotion.lease import Lease
from chalicelib.promotion.promotion import Move
from chalicelib.runs import outcomes
from tests.fakes.edges import FakeOutside
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, going, outside, register, revision, shift, swap
from tests.given.present import present

FAILURE = {"Error": "SingleClass", "Cause": '{"errorMessage": "one class only", "errorType": "SingleClass"}'}


def die_after_the_swap(night: FakeOutside, *, run: str) -> None:
    """The alias is moved, and its ledger entry is not written."""
    registered = register(night.edges, run=run)
    dying = with_store(night.edges, "put_if_absent", before=raising(StoreUnavailable("no answer")))
    move = swap(night.edges, registered, run=run, expected=revision(night.edges))
    commitment.commit(night.edges, move, what=commitment.SWAP, judging=1)
    with pytest.raises(StoreUnavailable):
        promotion.move_alias(dying, move)


def decided(night: FakeOutside, *, run: str) -> Move:
    """A run that holds the lease and decided to swap, and did not come to it."""
    Lease(night.edges, MODEL).take(going(night, run))
    move = swap(night.edges, register(night.edges, run=run), run=run, expected=revision(night.edges))
    assert commitment.commit(night.edges, move, what=commitment.SWAP, judging=1)
    return move


def decided_to_shift(night: FakeOutside, *, run: str) -> Move:
    """A run that holds the lease and decided on its first shift of traffic, and did not come to it."""
    Lease(night.edges, MODEL).take(going(night, run))
    move = shift(night.edges, register(night.edges, run=run), run=run)
    assert commitment.commit(night.edges, move, what=commitment.SHIFT, judging=1)
    return move


def shift_traffic(night: FakeOutside, *, run: str) -> Move:
    """A canary of the run: a tenth of the traffic goes to its own version."""
    move = shift(night.edges, register(night.edges, run=run), run=run)
    assert commitment.commit(night.edges, move, what=commitment.SHIFT, judging=1)
    promotion.move_alias(night.edges, move)
    return move


def weights(night: FakeOutside) -> dict[str, float]:
    alias = night.functions.alias(MODEL)
    return dict(alias.weights) if alias else {}


def outcome_of(night: FakeOutside, run: str) -> tuple[str, str, str | None]:
    found = present(outcomes.find(night.edges, run=run))
    return found.outcome, found.reason, found.error


def under_weights_on_code_that_nobody_registered() -> FakeOutside:
    """What a hand in the console can leave."""
    night = outside()
    for package in (b"by hand", b"by hand too"):
        night.functions.publish(MODEL, package)
    night.functions.create_alias(MODEL, function_version="1", description="by hand")
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights={"2": 0.5},
        description="by hand",
        revision_id=revision(night.edges) or "",
    )
    return night
