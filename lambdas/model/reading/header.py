"""Reads the header of a CSV file: finds the wanted columns."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.cutting import cut, listed
from chalicelib.errors import ColumnMissing
from chalicelib.limits import HEADER_COLUMNS, LISTED_NAMES, NAME_CHARACTERS
from lambdas.model.reading.records import Malformed, is_blank, records
from lambdas.model.reading.unpacking import unreadable, way_out

MARK_OF_A_SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)
"""Excel's first line, which it alone reads."""
BEGINNING = re.compile(rb"\S[^\r\n]{0,9999}")
"""Of the first line that is not blank; a whole file may be one line."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
LISTED_MISSING = 5


@dataclass(frozen=True)
class Places:
    """`of_columns` maps the wanted columns to their places among `width` fields, from 0."""

    of_columns: dict[str, int]
    width: int


def find_columns(name: str, *, text: bytes, wanted: Sequence[str], model: str) -> Places:
    """Raises ColumnMissing, or ObjectUnreadable for a header that is missing or names a column twice."""
    header = _header(name, text=text, model=model)
    times = Counter(header)
    missing = [column for column in wanted if not times[column]]
    if missing:
        raise _missing(name, header=header, wanted=wanted, missing=missing, model=model)
    for column in wanted:
        if times[column] > 1:
            why = f"names the column {column} {times[column]} times in its header"
            raise unreadable(name, model=model, why=why)
    places = {column: place for place, column in enumerate(header)}
    return Places({column: places[column] for column in wanted}, len(header))


def _header(name: str, *, text: bytes, model: str) -> list[str]:
    try:
        header = next((fields for _, fields in records(text) if not is_blank(fields)), None)
    except Malformed as exc:
        why = f"has a header that cannot be read: {exc}"
        line = next(BEGINNING.finditer(text))[0]
        separated = next((words for sign, words in SEPARATORS.items() if f'"{sign}'.encode() in line), None)
        if separated:
            why += f". {_with_commas(separated)}"
        raise unreadable(name, model=model, why=why.removesuffix(".")) from exc
    if header is None:
        raise unreadable(name, model=model, why="holds blank lines alone")
    if len(header) > HEADER_COLUMNS:
        why = f"has a header of {len(header):,} fields: {HEADER_COLUMNS:,} are the most"
        raise unreadable(name, model=model, why=why)
    return [column.strip() for column in header]


def _with_commas(separated: str) -> str:
    return f"Its fields are separated by {separated}: save it with commas."


def _missing(
    name: str, *, header: Sequence[str], wanted: Sequence[str], missing: Sequence[str], model: str
) -> ColumnMissing:
    others = [column for column in header if column not in {*wanted}]
    hints = [_hint(column, header=others) for column in missing[:LISTED_MISSING]]
    more = f" and {len(missing) - LISTED_MISSING:,} more" if len(missing) > LISTED_MISSING else ""
    shown = cut(listed(header), 800)
    separated = next((words for sign, words in SEPARATORS.items() if len(header) == 1 and sign in header[0]), None)
    commas = f" {_with_commas(separated)}" if separated else ""
    if MARK_OF_A_SEPARATOR.fullmatch(header[0].strip()):
        commas = " That is Excel's mark of the separator and no header: delete that line" + (
            f", and save the file with commas in place of {separated}." if separated else "."
        )
    return ColumnMissing(
        f"{name} has no column {', '.join(hints)}{more}. Its first line, the header, reads: {shown}.{commas}"
        f" {way_out(name, model=model)}",
        object=name,
        without_cells=f"has no column {listed(missing, most=LISTED_MISSING)}",  # a first line may be no header
        columns=list(missing[:LISTED_NAMES]),
        header=[cut(column, NAME_CHARACTERS) for column in header[:LISTED_NAMES]],
    )


def _hint(column: str, *, header: Sequence[str]) -> str:
    # A name far longer than the column's is not similar to it, and slow to compare.
    near = [each for each in header if len(each) <= 2 * len(column)]
    match = [each for each in near if each.lower() == column.lower()]
    match = match or difflib.get_close_matches(column, near, n=1, cutoff=0.7)
    return f"{column} (is it {match[0]!r}?)" if match else column
