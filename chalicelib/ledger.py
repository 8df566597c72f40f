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

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib import documents, layout, stamp
from chalicelib.edges import Alias, Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.stamp import Stamp

LOOK_BACK = 20
"""Entries: far more than can be written between the tries of one task."""


def next_entry(edges: Edges, *, model: str) -> int:
    """The number of the entry that comes after the last; the first is 1."""
    last = max((listed.key for listed in edges.store.list(layout.ledger(model))), default=None)
    return 1 if last is None else int(last.removeprefix(layout.ledger(model)).removesuffix(".json")) + 1


def entries(edges: Edges, *, model: str) -> list[dict[str, Any]]:
    """All entries, oldest first."""
    return [documents.find(edges.store, listed.key) for listed in edges.store.list(layout.ledger(model))]


def newest_first(edges: Edges, *, model: str) -> Iterator[dict[str, Any]]:
    """All entries, each read when it is asked for."""
    for listed in reversed(edges.store.list(layout.ledger(model))):
        yield documents.find(edges.store, listed.key)


def last(edges: Edges, *, model: str) -> dict[str, Any] | None:
    found = edges.store.list(layout.ledger(model))
    return documents.find(edges.store, found[-1].key) if found else None


def newest(edges: Edges, *, model: str, kind: str) -> dict[str, Any] | None:
    """The latest entry of this kind of move; None when there is none."""
    for listed in reversed(edges.store.list(layout.ledger(model))):
        entry: dict[str, Any] = documents.find(edges.store, listed.key)
        if entry["kind"] == kind:
            return entry
    return None


def holds(edges: Edges, *, model: str, run: str, step: int) -> bool:
    """Whether one of the latest entries is this move: it took effect, and somebody may have moved on since."""
    for listed in reversed(edges.store.list(layout.ledger(model))[-LOOK_BACK:]):
        entry = documents.find(edges.store, listed.key)
        if (entry["run"], entry["step"]) == (run, step):
            return True
    return False


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
    entry = {
        **entry_of(move, model=model, weights=weights),
        **(known or {}),
        "recorded_at": documents.timestamp(edges.clock()),
        "repaired": known is None,
    }
    if edges.store.put_if_absent(key, documents.encode(entry)):
        return
    written = documents.find(edges.store, key)
    if (written["run"], written["step"]) != (move.run, move.step):
        raise RegistryIncomplete(
            f"{key} records a move of run {written['run']}, not of {move.run}: two moves claim one ledger entry"
        )


def repair(edges: Edges, *, model: str, alias: Alias | None) -> bool:
    """Write the entry of the alias's last move if its author died before that; says whether it was missing."""
    move = stamp.of(alias) if alias else None
    if alias is None or move is None or edges.store.find(layout.ledger_entry(model, move.entry)):
        return False
    append(edges, model=model, move=move, weights=alias.weights)
    return True
