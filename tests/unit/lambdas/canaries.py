"""A run on its way through its canary, on the fakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.contracts.decisions import BAKE
from chalicelib.contracts.rollout import RolloutDecided, ShiftTrafficTask
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.promotion.lease import Lease
from lambdas import shift_traffic
from lambdas.model.recipe import Shift
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going, outside, promote, register, revision
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS

FINGERPRINT = "data-2"
SETTLED = 180
"""Seconds after which a minute is counted."""
STEPS = (Shift(share=0.1, seconds=300), Shift(share=0.5, seconds=600))


def ready(*, judging: int = 1, champion: str = "data-1", **candidate: Any) -> tuple[FakeOutside, ShiftTrafficTask]:
    """Version 1, of the fingerprint `champion`, is live; RUN holds the lease, its version 2 has passed its replay."""
    night = outside()
    promote(night.edges, run="earlier", fingerprint=champion)
    Lease(night.edges, MODEL).take(going(night, RUN))
    registered = register(night.edges, run=RUN, fingerprint=FINGERPRINT, **candidate)
    task = ShiftTrafficTask(
        run=RUN,
        model=MODEL,
        model_version=registered.model_version,
        function_version=registered.function_version,
        fingerprint=FINGERPRINT,
        judging=judging,
        shift=0,
        since="",
        revision_id=revision(night.edges),
        who=RUN,
        why="",
    )
    return night, task


def baked(*, shares: int = 1, **candidate: Any) -> tuple[FakeOutside, ShiftTrafficTask]:
    """As many shares have been shifted and baked; what is asked next."""
    night, task = ready(**candidate)
    for _ in range(shares):
        decided = step(night.edges, task)
        if decided.decision != BAKE:
            raise AssertionError(f"the canary went no further than {decided}")
        night.clock.sleep(decided.bake_seconds)
        task = after(task, decided)
    return night, task


def after(task: ShiftTrafficTask, decided: RolloutDecided) -> ShiftTrafficTask:
    """The next task, as the state machine makes it."""
    return replace(task, shift=decided.shift, since=decided.since, revision_id=decided.revision_id)


def step(edges: Edges, task: ShiftTrafficTask, *, steps: tuple[Shift, ...] = STEPS) -> RolloutDecided:
    return shift_traffic.run(task, edges, SETTINGS, planned=lambda model: steps)


def traffic(
    night: FakeOutside,
    function_version: str,
    *,
    failed: int = 0,
    sound: int = 0,
    ms: float = 10.0,
    ago: int = SETTLED,
) -> None:
    """What clients got through the alias so many seconds ago."""
    at = night.clock() - timedelta(seconds=ago)
    for number in range(failed + sound):
        night.metrics.count(MODEL, function_version=function_version, at=at, failed=number < failed, duration_ms=ms)


def falls_ill(night: FakeOutside) -> None:
    """Clients met errors of the candidate, and none of the live version."""
    traffic(night, "2", failed=10, sound=90)
    traffic(night, "1", sound=900)


def alias_of(night: FakeOutside) -> Alias:
    alias = night.functions.alias(MODEL)
    if alias is None:
        raise AssertionError("the alias is gone")
    return alias
