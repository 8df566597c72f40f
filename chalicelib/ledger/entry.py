"""Defines an entry of the ledger: one move of a model's alias, who wanted it and why."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import count, digits, flag, maybe, moment, number_from_1, share, table_of, text
from chalicelib.ledger.stamp import Stamp

PROMOTED = "promoted"
"""The kind of a move that made a new version live."""


class Entry(Document):
    """`entry` is its number, from 1. Function versions are Lambda's numbers, in digits; None for no alias.

    What only the mover knew (when, who, why, the anchor) is None where it died before it wrote the entry.
    """

    entry: int = holds(number_from_1)
    model: str = holds(text)
    kind: str = holds(text)
    run: str = holds(text)
    step: int = holds(count)
    from_function_version: str | None = holds(maybe(digits))
    to_function_version: str = holds(digits)
    model_version: int = holds(number_from_1)
    candidate_model_version: int | None = holds(maybe(number_from_1), default=None)
    """The model version that the weights go to."""
    weights: Mapping[str, float] = holds(table_of(share), default={})
    """By function version, beside the one that the alias points to: its share of the traffic, 0..1."""
    moved_at: str | None = holds(maybe(moment))
    who: str | None = holds(maybe(text), default=None)
    why: str | None = holds(maybe(text), default=None)
    anchor: int | None = holds(maybe(number_from_1), default=None)
    """The model version that is the anchor from this move on; None where it says nothing of it."""
    recorded_at: str | None = holds(maybe(moment))
    """None while it is not written."""
    repaired: bool = holds(flag, default=False)
    """Whether another than the mover wrote it, from the alias's stamp."""

    @classmethod
    def of_stamp(cls, move: Stamp, *, model: str, weights: Mapping[str, float]) -> Entry:
        """What the alias alone tells of its last move, before it is written."""
        return cls(
            entry=move.entry,
            model=model,
            kind=move.kind,
            run=move.run,
            step=move.step,
            from_function_version=move.origin,
            to_function_version=move.function_version,
            model_version=move.model_version,
            candidate_model_version=move.candidate,
            weights=dict(weights),
            anchor=None,
            moved_at=None,
            who=None,
            why=None,
            recorded_at=None,
            repaired=False,
        )

    @property
    def known_since(self) -> str:
        """When the move took effect; where nobody knows, when its entry was written, which was later.

        Empty for one that is not written.
        """
        return self.moved_at or self.recorded_at or ""
