"""Rows of the holdout with the answers that a version has to give: `replay.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import anything, list_of, number, table_of, text
from chalicelib.registry.report import Erased


class Expected(Document):
    """What the artifact said of a row when it was judged."""

    label: str = holds(text)
    probabilities: Mapping[str, float] = holds(table_of(number))
    """By class, 0..1; the label's among them."""


class Sample(Document):
    instances: Sequence[Mapping[str, Any]] = holds(list_of(table_of(anything)))
    """The features of each row, as a request has them."""
    expected: tuple[Expected, ...] = holds_many(Expected)
    """One for each instance, in their order."""
    erased: tuple[Erased, ...] = holds_many(Erased, default=())

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        if found := super().misfit(value):
            return found
        if len(value["instances"]) != len(value["expected"]):
            return f".expected has {len(value['expected'])} answers to {len(value['instances'])} instances"
        lacking = (at for at, each in enumerate(value["expected"]) if each["label"] not in each["probabilities"])
        return next((f".expected[{at}] gives its label no probability" for at in lacking), None)
