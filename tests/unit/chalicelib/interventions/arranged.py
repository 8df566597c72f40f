"""Stages of several nights, and an operator's request to each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.edges import FakeOutside
from tests.given.moves import after_nights, ask, canary

Arranged = Callable[[], FakeOutside]


def rolled_back_stage() -> FakeOutside:
    night = after_nights(2)
    ask(night.edges, "rollback", name="rollback-before")
    return night


def pinned_stage() -> FakeOutside:
    night = after_nights(2)
    ask(night.edges, "pin", name="pin-before")
    return night


def canary_stage() -> FakeOutside:
    night = after_nights(1)
    canary(night.edges)
    return night


CASES: dict[str, tuple[Arranged, dict[str, Any]]] = {
    "rollback": (lambda: after_nights(2), {"action": "rollback"}),
    "rollback of a canary": (canary_stage, {"action": "rollback"}),
    "rollback of a pinned version": (pinned_stage, {"action": "rollback"}),
    "promote": (lambda: after_nights(2), {"action": "promote", "model_version": 1}),
    "promote out of quarantine": (
        rolled_back_stage,
        {"action": "promote", "model_version": 2, "lift_quarantine": True},
    ),
    "pin": (lambda: after_nights(2), {"action": "pin"}),
    "pin another": (lambda: after_nights(2), {"action": "pin", "model_version": 1}),
    "unpin": (pinned_stage, {"action": "unpin"}),
}
