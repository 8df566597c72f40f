"""Tells a model's history from the ledger: every move of the alias in model versions, and what served at any time.

What was rejected stands among the moves, by its time: it moved nothing.

An entry is always written before the next move, so of two neighbours the later one never took effect before the
earlier one was recorded. That bounds the moves of unknown time, whose author died and whose entry was written in
afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import BadRequest, RegistryIncomplete
from chalicelib.ledger import stamp
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.ledger import Ledger
from chalicelib.ledger.rejections import Rejection, Rejections
from chalicelib.values import Value

REJECTED = "rejected"
"""What stands where a move has its kind."""


class Share(Value, kw_only=True):
    """A part, 0..1, of the traffic. `model_version` is None where weights were set by hand."""

    model_version: int | None
    function_version: str
    share: float


class WhatServed(Value, kw_only=True):
    """Of one moment. `entry` is the last move that certainly had taken effect; None before the first one.

    `perhaps` is the move after it, where nobody knows whether it had taken effect; it did between `not_before` (None
    where nothing came before it) and `not_after` (None where its entry is still missing).
    """

    entry: Entry | None
    perhaps: Entry | None = None
    not_before: str | None = None
    not_after: str | None = None


class Told(Value, kw_only=True):
    """A move, or a rejection; both are None where it is damaged, and `damaged` says how."""

    model: str
    number: int | None
    """Of the move; None for a rejection."""
    entry: Entry | None
    rejection: Rejection | None = None
    from_model_version: int | None
    """None for the first, and where the alias was moved by hand in between."""
    damaged: str | None

    def to_document(self) -> dict[str, Any]:
        """The entry's own fields, and beside them the version before it and the shares after it."""
        entry = self.entry.document if self.entry else dict.fromkeys(Entry.__annotations__)
        return {
            **entry,
            **(_as_an_entry(self.rejection) if self.rejection else {}),
            "entry": self.number,
            "model": self.model,
            "from_model_version": self.from_model_version,
            "serving": [vars(each) for each in shares(self.entry)] if self.entry else [],
            "damaged": self.damaged,
        }


def latest(edges: Edges, *, model: str, limit: int) -> list[Told]:
    """The latest moves and rejections, newest first."""
    moved = _moves(edges, model=model, limit=limit)
    told: list[str] = []
    rejected = Rejections(edges, model).newest_first(told=told)
    nothing: dict[str, Any] = {"model": model, "number": None, "entry": None, "from_model_version": None}
    found = [Told(**nothing, damaged=each) for each in told]
    for move in moved:
        while rejected and move.entry and rejected[0].at >= move.entry.known_since:
            found.append(Told(**nothing, rejection=rejected.pop(0), damaged=None))
        found.append(move)
    found += [Told(**nothing, rejection=each, damaged=None) for each in rejected]
    return found[:limit]


def _as_an_entry(rejection: Rejection) -> dict[str, Any]:
    return {
        "kind": REJECTED,
        "run": rejection.by,
        "model_version": rejection.model_version,
        "who": rejection.who,
        "why": rejection.why,
        "recorded_at": rejection.at,
    }


def _moves(edges: Edges, *, model: str, limit: int) -> list[Told]:
    ledger = Ledger(edges, model)
    found: list[Told] = []
    before: Entry | None = None
    for number in ledger.numbers()[-limit - 1 :]:
        told: list[str] = []
        entry = documents.readable(partial(ledger.entry, number), told=told)
        follows = before and entry and before.to_function_version == entry.from_function_version
        found.append(
            Told(
                model=model,
                number=number,
                entry=entry,
                from_model_version=before.model_version if before and follows else None,
                damaged=told[0] if told else None,
            )
        )
        before = entry
    return found[: -limit - 1 : -1]


def shares(entry: Entry) -> list[Share]:
    """The versions that serve after this move, the main version first."""
    main = Share(
        model_version=entry.model_version,
        function_version=entry.to_function_version,
        share=1 - sum(entry.weights.values()),
    )
    candidate = entry.candidate_model_version
    beside = entry.weights.items()
    return [main, *(Share(model_version=candidate, function_version=each, share=share) for each, share in beside)]


def left_at(entries: Sequence[Entry]) -> dict[int, datetime]:
    """When each model version lost its last share of the traffic, at the latest; without those that have one."""
    left: dict[int, datetime] = {}
    before: set[int] = set()
    for entry in entries:
        serving = _serving(entry)
        left.update(dict.fromkeys(before - serving, _time(entry.known_since)))
        before = serving
    return {number: when for number, when in left.items() if number not in before}


def serving_last(entries: Sequence[Entry]) -> set[int]:
    """The model versions that have a share of the traffic by the last entry."""
    return _serving(entries[-1]) if entries else set()


def previous(entries: Sequence[Entry], *, but: Collection[int]) -> int | None:
    """The model version that was live last, but these."""
    return next((each.model_version for each in reversed(entries) if each.model_version not in but), None)


def _serving(entry: Entry) -> set[int]:
    return {each.model_version for each in shares(entry) if each.model_version is not None}


def what_served(edges: Edges, *, model: str, at: datetime) -> WhatServed:
    """Who served at that moment, by the ledger; raises BadRequest for one that has not come yet.

    Raises RegistryIncomplete where an entry that is damaged or gone may be the one that tells.
    """
    if at > edges.clock():
        raise BadRequest(
            f"{documents.timestamp(at)} is yet to come",
            field="at",
            accepted="a time that has passed, UTC or with a zone",
        )
    alias = edges.functions.alias(model)
    later = _unwritten(edges, alias, model=model)
    damage: RegistryIncomplete | None = None
    for number in reversed(Ledger(edges, model).numbers(alias=alias)):
        try:
            entry = Ledger(edges, model).entry(number)
        except RegistryIncomplete as exc:
            damage = exc
            continue
        if _time(entry.known_since) <= at:
            if damage is not None:  # it may have been the last before that moment
                raise damage
            return _with_doubt(entry, later, at=at)
        later, damage = entry, None
    if damage is not None:
        raise damage
    return _with_doubt(None, later, at=at)


def _with_doubt(entry: Entry | None, later: Entry | None, *, at: datetime) -> WhatServed:
    """`later` is the move after the entry; its time, if it is known, is after `at`."""
    recorded_at = entry.recorded_at if entry else None
    if later is None or later.moved_at is not None or (recorded_at is not None and at < _time(recorded_at)):
        return WhatServed(entry=entry)
    return WhatServed(entry=entry, perhaps=later, not_before=recorded_at, not_after=later.recorded_at)


def _unwritten(edges: Edges, alias: Alias | None, *, model: str) -> Entry | None:
    """The alias's last move, as its stamp tells it, if its entry is missing: it came after all that are written."""
    move = stamp.of(alias)
    if alias is None or move is None or move.entry < Ledger(edges, model).next_entry():
        return None
    return Entry.of_stamp(move, model=model, weights=alias.weights)


def _time(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp)
