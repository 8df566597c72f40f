"""Of versions that wait for a person's approval."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.approval.waiting import APPROVED, REJECTED
from chalicelib.contracts.decisions import PROMOTED, ROLLED_BACK, WAITING
from chalicelib.ledger.stamp import Stamp
from chalicelib.promotion import promotion
from tests.fakes.history import Effect
from tests.simulation.readings import documents_at, moves_of_runs, outcomes, stamp_before, takings, waited
from tests.simulation.world import World


def nothing_that_has_to_be_approved_is_moved_without(world: World) -> None:
    """By runs, from the first replay on that began while approval was wanted; but for what is live already."""
    replayed: dict[str, Effect] = {}
    for effect, match, _ in documents_at(world, r"runs/([^/]+)/replay\.json"):
        replayed.setdefault(match[1], effect)
    approved = {run for _, run, _ in takings(world)}
    for effect, stamp, before in _moves(world):
        if stamp.run not in approved and _is_wanted(world, replayed[stamp.run].index, effect.index):
            assert before == stamp.model_version, f"nobody approved it: {effect}"


def _is_wanted(world: World, since: int, until: int) -> bool:
    """Whether approval was wanted all the time between two places in the history."""
    before = [effect for effect in world.history.of("wanted") if effect.index < since]
    between = [effect for effect in world.history.of("wanted") if since <= effect.index <= until]
    return bool(before) and before[-1].facts["approval"] is not None and not between


def what_is_taken_up_was_approved_for_that_run(world: World) -> None:
    decisions = list(_decisions(world, APPROVED))
    taken = {run: result["model_version"] for _, run, result in takings(world)}
    for effect, stamp, _ in _moves(world):
        if stamp.run in taken:
            number = stamp.candidate or stamp.model_version
            assert number == taken[stamp.run], f"{taken[stamp.run]} was approved: {effect}"
            assert any(
                (body["model_version"], body["decided"]["by"]) == (number, stamp.run)
                and deciding.index < effect.index
                for deciding, body in decisions
            ), f"nobody approved it for this run: {effect}"


def what_was_rejected_is_never_moved_by_runs(world: World) -> None:
    rejected = {body["model_version"]: effect for effect, body in _decisions(world, REJECTED)}
    for effect, stamp, _ in _moves(world):
        rejecting = rejected.get(stamp.candidate or stamp.model_version)
        assert rejecting is None or effect.index < rejecting.index, f"rejected by {rejecting}: {effect}"


def a_decision_is_final(world: World) -> None:
    """A rejection, and an approval by which the version went live; and an older version never comes back."""
    ended = outcomes(world)
    number, decided = 0, None
    for effect, body in waited(world):
        assert body["model_version"] >= number, f"version {number} waited after it: {effect}"
        if body["model_version"] == number and decided is not None and body["decided"] != decided:
            is_over = ended.get(decided["by"]) in {PROMOTED, ROLLED_BACK}
            assert decided["verdict"] == APPROVED and not is_over, f"it was decided, {decided}: {effect}"
        number, decided = body["model_version"], body.get("decided")


def what_waits_is_of_a_run_that_ended_waiting(world: World) -> None:
    """Once anything was decided about it."""
    ended = outcomes(world)
    for effect, body in waited(world):
        if "decided" in body:
            assert ended.get(body["run"]) == WAITING, f"it ended {ended.get(body['run'])}: {effect}"


def _moves(world: World) -> Iterator[tuple[Effect, Stamp, int | None]]:
    """The shifts and swaps of runs, with the model version that was live before."""
    for effect, stamp in moves_of_runs(world, promotion.SHIFTED, promotion.PROMOTED):
        before = stamp_before(effect)
        yield effect, stamp, before.model_version if before else None


def _decisions(world: World, verdict: str) -> Iterator[tuple[Effect, Any]]:
    return ((effect, body) for effect, body in waited(world) if (body.get("decided") or {}).get("verdict") == verdict)
