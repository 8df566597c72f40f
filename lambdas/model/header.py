"""The header of a CSV file: where the recipe's columns stand."""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import dataclass

from chalicelib.errors import ColumnMissing
from lambdas.model.recipe import Recipe
from lambdas.model.unpacking import unreadable, way_out

LISTED_NAMES = 50


@dataclass(frozen=True)
class Places:
    """`of_columns` maps the recipe's columns and its label to their places among `width` fields, from 0."""

    of_columns: dict[str, int]
    width: int


def find_columns(name: str, *, text: bytes, recipe: Recipe) -> Places:
    """Raises ColumnMissing, or ObjectUnreadable for a header that is not there or names a column twice."""
    header = _header(name, text=text, model=recipe.model)
    wanted = [*(column.name for column in recipe.columns), recipe.label]
    missing = [column for column in wanted if column not in header]
    if missing:
        raise _missing(name, header=header, missing=missing, model=recipe.model)
    for column in wanted:
        if header.count(column) > 1:
            raise unreadable(
                name, model=recipe.model, why=f"names the column {column} {header.count(column)} times in its header"
            )
    return Places({column: header.index(column) for column in wanted}, len(header))


def is_blank(fields: list[str]) -> bool:
    """Whether a line is skipped, as pandas skips it."""
    return not fields or (len(fields) == 1 and not fields[0].strip())


def _header(name: str, *, text: bytes, model: str) -> list[str]:
    rows = csv.reader(io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", newline=""))
    try:
        header = next((row for row in rows if not is_blank(row)), None)
    except csv.Error as exc:
        raise unreadable(name, model=model, why=f"has a header that cannot be read ({exc})") from exc
    if header is None:
        raise unreadable(name, model=model, why="holds blank lines alone")
    return [column.strip() for column in header]


def _missing(name: str, *, header: list[str], missing: list[str], model: str) -> ColumnMissing:
    near = {column: difflib.get_close_matches(column, header, n=1, cutoff=0.7) for column in missing}
    hints = [f"{column} (is it {match[0]!r}?)" if match else column for column, match in near.items()]
    found = ", ".join(header[:LISTED_NAMES]) + (", ..." if len(header) > LISTED_NAMES else "")
    return ColumnMissing(
        f"{name} has no column {', '.join(hints)}. Its first line, the header, reads: {found}."
        f" {way_out(name, model=model)}",
        object=name,
        columns=missing,
        header=header[:LISTED_NAMES],
    )
