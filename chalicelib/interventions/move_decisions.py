"""Decides which move an operator's request needs: which kind, onto which version, and what goes with it.

    rollback   a canary is going: all traffic back to the live version; else to the version that was live before
    promote    onto the version that is named
    pin        onto the version that is named, or none: the live one is held
    unpin      onto the same version, for the new RevisionId and the ledger
    reject     none: the version that waits for approval is quarantined, unless it is a twin of the live one

Deciding changes nothing that serves: it looks, verifies, and at most publishes again what Lambda lost. It reads the
alias before all else, so any later change also changes the RevisionId, and Lambda refuses the move.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib.approval import refusals
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.documents.frozen import Document, holds, holds_maybe
from chalicelib.documents.shapes import digits, list_of, maybe, number_from_1, table_of, text
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import NoLiveModel, RequestConflict, VersionUnknown
from chalicelib.interventions import fitness, rollback_target
from chalicelib.ledger import stamp
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry import registry
from chalicelib.registry.live import look
from chalicelib.registry.pin import Pin, Pinned
from chalicelib.registry.quarantine import Quarantine
from chalicelib.values import Value

ROLLBACK, PROMOTE, PIN, UNPIN, REJECT = "rollback", "promote", "pin", "unpin", "reject"


def _by_version(value: Any) -> str | None:
    return table_of(text)(value) or next((f" names {each!r:.20}" for each in value if digits(each)), None)


class Decided(Document):
    """`move` is None where all is as it was asked for."""

    move: Move | None = holds_maybe(Move)
    origin: int | None = holds(maybe(number_from_1))
    """The model version that was live; None for no alias, or for one that was moved by hand."""
    origin_function_version: str | None = holds(maybe(digits))
    rolled_back: Mapping[str, str] = holds(_by_version)
    """By model version (as JSON has it, a text): the fingerprints that go into quarantine."""
    lifted: str | None = holds(maybe(text))
    """The fingerprint that comes out of quarantine."""
    pinned: Pinned | None = holds_maybe(Pinned)
    """The pin that stood."""
    remarks: Sequence[str] = holds(list_of(text))


class _Seen(Value, kw_only=True):
    alias: Alias | None
    live: int | None
    candidate: int | None
    """The model version that the alias's weights go to."""
    pinned: Pinned | None
    next_entry: int
    """Of the ledger."""


def decide(edges: Edges, task: MoveAliasTask) -> Decided:
    """Raises NoLiveModel, VersionUnknown, VersionUnfit, RequestConflict, and the TransientErrors of the edges."""
    next_entry = Ledger(edges, task.model).next_entry()  # before the alias: then no move comes between unseen
    now = look(edges, model=task.model)
    live = now.version()
    seen = _Seen(
        alias=now.alias,
        live=live,
        candidate=now.candidate(),
        pinned=Pin(edges, task.model).find_or_guess(live=live),
        next_entry=next_entry,
    )
    return _BY_ACTION[task.action](edges, task, seen)


def _rollback(edges: Edges, task: MoveAliasTask, seen: _Seen) -> Decided:
    if seen.alias is None:
        raise _nothing_live(task.model)
    target, remarks = _back_to(edges, task, seen)
    if target == seen.live and not seen.alias.weights:
        return _stays(seen, f"version {target} is live already")
    if target != seen.live:
        fitness.check_free(edges, model=task.model, model_version=target)
    left = sorted({each for each in (seen.live, seen.candidate) if each not in (None, target)})
    fingerprints = {str(each): _fingerprint(edges, task.model, each) for each in left}
    kept = _fingerprint(edges, task.model, target)  # what goes live is not locked by the twin that it replaces
    return _moves(
        task,
        seen,
        kind=promotion.ROLLED_BACK,
        model_version=target,
        function_version=_verified(edges, task.model, seen, target),
        rolled_back={number: each for number, each in fingerprints.items() if each != kept},
        remarks=remarks,
    )


def _promote(edges: Edges, task: MoveAliasTask, seen: _Seen) -> Decided:
    target = _named(task)
    fingerprint = _fingerprint(edges, task.model, target)
    is_quarantined = Quarantine(edges, task.model).holds(fingerprint)
    lifted = fingerprint if is_quarantined and task.lift_quarantine else None
    if target == seen.live and not (seen.alias and seen.alias.weights):
        return _stays(seen, f"version {target} is live already", lifted=lifted)
    if seen.pinned is not None:
        raise _held(task.model, seen.pinned)
    if lifted is None:
        fitness.check_free(edges, model=task.model, model_version=target)
    return _moves(
        task,
        seen,
        kind=promotion.PROMOTED,
        model_version=target,
        function_version=_verified(edges, task.model, seen, target),
        lifted=lifted,
    )


def _pin(edges: Edges, task: MoveAliasTask, seen: _Seen) -> Decided:
    target = seen.live if task.model_version is None else task.model_version
    if target is None:
        raise _nothing_live(task.model)
    if seen.pinned is not None and (seen.pinned.model_version != target or seen.pinned.is_guessed):
        raise _held(task.model, seen.pinned)
    if seen.alias is not None and target == seen.live:  # held, not made live: nothing new will serve
        left = stamp.of(seen.alias)
        if seen.pinned is not None and left is not None and left.kind == promotion.PINNED:
            return _stays(seen, f"version {target} is pinned already")
        function_version = seen.alias.function_version
    else:
        fitness.check_free(edges, model=task.model, model_version=target)
        function_version = _verified(edges, task.model, seen, target)
    return _moves(task, seen, kind=promotion.PINNED, model_version=target, function_version=function_version)


def _unpin(_: Edges, task: MoveAliasTask, seen: _Seen) -> Decided:
    if seen.pinned is None:
        return _stays(seen, "nothing is pinned")
    if seen.alias is None or seen.live is None:
        raise _nothing_live(task.model)
    return _moves(
        task,
        seen,
        kind=promotion.UNPINNED,
        model_version=seen.live,
        function_version=seen.alias.function_version,
    )


def _reject(edges: Edges, task: MoveAliasTask, seen: _Seen) -> Decided:
    number = _named(task)
    manifest = registry.manifest(edges, model=task.model, model_version=number)
    refused = refusals.of_rejection(edges, model=task.model, run=manifest.run)
    if refused is not None:
        raise RequestConflict(f"version {number} cannot be rejected: {refused}", model=task.model)
    if seen.live is not None and _fingerprint(edges, task.model, seen.live) == manifest.fingerprint:
        twin = f"data, recipe and code are those of version {seen.live}, which is live: nothing is quarantined"
        return _decided(seen, move=None, remarks=[twin])
    return _decided(seen, move=None, rolled_back={str(number): manifest.fingerprint})


_BY_ACTION: Mapping[str, Callable[[Edges, MoveAliasTask, _Seen], Decided]] = {
    ROLLBACK: _rollback,
    PROMOTE: _promote,
    PIN: _pin,
    UNPIN: _unpin,
    REJECT: _reject,
}
ACTIONS = tuple(_BY_ACTION)


def _back_to(edges: Edges, task: MoveAliasTask, seen: _Seen) -> tuple[int, list[str]]:
    if task.model_version is not None:
        return task.model_version, []
    a_canary_is_going = seen.alias is not None and bool(seen.alias.weights)
    if seen.live is not None and a_canary_is_going and not _is_quarantined(edges, task.model, seen.live):
        return seen.live, []
    return rollback_target.find(edges, model=task.model, live=seen.live, alias=seen.alias)


def _verified(edges: Edges, model: str, seen: _Seen, target: int) -> str:
    serving = seen.alias.function_version if seen.alias and target == seen.live else None
    return fitness.verify(edges, model=model, model_version=target, function_version=serving)


def _is_quarantined(edges: Edges, model: str, model_version: int) -> bool:
    fingerprint = _fingerprint(edges, model, model_version)
    return Quarantine(edges, model).holds(fingerprint)


def _fingerprint(edges: Edges, model: str, model_version: int) -> str:
    return registry.manifest(edges, model=model, model_version=model_version).fingerprint


def _named(task: MoveAliasTask) -> int:
    if task.model_version is None:
        raise VersionUnknown(f"{task.action} of {task.model}: no version was named", model=task.model)
    return task.model_version


def _held(model: str, pinned: Pinned) -> RequestConflict:
    return RequestConflict(f'{pinned.in_words()}: first nightswap unpin --model {model} --reason "..."')


def _nothing_live(model: str) -> NoLiveModel:
    return NoLiveModel(
        f"no registered version of {model} is live: nightswap restore {model} puts back what the ledger"
        f" says, nightswap retrain --model {model} trains a first one",
        model=model,
    )


def _stays(seen: _Seen, why: str, *, lifted: str | None = None) -> Decided:
    return _decided(seen, move=None, lifted=lifted, remarks=[why])


def _moves(
    task: MoveAliasTask, seen: _Seen, *, kind: str, model_version: int, function_version: str, **beside: Any
) -> Decided:
    """`beside` is what goes with the move, by Decided's fields."""
    move = Move(
        model=task.model,
        run=task.name,
        step=promotion.SWAP,
        kind=kind,
        function_version=function_version,
        model_version=model_version,
        expected=seen.alias.revision_id if seen.alias else None,
        next_entry=seen.next_entry,
        anchor=model_version if kind == promotion.PINNED else None,
        who=task.who,
        why=task.reason,
    )
    return _decided(seen, move=move, **beside)


def _decided(
    seen: _Seen,
    *,
    move: Move | None,
    rolled_back: Mapping[str, str] | None = None,
    lifted: str | None = None,
    remarks: Sequence[str] = (),
) -> Decided:
    return Decided(
        move=move,
        origin=seen.live,
        origin_function_version=seen.alias.function_version if seen.alias else None,
        rolled_back=rolled_back or {},
        lifted=lifted,
        pinned=seen.pinned,
        remarks=remarks,
    )
