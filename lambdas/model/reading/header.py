"""Reads the header of a CSV file: finds the wanted columns."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from chalicelib.cutting import cut, listed
from chalicelib.errors import ColumnMissing
from chalicelib.limits import HEADER_COLUMNS, LISTED_NAMES, NAME_CHARACTERS
from lambdas.model.reading.records import Malformed, is_blank, records
from lambdas.model.reading.unpacking import unreadable, way_out
from lambdas.serve.schema import NUMBER

MARK_OF_A_SEPARATOR = re.compile(r"sep=.?", re.IGNORECASE)
"""Excel's first line, which it alone reads."""
BEGINNING = re.compile(rb"\S[^\r\n]{0,9999}")
"""Of the first line that is not blank; a whole file may be one line."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
LISTED_MISSING = 5
LINES_LOOKED_AT = 20
"""A title and notes may stand before the header."""
OTHER_TEXTS = {
    "version https://git-lfs": "a pointer of Git LFS in the place of the file: git lfs pull",
    "<": "HTML or XML and no CSV: it may be an error page in the place of a download",
    "{": "JSON and no CSV: pandas.read_json(FILE, lines=True).to_csv(NEW, index=False) writes its lines as CSV",
    "[": "JSON and no CSV: pandas.read_json(FILE).to_csv(NEW, index=False) writes it as CSV",
}
"""Texts that are no CSV, by how they begin."""


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
        raise _missing(name, text=text, header=header, wanted=wanted, missing=missing, model=model)
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
    name: str, *, text: bytes, header: Sequence[str], wanted: Sequence[str], missing: Sequence[str], model: str
) -> ColumnMissing:
    others = [column for column in header if column not in {*wanted}]
    hints = [_hint(column, header=others) for column in missing[:LISTED_MISSING]]
    more = f" and {len(missing) - LISTED_MISSING:,} more" if len(missing) > LISTED_MISSING else ""
    shown = cut(listed(header), 800)
    separated = next((words for sign, words in SEPARATORS.items() if len(header) == 1 and sign in header[0]), None)
    if len(header) == 1 and not separated and {*wanted} <= {*header[0].split()}:
        separated = "spaces"
    commas = f" {_with_commas(separated)}" if separated else _no_header(header, text=text, wanted=wanted)
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


def _no_header(header: Sequence[str], *, text: bytes, wanted: Sequence[str]) -> str:
    """What the first line is if it is no header; an empty text if it can be one."""
    begins = header[0]
    for beginning, told in OTHER_TEXTS.items():
        if begins.startswith(beginning):
            return f" That is {told}."
    with suppress(Malformed):
        for line, fields in islice(records(text), LINES_LOOKED_AT):
            if {*wanted} <= {field.strip() for field in fields}:
                return f" Line {line} has the names of the columns: delete what stands before it."
    if not {*wanted} & {*header} and any(map(NUMBER.fullmatch, header)):
        return " These are values and no names: write a line with the names of the columns before it."
    return ""


def _hint(column: str, *, header: Sequence[str]) -> str:
    # A name far longer than the column's is not similar to it, and slow to compare.
    near = [each for each in header if len(each) <= 2 * len(column)]
    match = [each for each in near if each.lower() == column.lower()]
    match = match or difflib.get_close_matches(column, near, n=1, cutoff=0.7)
    return f"{column} (is it {match[0]!r}?)" if match else column
