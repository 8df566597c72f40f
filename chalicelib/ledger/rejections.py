"""Records the versions that were rejected while they waited for approval: `ledger/MODEL.rejected/0000000002.json`.

They lie beside the moves of the alias, not among them: the number of a move is the one that the alias's stamp holds,
so an entry without a move would stand in the way of the next mover. A version is rejected once at most. Its number
names its document, which is written once, as a move is.
"""

from __future__ import annotations

import re
from functools import partial

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import moment, number_from_1, text
from chalicelib.edges import Edges

NAME = re.compile(r"\d{10}\.json")


class Rejection(Document):
    """A version that a person, or the deadline, rejected."""

    model: str = holds(text)
    model_version: int = holds(number_from_1)
    run: str = holds(text)
    """That made it."""
    by: str = holds(text)
    """The operator's request, or the run, that carried it out."""
    who: str = holds(text)
    why: str = holds(text)
    at: str = holds(moment)


class Rejections:
    """Of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._model = edges, model

    def find(self, model_version: int) -> Rejection | None:
        """None where that version was not rejected; raises RegistryIncomplete for one that is damaged."""
        return Rejection.find(self._edges.store, layout.rejection(self._model, model_version))

    def holds(self, model_version: int) -> bool:
        """Whether that version was rejected, and all done that follows: one that is damaged tells that too."""
        return self._edges.store.find(layout.rejection(self._model, model_version)) is not None

    def put(self, rejection: Rejection) -> None:
        """The first one of a version stands."""
        key = layout.rejection(self._model, rejection.model_version)
        self._edges.store.put_if_absent(key, rejection.encode())

    def newest_first(self, *, told: list[str]) -> list[Rejection]:
        """All of them by their time; `told` learns of those that are damaged."""
        prefix = layout.rejections(self._model)
        names = [each.key.removeprefix(prefix) for each in self._edges.store.list(prefix)]
        numbers = [int(name.removesuffix(".json")) for name in names if NAME.fullmatch(name)]
        found = (documents.readable(partial(self.find, number), told=told) for number in numbers)
        return sorted((each for each in found if each), key=lambda each: each.at, reverse=True)
