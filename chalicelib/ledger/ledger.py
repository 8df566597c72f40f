"""The record of every move of a model's alias: `ledger/MODEL/0000000042.json`, append-only and gap-free.

    mover                     alias                    ledger
      read ------------------> entry=41
      is 41 written? --------------------------------> yes, or write it from the stamp   (`repair`)
      UpdateAlias(RevisionId) -> entry=42                                                 one mover wins
      write 42 --------------------------------------> put-if-absent
                                                       died here? the next mover's `repair` writes 42

An entry says what the stamp says, so nothing in it is ever invented; what only the mover knew (when, who, why) is
None in an entry that had to be repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.shapes import (
    Kind,
    Record,
    count,
    digits,
    flag,
    maybe,
    moment,
    number_from_1,
    share,
    table_of,
    text,
)
from chalicelib.edges import Alias, Edges, Listed
from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger import stamp
from chalicelib.ledger.stamp import Stamp

NAME = re.compile(r"\d{10}\.json")


def _is_dated(entry: Mapping[str, Any]) -> bool:
    return entry["moved_at"] is not None or entry["recorded_at"] is not None


_FIELDS = Record(
    {
        "entry": number_from_1,
        **dict.fromkeys(("model", "kind", "run"), text),
        "step": count,
        "from_function_version": maybe(digits),
        "to_function_version": digits,
        "model_version": number_from_1,
        **dict.fromkeys(("moved_at", "recorded_at"), maybe(moment)),
    },
    perhaps={
        "candidate_model_version": maybe(number_from_1),
        "weights": table_of(share),
        "repaired": flag,
        **dict.fromkeys(("who", "why"), maybe(text)),
    },
)


def shape_of(number: int, *, model: str) -> Kind:
    """Of the entry of that number: nobody but its key says which one it has to be."""

    def problem(document: Any) -> str | None:
        if found := _FIELDS(document):
            return found
        if (document["model"], document["entry"]) != (model, number):
            return f" is entry {document['entry']} of {document['model']:.60}"
        return None if _is_dated(document) else " says neither when it moved nor when it was recorded"

    return problem


LOOK_BACK = 20
"""Entries: far more than can be written between the tries of one task."""


def next_entry(edges: Edges, *, model: str) -> int:
    """The number of the entry that comes after the last; the first is 1."""
    return max(numbers(edges, model=model), default=0) + 1


def is_ahead(edges: Edges, *, model: str, alias: Alias | None) -> bool:
    """Whether it knows of a later move than the alias: a hand deleted that, or Lambda lost its side.

    An alias that other hands moved is not behind: what serves is theirs.
    """
    left = stamp.of(alias)
    seen = 0 if alias is None else left.entry if left else None
    return seen is not None and seen + 1 < next_entry(edges, model=model)


def lost_by_lambda(edges: Edges, *, model: str) -> str:
    """What to say of an alias that the ledger is ahead of."""
    return (
        f"the alias of {model} is as it was before entry {next_entry(edges, model=model) - 1} of the ledger: Lambda"
        f" lost its side, put it back with nightswap restore {model}"
    )


def numbers(edges: Edges, *, model: str) -> list[int]:
    """Of all entries, oldest first. What is named otherwise is none, whoever put it there."""
    return [number for listed in edges.store.list(layout.ledger(model)) if (number := number_of(listed, model=model))]


def number_of(listed: Listed, *, model: str) -> int:
    """Of the entry at that key; 0, which no entry has, for what is none."""
    name = listed.key.removeprefix(layout.ledger(model))
    return int(name.removesuffix(".json")) if NAME.fullmatch(name) else 0


def entry(edges: Edges, *, model: str, number: int) -> dict[str, Any]:
    """Raises RegistryIncomplete when it is gone, or is no entry of that number."""
    key = layout.ledger_entry(model, number)
    found: dict[str, Any] | None = documents.find(edges.store, key, shape_of(number, model=model))
    if found is None:
        raise RegistryIncomplete(f"{key} is missing from bucket {edges.store.bucket}", key=key)
    return found


def entries(edges: Edges, *, model: str) -> list[dict[str, Any]]:
    """All entries, oldest first."""
    return [entry(edges, model=model, number=each) for each in numbers(edges, model=model)]


def newest_first(edges: Edges, *, model: str) -> Iterator[dict[str, Any]]:
    """All entries, each read when it is asked for."""
    for each in reversed(numbers(edges, model=model)):
        yield entry(edges, model=model, number=each)


def last(edges: Edges, *, model: str) -> dict[str, Any] | None:
    return next(newest_first(edges, model=model), None)


def newest(edges: Edges, *, model: str, kind: str) -> dict[str, Any] | None:
    """The latest entry of this kind of move; None when there is none."""
    return next((each for each in newest_first(edges, model=model) if each["kind"] == kind), None)


def holds(edges: Edges, *, model: str, run: str, step: int) -> bool:
    """Whether one of the latest entries is this move: it took effect, and somebody may have moved on since."""
    latest = islice(newest_first(edges, model=model), LOOK_BACK)
    return any((each["run"], each["step"]) == (run, step) for each in latest)


def entry_of(move: Stamp, *, model: str, weights: Mapping[str, float]) -> dict[str, Any]:
    """What the alias alone tells of its last move; None in the fields that it does not."""
    return {
        "entry": move.entry,
        "model": model,
        "kind": move.kind,
        "run": move.run,
        "step": move.step,
        "from_function_version": move.origin,
        "to_function_version": move.function_version,
        "model_version": move.model_version,
        "candidate_model_version": move.candidate,
        "weights": dict(weights),
        "moved_at": None,
        "who": None,
        "why": None,
        "recorded_at": None,
        "repaired": False,
    }


def append(
    edges: Edges, *, model: str, move: Stamp, weights: Mapping[str, float], known: dict[str, Any] | None = None
) -> None:
    """Write the move's entry; harmless when it is written already.

    `weights` are the alias's. `known` holds moved_at, who and why, which only the mover knows. Raises
    RegistryIncomplete when the entry belongs to another move, which no order of events should bring about.
    """
    key = layout.ledger_entry(model, move.entry)
    written = {
        **entry_of(move, model=model, weights=weights),
        **(known or {}),
        "recorded_at": documents.timestamp(edges.clock()),
        "repaired": known is None,
    }
    if edges.store.put_if_absent(key, documents.encode(written)):
        return
    stands = entry(edges, model=model, number=move.entry)
    if (stands["run"], stands["step"]) != (move.run, move.step):
        raise RegistryIncomplete(
            f"{key} records a move of run {stands['run']}, not of {move.run}: two moves claim one ledger entry"
        )


def repair(edges: Edges, *, model: str, alias: Alias | None) -> bool:
    """Write the entry of the alias's last move if its author died before that; says whether it was missing."""
    move = stamp.of(alias)
    if alias is None or move is None or edges.store.find(layout.ledger_entry(model, move.entry)):
        return False
    append(edges, model=model, move=move, weights=alias.weights)
    return True
