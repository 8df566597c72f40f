"""Reads an object of the data set into a Table, or raises an error that names the cell.

`plain` reads most files, fast; `strict` reads any file, and says what is wrong with it and where.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.errors import ObjectEmpty
from lambdas.model.reading import plain, strict
from lambdas.model.reading.cells import Check
from lambdas.model.reading.columns import Gathered, Wanted
from lambdas.model.reading.header import find_columns
from lambdas.model.reading.table import Labels, Reading, Table
from lambdas.model.reading.unpacking import digest, unpack, way_out
from lambdas.model.recipe import Recipe

G = TypeVar("G", bound=Gathered)


def read_object(name: str, *, content: bytes, recipe: Recipe) -> Table:
    """All rows of a CSV file, plain or gzip.

    Columns are found by name and others are ignored. Raises a DataError that names object, column, rows and values.
    """
    return read_text(name, text=unpack(name, content=content, model=recipe.model), recipe=recipe).table


def read_text(name: str, *, text: bytes, recipe: Recipe) -> Reading:
    """The same for an unpacked file, with its extent; raises a DataError."""
    columns = [*(column.name for column in recipe.columns), recipe.label]
    places = find_columns(name, text=text, wanted=columns, model=recipe.model)
    found = _gather(name, text=text, to=Gathered, wanted=Wanted.of(recipe, places=places), model=recipe.model)
    return found.reading(recipe, digest=digest(text))


def read_labels(name: str, *, text: bytes, column: str, model: str) -> Labels:
    """The raw texts of one column of an unpacked file; raises a DataError."""
    return read_texts(name, text=text, columns=[column], to=Gathered, check=lambda _: None, model=model).labels


def read_texts(
    name: str, *, text: bytes, columns: Sequence[str], to: Callable[[Wanted], G], check: Check, model: str
) -> G:
    """The raw texts of columns of an unpacked file, all held to one check, gathered by `to`; raises a DataError."""
    places = find_columns(name, text=text, wanted=columns, model=model)
    wanted = Wanted.of_texts(columns, places=places, check=check)
    return _gather(name, text=text, to=to, wanted=wanted, model=model)


def _gather(name: str, *, text: bytes, to: Callable[[Wanted], G], wanted: Wanted, model: str) -> G:
    found = to(wanted)
    try:
        plain.gather(text, into=found)
    except plain.NotPlain:
        found = to(wanted)
        strict.gather(name, text=text, into=found, model=model)
    if not found.rows:
        raise ObjectEmpty(f"{name} holds a header and no row. {way_out(name, model=model)}", object=name)
    return found
