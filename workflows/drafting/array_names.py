"""Finds columns of numbers that are one array by their names, such as pixels_0, pixels_1 and so on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lambdas.model.recipe.elements import Array
from lambdas.model.recipe.rules import RESERVED
from workflows.drafting.column_facts import Column

COLUMNS_MIN = 8
"""Of fewer columns a name that ends in a number may mean something else."""
FIRST = re.compile(r"(.+)_0", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """Columns, side by side in the file, that can be declared as one."""

    name: str
    columns: Sequence[Column]


def grouped(columns: Sequence[Column], *, is_number: Callable[[Column], bool]) -> Iterator[Column | Found]:
    """All columns in their order, those of an array together. Some of them may be the same in every row: a picture
    has corners."""
    names = [column.name for column in columns]
    place = 0
    while place < len(columns):
        size = _size(names, place, columns, is_number=is_number)
        if size:
            yield Found(names[place].removesuffix("_0"), columns[place : place + size])
        else:
            yield columns[place]
        place += size or 1


def _size(names: Sequence[str], place: int, columns: Sequence[Column], *, is_number: Callable[[Column], bool]) -> int:
    """How many columns the array that begins here has; 0 where none begins."""
    first = FIRST.fullmatch(names[place])
    if first is None:
        return 0
    name, size = first[1], 0
    of_array = [each.name for each in Array(name, size=len(names) - place).elements]
    while size < len(of_array) and names[place + size] == of_array[size] and is_number(columns[place + size]):
        size += 1
    is_one = size >= COLUMNS_MIN and name != RESERVED and name not in names
    return size if is_one and not {*of_array[:size]} & {*names[:place], *names[place + size :]} else 0
