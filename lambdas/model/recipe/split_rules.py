"""Finds contradictions in a recipe's split and its window."""

from __future__ import annotations

from collections.abc import Iterator

from lambdas.model.recipe.elements import BY_TIME, COPIES_TOGETHER, Split, Window
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.types import shown

SHARE_MIN = 0.0001
"""Of a file in each part: with less, no file that a run can read is sure to give each part a row of every class."""
NIGHTS_MAX = 36_525
"""A hundred years."""


def split_problems(recipe: Fields) -> Iterator[str]:
    split, window = recipe.split, recipe.window
    if not SHARE_MIN <= split.holdout_ratio <= 1 - SHARE_MIN:
        yield f"holdout_ratio is {split.holdout_ratio}: expected {SHARE_MIN} to {1 - SHARE_MIN}"
    if not 0 <= split.seed < 2**32:
        yield f"seed is {split.seed}: expected 0 to {2**32 - 1}"
    yield from _kind_problems(split)
    yield from _time_problems(split)
    yield from _column_problem("split.group", split.group, label=recipe.label)
    yield from _column_problem("split.column", split.column, label=recipe.label)
    if window is not None:
        yield from _window_problems(window, split=split)
        yield from _column_problem("window.column", window.column, label=recipe.label)


def _kind_problems(split: Split) -> Iterator[str]:
    if split.duplicates not in (None, COPIES_TOGETHER):
        yield f"split.duplicates is {shown(split.duplicates)}: expected {COPIES_TOGETHER!r} or None"
    if split.by not in (None, BY_TIME):
        yield f"split.by is {shown(split.by)}: expected {BY_TIME!r} or None"
    given = [name for name in ("group", "duplicates", "by") if getattr(split, name) is not None]
    if len(given) > 1:
        yield (
            f"split has both {' and '.join(given)}, and one thing alone decides a row's side: leave all but one of"
            " them out"
        )


def _time_problems(split: Split) -> Iterator[str]:
    of_time = [name for name in ("nights", "days", "column") if getattr(split, name) is not None]
    if of_time and split.by is None:
        yield f"split has {' and '.join(of_time)} without by={BY_TIME!r}: add that"
    if split.nights is not None and split.column is not None:
        yield "split counts nights, which are of whole files, and names a column of dates: count days there"
    if split.days is not None and split.column is None:
        yield "split counts days and names no column of dates: add column=..., or count nights, of whole files"
    yield from _count_problems("split", split.nights, split.days)


def _window_problems(window: Window, *, split: Split) -> Iterator[str]:
    if (window.nights is None) == (window.days is None) or (window.days is None) != (window.column is None):
        yield "window is either of nights, of whole files, or of days by a column of dates: Window(nights=30)," + (
            " Window(days=90, column=...)"
        )
    yield from _count_problems("window", window.nights, window.days)
    for called, used, held_out in (("nights", window.nights, split.nights), ("days", window.days, split.days)):
        is_same = called == "nights" or window.column == split.column
        if used is not None and held_out is not None and is_same and used <= held_out:
            yield f"window has {used} {called}, and split holds {held_out} of them out: none is left to train on"


def _count_problems(of: str, nights: int | None, days: int | None) -> Iterator[str]:
    for name, count in (("nights", nights), ("days", days)):
        if count is not None and not 1 <= count <= NIGHTS_MAX:
            yield f"{of}.{name} is {count}: expected 1 to {NIGHTS_MAX}"


def _column_problem(field: str, column: str | None, *, label: str) -> Iterator[str]:
    if column is None:
        return
    if column == label:
        yield f"{field} is the label {label}: a part needs rows of more than one class"
    if not column or column != column.strip():
        yield f"{field} is {column!r}, which is no column's name: it is empty or has spaces around it"
