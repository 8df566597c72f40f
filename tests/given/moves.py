"""An operator's requests, and a stage that has seen several nights."""

from __future__ import annotations

from typing import Any

from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.edges import Edges
from chalicelib.interventions import carrying_out
from chalicelib.promotion import promotion
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, Registered, outside, promote, register, shift


def request(action: str, **changes: Any) -> MoveAliasTask:
    """A request by ada; its name is the action's unless it is given."""
    asked: dict[str, Any] = {
        "name": f"{action}-0011223344556677",
        "action": action,
        "model": MODEL,
        "model_version": None,
        "reason": "customers complain",
        "who": "ada",
        "lift_quarantine": False,
    }
    return MoveAliasTask(**{**asked, **changes})


def ask(edges: Edges, action: str, **changes: Any) -> dict[str, Any]:
    """The answer's body."""
    answered = carrying_out.carry_out(edges, request(action, **changes))
    assert answered.status == 200
    return dict(answered.body)


def after_nights(count: int) -> FakeOutside:
    """Versions 1 to `count`, each promoted over the one before, each of other data; the last is live."""
    night = outside()
    for number in range(1, count + 1):
        promote(night.edges, run=f"run-{number}", fingerprint=f"data-{number}")
    return night


def canary(edges: Edges, *, run: str = "canary", fingerprint: str = "data-canary", **beside: Any) -> Registered:
    """One more version, with a tenth of the traffic."""
    candidate = register(edges, run=run, fingerprint=fingerprint, **beside)
    promotion.move_alias(edges, shift(edges, candidate, run=run))
    return candidate


def live(night: FakeOutside) -> str | None:
    """The function version that is live, None where there is no alias."""
    alias = night.functions.alias(MODEL)
    return alias.function_version if alias else None


def serving(night: FakeOutside) -> tuple[str, dict[str, float]]:
    """The function version that is live, and the weights beside it."""
    alias = night.functions.alias(MODEL)
    assert alias is not None
    return alias.function_version, dict(alias.weights)
