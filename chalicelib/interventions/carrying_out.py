"""Carries out an operator's move of the alias: rollback, promote, pin, unpin. The function move-alias calls it.

    decide (look, verify) -> moves/NAME.json, put-if-absent      from here on it is this move and no other
      rollback: quarantine what leaves -> move
      promote:  lift the quarantine, if asked to -> move
      pin:      put the pin -> move                              a lost race takes the pin back
      unpin:    move -> remove the pin
      reject:   decide about what waits -> quarantine it, write it into the ledger; the alias stays
    -> notice -> the answer into moves/NAME.json

A repeated request, after a lost answer or a killed function, finishes exactly the move that was decided, or gets the
answer that was given. Quarantine and pin are written before the move, so that a run sees them: they count from the
moment that the alias has its new RevisionId, and a run that looked earlier loses its compare-and-swap.

A rollback never waits for an operator to unpin: the pin moves along and holds the version that is live now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib import layout
from chalicelib.contracts.interventions import MoveAliasTask, MoveAnswered
from chalicelib.documents.frozen import Document, holds, holds_one
from chalicelib.documents.shapes import anything, maybe, table_of
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import AliasMoved
from chalicelib.errors import ModelUnknown, RequestConflict
from chalicelib.interventions import move_requests, rejecting
from chalicelib.interventions.move_decisions import REJECT, Decided, decide
from chalicelib.notices import notices
from chalicelib.promotion import promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry.live import look
from chalicelib.registry.pin import Pin, Pinned
from chalicelib.registry.quarantine import Quarantine

ASKED = ("action", "model", "model_version", "reason", "lift_quarantine")
"""The fields by which two requests of one name are the same."""


class Requested(Document):
    """A requested move: the request, what was decided about it, and what was answered, once it was."""

    asked: Mapping[str, Any] = holds(table_of(anything))
    decided: Decided = holds_one(Decided)
    answer: Mapping[str, Any] | None = holds(maybe(table_of(anything)))


def carry_out(edges: Edges, task: MoveAliasTask) -> MoveAnswered:
    """Carry the request out, once; repeating it is harmless.

    Raises BadRequest for a request that is none, the RequestErrors of `move_decisions`, RequestConflict
    when somebody else moves the alias first or the name was used for another request, and the TransientErrors of the
    edges, after which it may be repeated.
    """
    move_requests.check(task)
    begun_at = edges.clock()
    key = layout.requested_move(task.name)
    stands = Requested.find(edges.store, key)
    if stands is None:
        wanted = Requested(asked=_asked(task), decided=decide(edges, task), answer=None)
        stands = wanted.put_if_absent(edges.store, key)
    if stands.asked != _asked(task):
        raise RequestConflict(f"request {task.name} asked for something else; use a new Idempotency-Key")
    if stands.answer is not None:
        return MoveAnswered(status=200, body=dict(stands.answer))
    answer = _perform(edges, task, stands.decided)
    answer["took_ms"] = round(1000 * (edges.clock() - begun_at).total_seconds())
    edges.store.put(key, stands.but(answer=answer).encode())
    return MoveAnswered(status=200, body=answer)


def _perform(edges: Edges, task: MoveAliasTask, decided: Decided) -> dict[str, Any]:
    """Raises RequestConflict."""
    if task.action == REJECT:
        rejecting.reject(edges, task)
    if decided.move is None:
        _lift(edges, task.model, decided)
        return _answer(edges, task, decided, remarks=list(decided.remarks))
    alias = edges.functions.alias(task.model)
    if promotion.is_as_seen(edges, alias, decided.move):
        _before(edges, decided, decided.move)
    try:
        left = promotion.move_alias(edges, decided.move)
    except (AliasMoved, ModelUnknown) as moved:  # the latter: Lambda lost the version since it was verified
        raise _overtaken(edges, decided, decided.move, str(moved)) from moved
    if decided.move.kind == promotion.UNPINNED and decided.pinned:
        Pin(edges, task.model).remove(decided.pinned)
    remarks = list(decided.remarks)
    if left is None:
        remarks.append("it took effect, and somebody has moved the alias on since")
    elif decided.move.kind == promotion.ROLLED_BACK and decided.pinned:
        _take_pin_along(edges, decided.move)
        remarks.append(
            f'the pin moved along; so that runs promote again: nightswap unpin --model {task.model} --reason "..."'
        )
    _announce(edges, decided, decided.move)
    return _answer(edges, task, decided, remarks=remarks)


def _before(edges: Edges, decided: Decided, move: Move) -> None:
    """Write what has to exist when the alias moves."""
    for number, fingerprint in decided.rolled_back.items():
        Quarantine(edges, move.model).put(
            fingerprint, model_version=int(number), who=move.who, why=f"rolled back: {move.why}"
        )
    _lift(edges, move.model, decided)
    if move.kind == promotion.PINNED and not Pin(edges, move.model).claim(
        move.model_version, who=move.who, why=move.why
    ):
        raise RequestConflict(f"somebody pinned another version of {move.model} meanwhile", model=move.model)


def _lift(edges: Edges, model: str, decided: Decided) -> None:
    if decided.lifted is not None:
        Quarantine(edges, model).lift(decided.lifted)


def _overtaken(edges: Edges, decided: Decided, move: Move, how: str) -> RequestConflict:
    """The alias is somebody else's now. A pin would hold what was not asked for; the rest is true all the same."""
    if move.kind == promotion.PINNED and decided.pinned is None and not _is_pinned_by_now(edges, move):
        pinned = Pinned(model_version=move.model_version, who=move.who, why=move.why)
        Pin(edges, move.model).remove(pinned)
    said = [how, *(f"version {number} may be in quarantine" for number in decided.rolled_back)]
    if decided.lifted is not None:
        said.append(f"version {move.model_version} may be out of quarantine")
    return RequestConflict(
        f"{'; '.join(said)}. Look at nightswap versions {move.model}, then ask again, as a new request",
        model=move.model,
    )


def _is_pinned_by_now(edges: Edges, move: Move) -> bool:
    """Whether another request has pinned the same version: it found this one's pin, and relies on it."""
    left = look(edges, model=move.model).stamp
    return left is not None and (left.kind, left.model_version) == (promotion.PINNED, move.model_version)


def _take_pin_along(edges: Edges, move: Move) -> None:
    Pin(edges, move.model).follow(move.model_version, who=move.who, why=f"rolled back: {move.why}")


def _announce(edges: Edges, decided: Decided, move: Move) -> None:
    candidate = next((int(number) for number in decided.rolled_back), None)
    taken_back = candidate if decided.origin == move.model_version else decided.origin
    notices.moved(
        edges,
        model=move.model,
        kind=move.kind,
        about=move.model_version if move.kind == promotion.PROMOTED else taken_back,
        from_version=decided.origin,
        to_version=move.model_version,
        who=move.who,
        why=move.why,
        name=move.run,
    )


def _answer(edges: Edges, task: MoveAliasTask, decided: Decided, *, remarks: list[str]) -> dict[str, Any]:
    origin = {"model_version": decided.origin, "function_version": decided.origin_function_version}
    move = decided.move
    reached = (
        {"model_version": move.model_version, "function_version": move.function_version} if move else dict(origin)
    )
    pinned = Pin(edges, task.model).find()
    return {
        "name": task.name,
        "action": task.action,
        "model": task.model,
        "moved": move is not None,
        "from": origin,
        "to": reached,
        "quarantined": [int(number) for number in decided.rolled_back],
        "lifted": decided.lifted is not None,
        "pinned": pinned.model_version if pinned else None,
        "who": move.who if move else task.who,
        "reason": task.reason,
        "remarks": remarks,
    }


def _asked(task: MoveAliasTask) -> dict[str, Any]:
    """Without `who`: the first who asked stands."""
    return {name: value for name, value in asdict(task).items() if name in ASKED}
