"""What the ledger tells: every move of the alias in model versions, and what served at any time.

An entry is always written before the next move, so of two neighbours the later one never took effect before the
earlier one was recorded. That bounds the moves whose time nobody knows, because their author died and the entry was
written in afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest, RegistryIncomplete
from chalicelib.ledger import ledger, stamp

ENTRY = (
    *("entry", "model", "kind", "run", "step", "from_function_version", "to_function_version", "model_version"),
    *("candidate_model_version", "weights", "moved_at", "who", "why", "recorded_at", "repaired"),
)
"""The fields of an entry."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part, 0..1, of the traffic. `model_version` is None where weights were set by other hands."""

    model_version: int | None
    function_version: str
    share: float


@dataclass(frozen=True, kw_only=True)
class WhatServed:
    """Of one moment. `entry` is the last move that certainly had taken effect; None before the first one.

    `perhaps` is the move after it, where nobody knows whether it had taken effect; it did between `not_before` (None
    where nothing came before it) and `not_after` (None where its entry is still missing).
    """

    entry: Mapping[str, Any] | None
    perhaps: Mapping[str, Any] | None = None
    not_before: str | None = None
    not_after: str | None = None


def latest(edges: Edges, *, model: str, limit: int) -> list[dict[str, Any]]:
    """The latest entries of the ledger, newest first, each with the model version before it and the shares after.

    `from_model_version` is None for the first, and where other hands had moved the alias in between.
    """
    numbers = ledger.numbers(edges, model=model)
    found = [_read(edges, model=model, number=each) for each in numbers[-limit - 1 :]]
    before = [None, *found] if len(numbers) <= limit else found
    return [_told(entry, before=earlier) for earlier, entry in reversed(list(pairwise(before))) if entry is not None]


def _read(edges: Edges, *, model: str, number: int) -> dict[str, Any]:
    """The entry; in place of one that is damaged its number, and what is wrong with it."""
    told: list[str] = []
    found = documents.readable(lambda: ledger.entry(edges, model=model, number=number), told=told)
    if found is not None:
        return {**found, "damaged": None}
    return {**dict.fromkeys(ENTRY), "entry": number, "model": model, "damaged": told[0]}


def _told(entry: dict[str, Any], *, before: dict[str, Any] | None) -> dict[str, Any]:
    if entry["damaged"] is not None:
        return {**entry, "from_model_version": None, "serving": []}
    follows = before is not None and before["to_function_version"] == entry["from_function_version"]
    return {
        **entry,
        "from_model_version": before["model_version"] if before is not None and follows else None,
        "serving": [vars(each) for each in shares(entry)],
    }


def shares(entry: Mapping[str, Any]) -> list[Share]:
    """Who serves after this move, the main version first."""
    weights: Mapping[str, float] = entry.get("weights") or {}
    main = Share(
        model_version=entry["model_version"],
        function_version=entry["to_function_version"],
        share=1 - sum(weights.values()),
    )
    candidate = entry.get("candidate_model_version")
    return [
        main,
        *(Share(model_version=candidate, function_version=number, share=share) for number, share in weights.items()),
    ]


def left_at(entries: Sequence[Mapping[str, Any]]) -> dict[int, datetime]:
    """When each model version lost its last share of the traffic, at the latest; without those that have one."""
    left: dict[int, datetime] = {}
    before: set[int] = set()
    for entry in entries:
        serving = _serving(entry)
        left.update(dict.fromkeys(before - serving, _time(entry["moved_at"] or entry["recorded_at"])))
        before = serving
    return {number: when for number, when in left.items() if number not in before}


def serving_last(entries: Sequence[Mapping[str, Any]]) -> set[int]:
    """The model versions that have a share of the traffic by the last entry."""
    return _serving(entries[-1]) if entries else set()


def previous(entries: Sequence[Mapping[str, Any]], *, but: Collection[int]) -> int | None:
    """The model version that was live last, but these."""
    return next((each["model_version"] for each in reversed(entries) if each["model_version"] not in but), None)


def _serving(entry: Mapping[str, Any]) -> set[int]:
    return {each.model_version for each in shares(entry) if each.model_version is not None}


def what_served(edges: Edges, *, model: str, at: datetime) -> WhatServed:
    """Who served at that moment, by the ledger; raises BadRequest for one that has not come yet.

    Raises RegistryIncomplete where a damaged entry may be the one that tells.
    """
    if at > edges.clock():
        raise BadRequest(
            f"{documents.timestamp(at)} is yet to come",
            field="at",
            accepted="a time that has passed, UTC or with a zone",
        )
    later = _unwritten(edges, model=model)
    damage: RegistryIncomplete | None = None
    for number in reversed(ledger.numbers(edges, model=model)):
        try:
            entry = ledger.entry(edges, model=model, number=number)
        except RegistryIncomplete as exc:
            damage = exc
            continue
        if _time(entry["moved_at"] or entry["recorded_at"]) <= at:
            if damage is not None:  # it may have been the last before that moment
                raise damage
            return _with_doubt(entry, later, at=at)
        later, damage = entry, None
    if damage is not None:
        raise damage
    return _with_doubt(None, later, at=at)


def _with_doubt(entry: dict[str, Any] | None, later: dict[str, Any] | None, *, at: datetime) -> WhatServed:
    """`later` is the move after the entry; its time, if it is known, is after `at`."""
    if later is None or later["moved_at"] is not None or (entry is not None and at < _time(entry["recorded_at"])):
        return WhatServed(entry=entry)
    return WhatServed(
        entry=entry,
        perhaps=later,
        not_before=entry["recorded_at"] if entry else None,
        not_after=later["recorded_at"],
    )


def _unwritten(edges: Edges, *, model: str) -> dict[str, Any] | None:
    """The alias's last move, as its stamp tells it, if its entry is missing: it came after all that are written."""
    alias = edges.functions.alias(model)
    move = stamp.of(alias)
    if alias is None or move is None or move.entry != ledger.next_entry(edges, model=model):
        return None
    return ledger.entry_of(move, model=model, weights=alias.weights)


def _time(timestamp: str) -> datetime:
    return datetime.fromisoformat(timestamp)
