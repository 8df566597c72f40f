"""A pinned version stays live: runs train and judge as ever, but move nothing until it is unpinned.

Whoever pins moves the alias too, if only onto the version that it points to: that gives it a new RevisionId, so a run
that read "not pinned" a moment before loses its compare-and-swap.
"""

from __future__ import annotations

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import moment, number_from_1, text
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete

UNKNOWN = "nobody known"
"""Who pinned, where the record is damaged."""


class Pinned(Document):
    """The version that stays live, and who pinned it when and why."""

    model_version: int = holds(number_from_1)
    who: str = holds(text)
    why: str = holds(text)
    at: str | None = holds(moment, default=None)

    @property
    def is_guessed(self) -> bool:
        """Whether the record was damaged, and this is made of what is live."""
        return self.who == UNKNOWN

    def is_same(self, other: Pinned) -> bool:
        """Ignores the time: a repeated request pins again."""
        return (self.model_version, self.who, self.why) == (other.model_version, other.who, other.why)

    def in_words(self) -> str:
        return f"version {self.model_version} is pinned by {self.who}: {self.why}"


class Pin:
    """The pin of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._model, self._key = edges, model, layout.pin(model)

    def find(self) -> Pinned | None:
        """None when nothing is pinned."""
        try:
            return Pinned.find(self._edges.store, self._key)
        except RegistryIncomplete as damage:
            way_out = f'nightswap unpin --model {self._model} --reason "..."'
            raise RegistryIncomplete(f"{damage.message}; or remove the pin: {way_out}", **damage.details) from damage

    def find_or_guess(self, *, live: int | None) -> Pinned | None:
        """The same; a damaged pin holds what is live, and nobody knows by whom. So an operator can go on from it.

        Raises RegistryIncomplete for a damaged one where nothing is live.
        """
        try:
            return self.find()
        except RegistryIncomplete:
            if live is None:
                raise
            return Pinned(model_version=live, who=UNKNOWN, why=f"{self._key} is damaged")

    def claim(self, model_version: int, *, who: str, why: str) -> bool:
        """Pin it, unless there is a pin; says whether it is this version that is pinned."""
        self._edges.store.put_if_absent(self._key, self._encoded(model_version, who=who, why=why))
        stands = self.find()
        return stands is not None and stands.model_version == model_version

    def follow(self, model_version: int, *, who: str, why: str) -> None:
        """Let the pin, if there still is one, hold another version: an operator made that one live."""
        stored = self._edges.store.find(self._key)
        if stored is not None:
            moved = self._encoded(model_version, who=who, why=why)
            self._edges.store.put_if_match(self._key, moved, etag=stored.etag)

    def remove(self, pinned: Pinned) -> None:
        """Remove the pin of this version, by this person, for this reason; another one stays.

        Of a damaged one nobody knows any of it: it goes when it was damaged before.
        """
        stored = self._edges.store.find(self._key)
        if stored is None:
            return
        try:
            is_this = Pinned.read(stored.body, key=self._key).is_same(pinned)
        except RegistryIncomplete:
            is_this = pinned.is_guessed
            if not is_this:
                raise
        if is_this:
            self._edges.store.delete_if_match(self._key, etag=stored.etag)

    def _encoded(self, model_version: int, *, who: str, why: str) -> bytes:
        at = documents.timestamp(self._edges.clock())
        return Pinned(model_version=model_version, who=who, why=why, at=at).encode()


def way_past(model: str, *, waiting: int) -> str:
    """The command that makes the version live that waits for the end of the pin."""
    return (
        f'nightswap unpin --model {model} --reason "...", then nightswap promote {waiting} --model {model}'
        ' --reason "..."'
    )
