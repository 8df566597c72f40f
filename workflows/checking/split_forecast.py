"""Foresees how a file would be split whose rows are not drawn one by one: of these it is known without a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.cutting import amount, rows_of_each
from chalicelib.dates.nights import night_of
from lambdas.model.recipe import Recipe
from workflows.checking.file import Content, asks_for_nights, read_dates, read_own_keys

if TYPE_CHECKING:
    from lambdas.model.reading.table import Reading


@dataclass(frozen=True)
class Sides:
    """Of a file that no run has split yet."""

    rows: int
    held_out: Mapping[str, int]
    """Rows of each class in the holdout."""
    words: str
    """What the rows are split by, and how many there are of it."""

    def in_words(self) -> str:
        """
        >>> Sides(200, {"paid": 30, "defaulted": 11}, "12 of 60 groups of customer").in_words()
        '20.5 % of its rows would be held out (paid: 30 rows, defaulted: 11 rows): 12 of 60 groups of customer'
        """
        share = 100 * sum(self.held_out.values()) / self.rows
        return f"{share:.1f} % of its rows would be held out ({rows_of_each(self.held_out)}): {self.words}"


def dated(content: Content, *, recipe: Recipe) -> Iterator[str]:
    """Of which dates the file is, where the recipe asks for them: which rows train, the other files decide too."""
    if asks_for_nights(recipe):
        yield f"it is of the night {night_of(content.name)}, and used and held out as a whole"
    for column in recipe.date_columns:
        first, last = read_dates(content, column=column, recipe=recipe)
        yield f"its rows are of {first} to {last} by {column}; a run reads a new file twice: first for its dates"


def foreseen(content: Content, reading: Reading, *, recipe: Recipe) -> Sides | None:
    """None where each class gives its share, row by row. The reading is of the file."""
    import numpy as np

    from lambdas.model.splitting.split import Draw, is_held_out

    keys, table = read_own_keys(content, recipe=recipe), reading.table
    if keys is None:
        return None
    keys = keys[reading.good(np.arange(len(keys)))]
    chosen = is_held_out(keys, draw=Draw.first(recipe, salt=""))
    held_out = {name: int((table.labels[chosen] == name).sum()) for name in recipe.class_names}
    different, group = len(np.unique(keys)), recipe.split.group
    if group is None:
        words = f"{len(np.unique(keys[chosen])):,} of {amount(different, 'different row')}, each with its copies"
    else:
        words = f"{len(np.unique(keys[chosen])):,} of {amount(different, 'group')} of {group}"
    return Sides(len(table), held_out, words)
