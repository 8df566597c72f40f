"""Carries out one step of the canary: checks the health of the last share, then shifts the next, or goes back.

    shift 1 -> bake -> not shown worse? shift 2 -> bake -> not shown worse? ... -> not shown worse? swap
                          shown worse: quarantine, all traffic to the live version, RolledBack
                          the newest minutes look worse: bake on

The state machine calls again after every bake; each move replaces exactly the alias that the one before left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib import layout
from chalicelib.contracts.decisions import BAKE, REJUDGE, ROLLED_BACK, SUPERSEDED, SWAP
from chalicelib.contracts.rollout import RolloutDecided, ShiftTrafficTask
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias, AliasMoved
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import canary, commitment, fencing, obstacles, promotion, replaying
from chalicelib.promotion.canary import Health, HealthSeen, Step
from chalicelib.promotion.promotion import Move
from chalicelib.registry import registry
from chalicelib.registry.live import look
from chalicelib.registry.quarantine import Quarantine

EVEN = 0.5
"""Stands for the share of a rollout whose steps are gone from the recipe: nothing is decided by it."""


def shift(edges: Edges, task: ShiftTrafficTask, *, steps: Sequence[Step]) -> RolloutDecided:
    """Take the step that is due; `steps` are the recipe's. Repeating it is harmless.

    Raises the TransientErrors of the edges, and RegistryIncomplete where what is live cannot be read.
    """
    why = _taken_back(edges, task)
    if why is not None:
        return _give_way(edges, task, ROLLED_BACK, why=why)
    seen = look(edges, model=task.model)
    alias, live = seen.alias, seen.version()
    if alias is None or live is None:
        return _moved_by_others(edges, task, "the alias is gone, or points to a version that is not in the registry")
    try:
        return _go_on(edges, task, alias, live, steps)
    except AliasMoved as moved:
        return _moved_by_others(edges, task, str(moved))


def _taken_back(edges: Edges, task: ShiftTrafficTask) -> str | None:
    """Why an earlier try took the version back, or died over it; None if none did.

    Of a twin of the live version, which is not quarantined, the move tells.
    """
    found = Quarantine(edges, task.model).find(task.fingerprint)
    if found is not None and found.who == task.run:
        return found.why
    health = HealthSeen.find(edges.store, _health(task)) if task.shift else None
    if health is None or not health.problems:
        return None
    is_done = Ledger(edges, task.model).holds(run=task.run, step=promotion.ROLL_BACK)
    left = look(edges, model=task.model).stamp
    is_last = left is not None and (left.run, left.step) == (task.run, promotion.ROLL_BACK)
    return "; ".join(health.problems) if is_done or is_last else None


def _health(task: ShiftTrafficTask) -> str:
    return layout.run_document(task.run, f"health_{task.shift}")


def _go_on(edges: Edges, task: ShiftTrafficTask, alias: Alias, live: int, steps: Sequence[Step]) -> RolloutDecided:
    """Raises AliasMoved."""
    health, waits = Health(), timedelta()
    if task.shift:
        health = _look(edges, task, alias, live, steps)
        waits = _kept(edges, task, health)
        if health.problems:
            return _roll_back(edges, task, live, why=health.in_words)
    stop = obstacles.obstacle(
        edges, run=task.run, model=task.model, model_version=task.model_version, fingerprint=task.fingerprint
    )
    if stop is not None:
        return _give_way(edges, task, SUPERSEDED, why=stop)
    if waits > timedelta():
        return _decided(task, BAKE, health.in_words, bake_seconds=math.ceil(waits.total_seconds()))
    if task.shift >= len(steps):
        return _decided(task, SWAP, health.in_words or "every share was healthy")
    return _shift_more(edges, task, alias, live, steps[task.shift])


def _look(edges: Edges, task: ShiftTrafficTask, alias: Alias, live: int, steps: Sequence[Step]) -> Health:
    """The health of both versions since the first shift: what CloudWatch counted, and what they answer now."""
    health = canary.look(
        edges.metrics,
        model=task.model,
        candidate=task.function_version,
        live=alias.function_version,
        share=steps[: task.shift][-1].share if steps else EVEN,
        since=datetime.fromisoformat(task.since),
        now=edges.clock(),
    )
    subjects = [
        replaying.subject(edges, model=task.model, model_version=number, function_version=function_version)
        for number, function_version in ((task.model_version, task.function_version), (live, alias.function_version))
    ]
    candidate, beside = replaying.replay(edges, model=task.model, subjects=subjects)
    health.problems += replaying.doubts(candidate, live=beside)[: replaying.PROBLEMS_SHOWN]
    return health


def _kept(edges: Edges, task: ShiftTrafficTask, health: Health) -> timedelta:
    """Keep what was seen; returns how long to wait for the newest minutes, which each share does once.

    The end of the wait is kept with it, so that a repeated task waits no longer.
    """
    key = _health(task)
    earlier = HealthSeen.find(edges.store, key)
    until = earlier.waits_until if earlier else None
    if until is None and health.waits_until is not None:
        until = documents.timestamp(health.waits_until)
    seen = HealthSeen(problems=health.problems, remarks=health.remarks, at=_now(edges), waits_until=until)
    edges.store.put(key, seen.encode())
    return datetime.fromisoformat(until) - edges.clock() if until else timedelta()


def _shift_more(edges: Edges, task: ShiftTrafficTask, alias: Alias, live: int, step: Step) -> RolloutDecided:
    number = task.shift + 1
    move = Move(
        model=task.model,
        run=task.run,
        step=promotion.shift_step(number, judging=task.judging),
        kind=promotion.SHIFTED,
        function_version=alias.function_version,
        model_version=live,
        expected=task.revision_id,
        who=task.who,
        why=f"canary: {100 * step.share:g}% of the traffic for {step.seconds} s"
        + (f"; approved: {task.why}" if task.why else ""),
        weights={task.function_version: step.share},
        candidate=task.model_version,
    )
    if not commitment.commit(edges, move, what=commitment.SHIFT, judging=task.judging):
        return _decided(task, SUPERSEDED, "the run had been given up before its first shift")
    left = promotion.move_alias(edges, move)
    if left is None:
        raise AliasMoved(f"share {number} was shifted, and somebody moved the alias on")
    return RolloutDecided(
        decision=BAKE,
        reason=f"version {task.model_version} has {100 * step.share:g}% of the traffic for {step.seconds} s",
        shift=number,
        bake_seconds=step.seconds,
        since=task.since or _shifted_at(edges, move),  # the first: a later look sees what CloudWatch shows late
        revision_id=left.revision_id,
    )


def _shifted_at(edges: Edges, move: Move) -> str:
    """By the ledger: a try that is repeated because its answer was lost says when the first one shifted."""
    entries = Ledger(edges, move.model).newest_first()
    return next(each.known_since for each in entries if (each.run, each.step) == (move.run, move.step))


def _roll_back(edges: Edges, task: ShiftTrafficTask, live: int, *, why: str) -> RolloutDecided:
    """First the quarantine, then the traffic: if the run dies in between, its clean-up gives the traffic back,
    and no later night tries the version again. A twin of the live version is not quarantined, nor tried again.

    Raises AliasMoved when somebody else has moved the alias: the version is theirs to judge.
    """
    left = look(edges, model=task.model).stamp
    if left is None or (left.run, left.kind) != (task.run, promotion.SHIFTED):
        raise AliasMoved(f"the new version looks ill ({why}), but the alias is not this run's any more")
    model, number, fingerprint = task.model, task.model_version, task.fingerprint
    if not registry.is_twin(edges, model=model, of=live, model_version=number, fingerprint=fingerprint):
        Quarantine(edges, model).put(fingerprint, model_version=number, who=task.run, why=why)
    return _give_way(edges, task, ROLLED_BACK, why=why)


def _give_way(edges: Edges, task: ShiftTrafficTask, decision: str, *, why: str) -> RolloutDecided:
    """All traffic goes back to the live version."""
    kind = promotion.ROLLED_BACK if decision == ROLLED_BACK else promotion.RESTORED
    fencing.stop(edges, model=task.model, run=task.run, kind=kind, why=why, finishing=False)
    return _decided(task, decision, why)


def _moved_by_others(edges: Edges, task: ShiftTrafficTask, how: str) -> RolloutDecided:
    """The champion changed before the run's first shift, or somebody moved the alias after it.

    Where that was a later state of the same run, this is a repeated task that nobody waits for: it changes nothing.
    """
    left = look(edges, model=task.model).stamp
    next_step = promotion.shift_step(task.shift + 1, judging=task.judging)
    if left is not None and left.run == task.run and left.step > next_step:
        return _decided(task, SUPERSEDED, "a later state of this run has moved the alias on")
    if task.shift == 0 and task.judging == 1:
        return _decided(task, REJUDGE, how)
    return _give_way(edges, task, SUPERSEDED, why=how)


def _decided(task: ShiftTrafficTask, decision: str, reason: str, *, bake_seconds: int = 0) -> RolloutDecided:
    return RolloutDecided(
        decision=decision,
        reason=reason,
        shift=task.shift,
        bake_seconds=bake_seconds,
        since=task.since,
        revision_id=task.revision_id,
    )


def _now(edges: Edges) -> str:
    return documents.timestamp(edges.clock())
