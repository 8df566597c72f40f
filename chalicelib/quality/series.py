"""The nights of a model on which its live version met new rows: `models/MODEL/quality/0000000042.json`.

A night is written once, by Evaluate, under the next number. What a run has written stands, also when it judges again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import islice

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.log import log
from chalicelib.quality.night import Night

LOOK_BACK = 20
"""Nights: far more than other runs can write between the tries of one task."""
NAME = re.compile(r"\d{10}\.json")


class Series:
    """Of one model."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._edges, self._model = edges, model

    def numbers(self) -> list[int]:
        """Of all nights, oldest first."""
        prefix = layout.quality(self._model)
        names = [each.key.removeprefix(prefix) for each in self._edges.store.list(prefix)]
        return [int(name.removesuffix(".json")) for name in names if NAME.fullmatch(name)]

    def night(self, number: int) -> Night | None:
        """None where there is none; raises RegistryIncomplete where it is damaged."""
        return Night.find(self._edges.store, layout.quality_night(self._model, number))

    def newest_first(self) -> Iterator[Night]:
        """Past what is damaged, which is logged: it must not keep a run from its work."""
        for number in reversed(self.numbers()):
            told: list[str] = []
            found = documents.readable(partial(self.night, number), told=told)
            if found is not None:
                yield found
            for damage in told:
                log("document_damaged", reason=damage)

    def since(self, moment: str) -> list[Night]:
        """Those that were written at that moment or later, newest first."""
        found = []
        for night in self.newest_first():
            if night.at < moment:
                break
            found.append(night)
        return found

    def of_run(self, run: str) -> Night | None:
        """What the run has written; None if it has not."""
        return next((each for each in islice(self.newest_first(), LOOK_BACK) if each.run == run), None)

    def keep(self, night: Night) -> None:
        """Under the next number. Repeating it is harmless."""
        numbers = self.numbers()
        number = numbers[-1] + 1 if numbers else 1
        while not self._edges.store.put_if_absent(layout.quality_night(self._model, number), night.encode()):
            if self.night(number) == night:  # the answer to our own write was lost
                return
            number += 1
