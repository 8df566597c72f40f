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
from itertools import islice, pairwise
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import RegistryIncomplete
from chalicelib.ledger import stamp
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.stamp import Stamp

NAME = re.compile(r"\d{10}\.json")
LOOK_BACK = 20
"""Entries: far more than can be written between the tries of one task."""


def shape_of(number: int, *, model: str) -> Kind:
    """Of the entry of that number: nobody but its key says which one it has to be."""

    def problem(document: Any) -> str | None:
        if found := Entry.misfit(document):
            return found
        entry = Entry.of(document)
        if (entry.model, entry.entry) != (model, number):
            return f" is entry {entry.entry} of {entry.model:.60}"
        return None if entry.known_since else " says neither when it moved nor when it was recorded"

    return problem


def number_of(listed: Listed, *, model: str) -> int:
    """Of the entry at that key; 0, which no entry has, for what is none."""
    name = listed.key.removeprefix(layout.ledger(model))
    return int(name.removesuffix(".json")) if NAME.fullmatch(name) else 0


class Ledger:
    """The ledger of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._model = edges, model

    def next_entry(self) -> int:
        """The number of the entry that comes after the last; the first is 1."""
        return max(self.numbers(), default=0) + 1

    def is_ahead(self, alias: Alias | None) -> bool:
        """Whether it knows of a later move than the alias: a hand deleted that, or Lambda lost its side.

        An alias that was moved by hand is not behind: that move counts.
        """
        left = stamp.of(alias)
        seen = 0 if alias is None else left.entry if left else None
        return seen is not None and seen + 1 < self.next_entry()

    def lost_by_lambda(self) -> str:
        """The message about an alias that the ledger is ahead of."""
        return (
            f"the alias of {self._model} is as it was before entry {self.next_entry() - 1} of the ledger: Lambda lost"
            f" its side, put it back with nightswap restore {self._model}"
        )

    def numbers(self, *, alias: Alias | None = None) -> list[int]:
        """The numbers of all entries, oldest first. An object with another form of name is not an entry.

        Where entries are gone, before others or before the move that the alias tells of, the last of them is among
        the numbers: whoever reads it is told, and does not take an earlier move for the one before.
        """
        listed = self._edges.store.list(layout.ledger(self._model))
        kept = [number for each in listed if (number := number_of(each, model=self._model))]
        left = stamp.of(alias)
        if left and left.entry - 1 > max(kept, default=0):  # its own may not be written yet
            kept.append(left.entry - 1)
        gaps = {later - 1 for earlier, later in pairwise(kept) if later - 1 > earlier}
        return sorted({*kept, *gaps})

    def entry(self, number: int) -> Entry:
        """Raises RegistryIncomplete when it is gone, or is no entry of that number."""
        key = layout.ledger_entry(self._model, number)
        found = documents.find(self._edges.store, key, shape_of(number, model=self._model))
        if found is None:
            raise RegistryIncomplete(f"{key} is missing from bucket {self._edges.store.bucket}", key=key)
        return Entry.of(found)

    def entries(self) -> list[Entry]:
        """All entries, oldest first."""
        return [self.entry(each) for each in self.numbers()]

    def newest_first(self) -> Iterator[Entry]:
        """All entries, each read when it is asked for."""
        for each in reversed(self.numbers()):
            yield self.entry(each)

    def last(self) -> Entry | None:
        return next(self.newest_first(), None)

    def newest(self, kind: str) -> Entry | None:
        """The latest entry of this kind of move; None when there is none."""
        return next((each for each in self.newest_first() if each.kind == kind), None)

    def holds(self, *, run: str, step: int) -> bool:
        """Whether one of the latest entries is this move: it took effect, and somebody may have moved on since."""
        return any((each.run, each.step) == (run, step) for each in islice(self.newest_first(), LOOK_BACK))

    def append(self, move: Stamp, *, weights: Mapping[str, float], known: Mapping[str, Any] | None = None) -> None:
        """Write the move's entry; harmless when it is written already.

        `weights` are the alias's. `known` holds moved_at, who, why and anchor, which only the mover knows. Raises
        RegistryIncomplete when the entry belongs to another move, which no order of events should bring about.
        """
        written = Entry.of_stamp(move, model=self._model, weights=weights).but(
            **(known or {}), recorded_at=documents.timestamp(self._edges.clock()), repaired=known is None
        )
        key = layout.ledger_entry(self._model, move.entry)
        if self._edges.store.put_if_absent(key, written.encode()):
            return
        stands = self.entry(move.entry)
        if (stands.run, stands.step) != (move.run, move.step):
            raise RegistryIncomplete(
                f"{key} records a move of run {stands.run}, not of {move.run}: two moves claim one ledger entry"
            )

    def repair(self, alias: Alias | None) -> bool:
        """Write the entry of the alias's last move if its author died before that; says whether it was missing."""
        move = stamp.of(alias)
        if alias is None or move is None or self._edges.store.find(layout.ledger_entry(self._model, move.entry)):
            return False
        self.append(move, weights=alias.weights)
        return True
