"""Tells roughly how many rows of a recipe fit into the tasks at a stage's sizes, and which setting bounds them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.settings import StageSettings
from workflows.stacks.functions import task_sizes

if TYPE_CHECKING:
    from lambdas.model.data.room import Demand
    from lambdas.model.recipe import Recipe

LETTERS = 8
"""Of a category in a column that does not list those that are allowed."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """How many rows fit, and the setting of the stage that bounds them."""

    model: str
    columns: int
    rows: int
    setting: str
    mb: int

    def in_words(self) -> str:
        """
        >>> Capacity(model="m", columns=3, rows=8_654_321, setting="NIGHTSWAP_TRAIN_MEMORY_MB", mb=1769).in_words()
        'm: about 8.7 million rows of 3 columns fit; NIGHTSWAP_TRAIN_MEMORY_MB, which is 1769, sets that bound'
        """
        return (
            f"{self.model}: about {rounded(self.rows)} rows of {self.columns} columns fit; {self.setting}, which is"
            f" {self.mb}, sets that bound"
        )


def capacity(recipe: Recipe, settings: StageSettings) -> Capacity:
    """Of a data set of the recipe, at these sizes: the least that any task takes."""
    rows, setting, mb = min(_bounds(recipe, settings))
    return Capacity(model=recipe.model, columns=len(recipe.columns), rows=rows, setting=setting, mb=mb)


def _bounds(recipe: Recipe, settings: StageSettings) -> Iterator[tuple[int, str, int]]:
    """The rows that fit, by what they fit into: a setting, and its value."""
    from lambdas.model.data import room

    sizes = task_sizes(settings)
    for demand, function, share in (
        (room.PREPROCESS, "preprocess", 1.0),
        (room.TRAIN, "train", 1.0),
        (room.EVALUATE, "evaluate", recipe.split.holdout_ratio),
    ):
        memory_mb = sizes[function].memory_mb
        yield round(_in_memory(demand, recipe, memory_mb=memory_mb) / share), demand.setting, memory_mb
    for function, share in (("train", 1.0), ("evaluate", recipe.split.holdout_ratio)):
        storage_mb = sizes[function].storage_mb
        yield (
            round(storage_mb * room.MB / _part_row_bytes(recipe) / share),
            f"NIGHTSWAP_{function.upper()}_STORAGE_MB",
            storage_mb,
        )


def _in_memory(demand: Demand, recipe: Recipe, *, memory_mb: int) -> float:
    """The rows that `room.check_size` lets through."""
    from lambdas.model.data import room

    row_bytes = demand.row_bytes + demand.class_bytes * (len(recipe.class_names) - 2)
    return max(0, memory_mb - demand.base_mb) * room.MB / (demand.copies * _table_row_bytes(recipe) + row_bytes)


def _table_row_bytes(recipe: Recipe) -> int:
    """In a Table every category is as wide as the longest of all, and a letter has four bytes."""
    allowed = [max(map(len, each.allowed)) if each.allowed else LETTERS for each in recipe.categorical]
    letters = len(allowed) * max(allowed, default=0) + max(map(len, recipe.class_names))
    return 8 * len(recipe.numeric) + 4 * letters


def _part_row_bytes(recipe: Recipe) -> int:
    """In a Part a category is a code of one byte, or two where more than 256 are allowed; and so is the class."""
    codes = [2 if len(each.allowed or ()) > 256 else 1 for each in recipe.categorical]
    return 8 * len(recipe.numeric) + sum(codes) + 1


def rounded(rows: int) -> str:
    """To two digits, in words.

    >>> [rounded(each) for each in (0, 999, 54_321, 8_654_321, 123_456_789)]
    ['0', '1,000', '54,000', '8.7 million', '120 million']
    """
    near = round(rows, 1 - math.floor(math.log10(rows))) if rows else 0
    return f"{near / 1e6:g} million" if near >= 1_000_000 else f"{near:,}"
