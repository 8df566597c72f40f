"""Holds the rows of a file, to look up whether a row that is quoted elsewhere is one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from string import whitespace
from typing import Any

from chalicelib.errors import DataError
from lambdas.model.reading.date_cells import seconds_in
from lambdas.model.reading.records import Malformed, is_blank, records
from lambdas.model.reading.unpacking import unpack

Row = tuple[tuple[str, float | str | None], ...]
"""Features by name, in the order of the names: numbers and texts; None is a missing number."""
Cell = Callable[[str], float | str | None]
_Kind = tuple[tuple[str, Cell], ...]
"""The names of a row's features, and how each is read from a cell."""


def row(features: Mapping[str, Any]) -> Row:
    """
    >>> row({"src_bytes": 230, "service": "http"})
    (('service', 'http'), ('src_bytes', 230.0))
    """
    named = features.items()
    return tuple(sorted((name, value if isinstance(value, str | None) else float(value)) for name, value in named))


class FileRows:
    """Numbers are compared as numbers, and dates as dates, for a file may write one in many ways."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._hashes: dict[_Kind, frozenset[int] | None] = {}

    def holds(self, wanted: Row) -> bool:
        """True too where the file cannot tell, as one that no run could have read.

        Rows are known by their hashes, for a file has many: two of one hash are taken for one row.
        """
        kind = tuple((name, _reader(value)) for name, value in wanted)
        if kind not in self._hashes:
            self._hashes[kind] = self._hashed(kind)
        hashes = self._hashes[kind]
        return hashes is None or hash(tuple((name, _as_read(value)) for name, value in wanted)) in hashes

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
        return _number
    return str if seconds_in(value) is None else _date


def _as_read(value: float | str | None) -> float | str | None:
    return _reader(value)(value) if isinstance(value, str) else value


def _date(text: str) -> float | str:
    seconds = seconds_in(text)
    return text if seconds is None else seconds


def _number(text: str) -> float | None:
    """None for what is no number: it may stand for a missing one, and no run made a row of any other."""
    try:
        return float(text.strip(whitespace))
    except ValueError:
        return None
