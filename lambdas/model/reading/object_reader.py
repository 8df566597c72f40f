"""Reads an object of the data set into a Table, or raises an error that names the cell.

`plain` reads most files, fast; `strict` reads any file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from chalicelib.errors import ObjectEmpty
from lambdas.model.reading import plain, strict, tolerance
from lambdas.model.reading.cells import MISSING, Check, checks_beside
from lambdas.model.reading.columns import Gathered, Wanted
from lambdas.model.reading.findings import Findings, Looked
from lambdas.model.reading.header import find_columns
from lambdas.model.reading.table import Labels, Reading, Table
from lambdas.model.reading.unpacking import digest_and_salt, unpack, way_out
from lambdas.model.recipe import Recipe

G = TypeVar("G", bound=Gathered)


def read_object(name: str, *, content: bytes, recipe: Recipe) -> Table:
    """The rows of a CSV file, plain or gzip: all, or all but the bad ones that the recipe tolerates.

    Columns are found by name and others are ignored. Raises a DataError that names object, column, rows and values.
    """
    return read_text(name, text=unpack(name, content=content, model=recipe.model), recipe=recipe).table


def read_text(name: str, *, text: bytes, recipe: Recipe, last: str | None = None) -> Reading:
    """The same for an unpacked file, with its extent, and with the last date that a row can have where the recipe is
    by a column of dates; raises a DataError.
    """
    columns = [*(column.name for column in recipe.single_columns), *checks_beside(recipe), recipe.label]
    places = find_columns(name, text=text, wanted=columns, model=recipe.model)
    wanted = Wanted.of(recipe, places=places, last=last)
    gathered, findings = _look(name, text=text, to=Gathered, wanted=wanted, model=recipe.model)
    left_out = tolerance.left_out(name, gathered, findings, recipe=recipe)
    digest, salt = digest_and_salt(text)
    return Reading(
        table=gathered.table(recipe),
        extent=gathered.extent,
        labels=gathered.labels,
        digest=digest,
        salt=salt,
        left_out=left_out,
        others=_others(gathered, recipe=recipe),
        changed={column: dict(counts) for column, counts in gathered.changed.items()},
    )


def read_labels(name: str, *, text: bytes, column: str, model: str) -> Labels:
    """The raw texts of one column of an unpacked file; raises a DataError."""
    return read_texts(name, text=text, columns=[column], to=Gathered, check=lambda _: None, model=model).labels


def read_whole_labels(name: str, *, text: bytes, column: str, model: str) -> Labels:
    """The same of a file whose rows all have a label, and as many fields as the header; raises the DataError of one
    that has not.
    """
    places = find_columns(name, text=text, wanted=[column], model=model)
    wanted = Wanted.of_texts([column], places=places, check=lambda label: None if label else MISSING)
    gathered, findings = _look(name, text=text, to=Gathered, wanted=wanted, model=model)
    if findings:
        raise findings.error(name, model=model)
    return gathered.labels


def read_texts(
    name: str, *, text: bytes, columns: Sequence[str], to: Callable[[Wanted], G], check: Check, model: str
) -> G:
    """The raw texts of columns of an unpacked file, all held to one check, gathered by `to`; raises a DataError.

    Of a row that is too short or too long, which `read_text` tells of, the texts are empty.
    """
    places = find_columns(name, text=text, wanted=columns, model=model)
    wanted = Wanted.of_texts(columns, places=places, check=check)
    gathered, findings = _look(name, text=text, to=to, wanted=wanted, model=model)
    if any(each.column is not None for each in findings):
        raise findings.error(name, model=model)
    return gathered


def _others(gathered: Gathered, *, recipe: Recipe) -> dict[str, int]:
    if recipe.other is None:
        return {}
    good = np.delete(np.arange(gathered.rows), gathered.bad)
    return {label: rows for label, rows in gathered.labels.rows(good).items() if label not in recipe.classes}


def _look(name: str, *, text: bytes, to: Callable[[Wanted], G], wanted: Wanted, model: str) -> tuple[G, Findings]:
    gathered = to(wanted)
    looked = Looked(gathered)
    try:
        plain.gather(text, into=looked)
    except plain.NotPlain:
        gathered = to(wanted)
        looked = Looked(gathered)
        strict.gather(name, text=text, into=looked, model=model)
    if not gathered.rows:
        raise ObjectEmpty(f"{name} holds a header and no row. {way_out(name, model=model)}", object=name)
    return gathered, looked.findings
