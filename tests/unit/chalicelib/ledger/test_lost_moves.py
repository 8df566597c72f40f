"""An alias as it was before the last move: of a local AWS that was killed, with an older state of Lambda saved."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import RegistryIncomplete, RequestConflict
from chalicelib.interventions.move_decisions import PROMOTE, ROLLBACK
from chalicelib.promotion import promotion
from chalicelib.runs import cleanup
from tests.fakes.edges import FakeOutside
from tests.given.broken_runs import FAILURE, outcome_of, shift_traffic
from tests.given.moves import after_nights, ask, serving
from tests.given.nights import MODEL, going, ledger_of, register, revision, swap
from tests.given.records import problems

RESTORED = "the alias of kdd99-http is older than the ledger: put back version 2, as function version 2"
TOLD = (
    "the alias of kdd99-http is as it was before entry 2 of the ledger: Lambda lost its side, put it back with"
    " nightswap restore kdd99-http"
)


def back_to(night: FakeOutside, description: str, *, weights: Mapping[str, float] | None = None) -> None:
    """The alias as it was saved after version 1 was promoted."""
    night.functions.update_alias(
        MODEL,
        function_version="1",
        weights=weights or {},
        description=description,
        revision_id=revision(night.edges) or "",
    )


def after_losing_the_second_night(*, weights: Mapping[str, float] | None = None) -> FakeOutside:
    night = after_nights(1)
    saved = night.functions.alias(MODEL)
    assert saved is not None
    second = register(night.edges, run="run-2", fingerprint="data-2")
    promotion.move_alias(night.edges, swap(night.edges, second, run="run-2", expected=revision(night.edges)))
    back_to(night, saved.description, weights=weights)
    return night


def test_the_next_run_begins_with_putting_back_what_the_ledger_says() -> None:
    night = after_losing_the_second_night()

    restored = cleanup.before(night.edges, run="run-3", model=MODEL)

    assert (restored.function_version, restored.repairs) == ("2", [RESTORED])
    assert ledger_of(night)[-1] == (3, "run-3", "1", "2", False)
    assert problems(night) == ()


def test_a_run_that_breaks_puts_it_back_at_its_end() -> None:
    night = after_losing_the_second_night()

    restored = cleanup.after(night.edges, run=going(night, "run-3"), model=MODEL, failure=FAILURE)

    assert restored.repairs == [RESTORED]


def test_weights_that_were_saved_with_it_go_with_the_older_version() -> None:
    night = after_losing_the_second_night(weights={"2": 0.1})

    restored = cleanup.before(night.edges, run="run-3", model=MODEL)

    assert restored.repairs == [RESTORED]
    assert serving(night) == ("2", {})


def test_no_run_goes_on_when_lambda_lost_the_version_too() -> None:
    night = after_losing_the_second_night()
    night.functions.delete_version(MODEL, "2")

    with pytest.raises(RegistryIncomplete, match="is older than the ledger, and Lambda does not hold version 2"):
        cleanup.before(night.edges, run="run-3", model=MODEL)

    assert serving(night) == ("1", {})


def test_a_swap_does_not_go_on_from_the_version_before() -> None:
    night = after_losing_the_second_night()
    third = register(night.edges, run="run-3", fingerprint="data-3")

    with pytest.raises(AliasMoved) as refused:
        promotion.move_alias(night.edges, swap(night.edges, third, run="run-3", expected=revision(night.edges)))

    assert str(refused.value) == TOLD
    assert serving(night) == ("1", {})


@pytest.mark.parametrize(("action", "model_version"), [(ROLLBACK, None), (PROMOTE, 2)])
def test_a_move_by_hand_is_told_how_it_comes_back(action: str, model_version: int | None) -> None:
    night = after_nights(1)
    night = after_losing_the_second_night() if action == PROMOTE else lost_third_night()

    with pytest.raises(RequestConflict, match="Lambda lost its side, put it back with nightswap restore kdd99-http"):
        ask(night.edges, action, model_version=model_version)


def lost_third_night() -> FakeOutside:
    """Version 2 is live by the alias, and has one to go back to."""
    night = after_nights(2)
    saved = night.functions.alias(MODEL)
    assert saved is not None
    third = register(night.edges, run="run-3", fingerprint="data-3")
    promotion.move_alias(night.edges, swap(night.edges, third, run="run-3", expected=revision(night.edges)))
    night.functions.update_alias(
        MODEL,
        function_version="2",
        weights={},
        description=saved.description,
        revision_id=revision(night.edges) or "",
    )
    return night


def test_a_restoring_of_another_version_than_the_last_is_refused_too() -> None:
    night = after_losing_the_second_night()
    first = swap(
        night.edges,
        register(night.edges, run="run-3", fingerprint="data-3"),
        run="run-3",
        expected=revision(night.edges),
        kind=promotion.RESTORED,
    )

    with pytest.raises(AliasMoved, match="Lambda lost its side"):
        promotion.move_alias(night.edges, first)


def test_the_end_of_a_run_whose_last_shift_was_lost_is_recorded() -> None:
    night = after_nights(1)
    going(night, "dead")
    first = shift_traffic(night, run="dead")
    saved = night.functions.alias(MODEL)
    assert saved is not None
    second = first.but(step=2, weights={"2": 0.5}, expected=saved.revision_id)
    promotion.move_alias(night.edges, second)
    back_to(night, saved.description, weights=saved.weights)

    restored = cleanup.after(night.edges, run="dead", model=MODEL, failure=FAILURE)

    assert restored.repairs == [RESTORED.replace("2", "1")]
    assert serving(night) == ("1", {})
    assert outcome_of(night, "dead")[0] == "RetrainFailed"
    assert problems(night) == ()
