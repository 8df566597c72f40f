"""Remembers what was rolled back, so that no run tries it again: `models/MODEL/quarantine/FINGERPRINT.json`.

The fingerprint stands for data, recipe and code, so any change of one of them is a new chance.
"""

from __future__ import annotations

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import moment, number_from_1, text
from chalicelib.edges import Edges


class Quarantined(Document):
    """A version that was rolled back, by whom, when and why."""

    model: str = holds(text)
    model_version: int = holds(number_from_1)
    fingerprint: str = holds(text)
    who: str = holds(text)
    why: str = holds(text)
    at: str = holds(moment)

    def in_words(self) -> str:
        """With what to do about it."""
        return (
            f"data, recipe and code are those of model version {self.model_version}, quarantined since"
            f" {self.at}: {self.why}; change one of them, or nightswap promote {self.model_version}"
            f' --model {self.model} --lift-quarantine --reason "..."'
        )


class Quarantine:
    """All that is quarantined of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._model = edges, model

    def find(self, fingerprint: str) -> Quarantined | None:
        """None when the fingerprint is free."""
        return Quarantined.find(self._edges.store, self._key(fingerprint))

    def holds(self, fingerprint: str) -> bool:
        """Whether it is quarantined, for whatever reason: a document that is damaged still holds its version back."""
        return self._edges.store.find(self._key(fingerprint)) is not None

    def put(self, fingerprint: str, *, model_version: int, who: str, why: str) -> None:
        """Quarantine it; the first reason stands."""
        quarantined = Quarantined(
            model=self._model,
            model_version=model_version,
            fingerprint=fingerprint,
            who=who,
            why=why,
            at=documents.timestamp(self._edges.clock()),
        )
        self._edges.store.put_if_absent(self._key(fingerprint), quarantined.encode())

    def lift(self, fingerprint: str) -> None:
        """An operator takes the version back into service; harmless when it was free."""
        self._edges.store.delete(self._key(fingerprint))

    def model_versions(self) -> dict[int, Quarantined]:
        """All that are quarantined, by model version."""
        found = (Quarantined.find(self._edges.store, key) for key in self.places())
        return {each.model_version: each for each in found if each}

    def places(self) -> list[str]:
        """Where all that are quarantined lie."""
        return [listed.key for listed in self._edges.store.list(layout.quarantined(self._model))]

    def fingerprints(self) -> set[str]:
        """All that are quarantined, by their keys alone: a document that is damaged still holds its version back."""
        prefix = layout.quarantined(self._model)
        return {key.removeprefix(prefix).removesuffix(".json") for key in self.places()}

    def _key(self, fingerprint: str) -> str:
        return layout.quarantined(self._model, fingerprint)
