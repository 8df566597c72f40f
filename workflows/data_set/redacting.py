"""Takes rows out of the documents that quote them; each document then says what it lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.errors import DataError, TrainingFailed, leaves
from workflows.checking.rows import Row, row

IsGone = Callable[[Row], bool]
Json = Mapping[str, Any]
Note = Mapping[str, Any]
"""`files`, `who` and `at` of the erasure."""

NAME_CHARACTERS = 60
"""A message holds only the beginning of a long name."""
DATA_ERRORS = frozenset(leaves(DataError))
OTHER_LABELS = "other_labels"
UNSAID = "the reason is erased, because it might quote cells of "


def sample(document: Json, is_gone: IsGone, *, note: Note) -> tuple[Json, int]:
    """The sample without the rows that are gone, and how many those are."""
    pairs = list(zip(document["instances"], document["expected"], strict=True))
    kept = [pair for pair in pairs if not is_gone(row(pair[0]))]
    left = {**document, "instances": [one for one, _ in kept], "expected": [other for _, other in kept]}
    return _noted(left, len(pairs) - len(kept), note=note)


def report(document: Json, is_gone: IsGone, *, note: Note) -> tuple[Json, int]:
    differing = document.get("differences", [])
    kept = [each for each in differing if not is_gone(row(each["features"]))]
    return _noted({**document, "differences": kept}, len(differing) - len(kept), note=note)


def profile(document: Json, *, note: Note) -> tuple[Json, int]:
    """The profile without the labels that no class lists: cells as they stood, and nothing tells of which file. Names
    of categories and the figures of columns stay."""
    described = document["profile"]
    if not described.get(OTHER_LABELS):
        return document, 0
    left = {name: each for name, each in described.items() if name != OTHER_LABELS}
    return _noted({**document, "profile": left}, sum(described[OTHER_LABELS].values()), note=note)


def _noted(document: Json, rows: int, *, note: Note) -> tuple[Json, int]:
    return {**document, "erased": [*document.get("erased", ()), {**note, "rows": rows}]}, rows


def quotes(document: Json, names: tuple[str, ...]) -> bool:
    """Whether a run's outcome, or a state's document, is an error that may quote cells of one of the files."""
    reason = document.get("reason", "")
    if reason.startswith(UNSAID):
        return False
    if document.get("error") == TrainingFailed.__name__:  # in the words of the estimator, which names no file
        return True
    return document.get("error") in DATA_ERRORS and any(name[:NAME_CHARACTERS] in reason for name in names)


def unsaid(document: Json, *, note: Note) -> Json:
    """The document with other words instead of those that quote cells."""
    return {**document, "reason": f"{UNSAID}{', '.join(note['files'])}"}
