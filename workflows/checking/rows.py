"""Holds the rows of a file, to look up whether a row that is quoted elsewhere is one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from chalicelib.errors import DataError
from lambdas.model.formats.listed_columns import Cells, cells_of, number_in, single_values
from lambdas.model.reading.date_cells import seconds_in
from lambdas.model.reading.records import Malformed, is_blank, records
from lambdas.model.reading.unpacking import unpack

Row = tuple[tuple[str, float | str | None], ...]
"""Features by name, in the order of the names: numbers and texts; None is a missing number."""
Cell = Callable[[str], float | str | None]
HowRead = Mapping[str, Cells]
"""By the name of a column in the files how a run read its cells."""
NOT_TOLD: HowRead = {}
_Kind = tuple[tuple[str, Cell], ...]
"""The names of a row's features, and how each is read from a cell."""


def row(features: Mapping[str, Any]) -> Row:
    """
    >>> row({"src_bytes": 230, "service": "http", "at": [1, None]})
    (('at_0', 1.0), ('at_1', None), ('service', 'http'), ('src_bytes', 230.0))
    """
    named = single_values(features).items()
    return tuple(sorted((name, value if isinstance(value, str | None) else float(value)) for name, value in named))


def how_read(columns: Sequence[Mapping[str, Any]]) -> HowRead:
    """Of the columns of an artifact's schema, as a manifest or a run's training lists it."""
    return cells_of(columns)


class FileRows:
    """Numbers are compared as numbers, and dates as dates, for a file may write one in many ways.

    `cells` tell how a run read its columns. Of others the quoted value tells it: nothing was put in its place, and a
    text that is a date may be one of a column of dates.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._hashes: dict[_Kind, frozenset[int] | None] = {}

    def holds(self, wanted: Row, *, cells: HowRead = NOT_TOLD) -> bool:
        """True too where the file cannot tell.

        Rows are known by their hashes, for a file has many: two of one hash are taken for one row.
        """
        kind, hashes = self._looked_up(wanted, cells)
        values = ((name, _as_read(value, read)) for (name, value), (_, read) in zip(wanted, kind, strict=True))
        return hashes is None or hash(tuple(values)) in hashes

    def tells(self, wanted: Row, *, cells: HowRead = NOT_TOLD) -> bool:
        """False where it cannot tell whether it holds the row, as a file that no run could have read."""
        return self._looked_up(wanted, cells)[1] is not None

    def _looked_up(self, wanted: Row, cells: HowRead) -> tuple[_Kind, frozenset[int] | None]:
        kind = tuple((name, cells.get(name) or _reader(value)) for name, value in wanted)
        if kind not in self._hashes:
            self._hashes[kind] = self._hashed(kind)
        return kind, self._hashes[kind]

    def _hashed(self, kind: _Kind) -> frozenset[int] | None:
        try:
            return frozenset(hash(one) for one in _rows(self._content, kind))
        except (DataError, Malformed, LookupError):
            return None


def _rows(content: bytes, kind: _Kind) -> Iterator[Row]:
    """Raises LookupError for a file that lacks one of the columns."""
    found = (fields for _, fields in records(unpack("", content=content, model="")) if not is_blank(fields))
    header = next(found, [])
    places = {column.strip(): place for place, column in enumerate(header)}
    columns = [(name, places[name], read) for name, read in kind]
    for fields in found:
        with suppress(IndexError):  # a short row: no run was made of it
            yield tuple((name, read(fields[place])) for name, place, read in columns)


def _reader(value: float | str | None) -> Cell:
    """A text that is a date may be one of a column of dates."""
    if not isinstance(value, str):
        return number_in
    return str if seconds_in(value) is None else _date


def _as_read(value: float | str | None, read: Cell) -> float | str | None:
    if isinstance(read, Cells):
        return read.as_read(value)
    return read(value) if isinstance(value, str) else value


def _date(text: str) -> float | str:
    seconds = seconds_in(text)
    return text if seconds is None else seconds
