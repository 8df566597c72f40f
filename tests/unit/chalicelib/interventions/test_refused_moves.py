"""Requests that are refused after they began: what they leave is taken back, or said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.edges import Edges
from chalicelib.errors import RequestConflict
from chalicelib.promotion import promotion
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from tests.fakes.edges import FakeOutside
from tests.given.interference import with_functions
from tests.given.moves import after_nights, ask, serving
from tests.given.nights import MODEL, promote, register, revision, swap
from tests.given.present import present


def losing(night: FakeOutside, function_version: str) -> Edges:
    """Lambda loses a version between an operator's look and his move."""
    return with_functions(
        night.edges, "update_alias", before=lambda: night.functions.delete_version(MODEL, function_version)
    )


def overtaken(night: FakeOutside) -> Edges:
    """A run promotes between an operator's look and his move."""
    return with_functions(
        night.edges, "update_alias", before=lambda: promote(night.edges, run="rival", fingerprint="data-rival")
    )


def test_pin_of_a_version_that_lambda_lost_meanwhile_is_taken_back() -> None:
    night = after_nights(3)

    with pytest.raises(RequestConflict, match="has no function version 1"):
        ask(losing(night, "1"), "pin", model_version=1)

    assert Pin(night.edges, MODEL).find() is None
    assert serving(night) == ("3", {})


def test_pin_that_stood_before_a_refused_one_stays() -> None:
    night = after_nights(2)
    Pin(night.edges, MODEL).claim(2, who="ada", why="customers complain")

    with pytest.raises(RequestConflict):
        ask(overtaken(night), "pin")

    assert present(Pin(night.edges, MODEL).find()).model_version == 2


@pytest.mark.parametrize("disturbed", [overtaken, lambda night: losing(night, "2")])
def test_refused_rollback_says_that_what_it_wanted_to_leave_is_in_quarantine(
    disturbed: Callable[[FakeOutside], Edges],
) -> None:
    night = after_nights(3)

    with pytest.raises(
        RequestConflict, match=r"version 3 may be in quarantine\. Look at nightswap versions kdd99-http"
    ):
        ask(disturbed(night), "rollback")

    assert sorted(Quarantine(night.edges, MODEL).model_versions()) == [3]


def test_refused_promotion_says_that_its_version_is_out_of_quarantine() -> None:
    night = after_nights(2)
    ask(night.edges, "rollback")

    with pytest.raises(RequestConflict, match="version 2 may be out of quarantine"):
        ask(overtaken(night), "promote", model_version=2, lift_quarantine=True)

    assert Quarantine(night.edges, MODEL).find("data-2") is None


def test_refusal_says_nothing_of_a_quarantine_that_it_did_not_touch() -> None:
    night = after_nights(2)
    third = register(night.edges, run="third", fingerprint="data-3")
    move = swap(night.edges, third, run="rival", expected=revision(night.edges))
    raced = with_functions(night.edges, "update_alias", before=lambda: promotion.move_alias(night.edges, move))

    with pytest.raises(RequestConflict) as refused:
        ask(raced, "promote", model_version=1)

    assert "quarantine" not in refused.value.message
