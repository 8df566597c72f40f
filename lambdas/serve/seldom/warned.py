"""Tells what was noted of a request's instances: one warning for each column and code, however many instances."""

from __future__ import annotations

from collections.abc import Mapping

from ..schema import Noted

WARNINGS_MAX = 50
POSITIONS_MAX = 20
"""An answer tells so many, and of each the first instances: it stays small beside the predictions."""


def warnings(noted: Mapping[int | None, Noted]) -> list[dict[str, object]]:
    """By the positions of the instances in the request; None is a request that is one instance."""
    positions: dict[tuple[str, str, str], list[int | None]] = {}
    for position, several in noted.items():
        for each in several:
            positions.setdefault(each, []).append(position)
    return _cut([_warning(*each, where) for each, where in positions.items()])


def _warning(code: str, field: str, words: str, where: list[int | None]) -> dict[str, object]:
    told: dict[str, object] = {"Code": code, "Message": words, "Field": field}
    return told if where == [None] else {**told, "Count": len(where), "Instances": where[:POSITIONS_MAX]}


def _cut(told: list[dict[str, object]]) -> list[dict[str, object]]:
    more = len(told) - WARNINGS_MAX
    if more <= 0:
        return told
    return [*told[:WARNINGS_MAX], {"Code": "MoreWarnings", "Message": f"and {more} more", "Field": None}]
