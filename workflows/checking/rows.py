"""Holds the rows of a file, to look up whether a row that is quoted elsewhere is one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from string import whitespace
from typing import Any

from chalicelib.errors import DataError
from lambdas.model.reading.records import Malformed, is_blank, records
from lambdas.model.reading.unpacking import unpack

Row = tuple[tuple[str, float | str | None], ...]
"""Features by name, in the order of the names: numbers and texts; None is a missing number."""
_Kind = tuple[tuple[str, bool], ...]
"""The names of a row's features, and whether each is a text."""


def row(features: Mapping[str, Any]) -> Row:
    """
    >>> row({"src_bytes": 230, "service": "http"})
    (('service', 'http'), ('src_bytes', 230.0))
    """
    named = features.items()
    return tuple(sorted((name, value if isinstance(value, str | None) else float(value)) for name, value in named))


class FileRows:
    """Numbers are compared as numbers, for a file may write one in many ways."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._hashes: dict[_Kind, frozenset[int] | None] = {}

    def holds(self, wanted: Row) -> bool:
        """True too where the file cannot tell, as one that no run could have read.

        Rows are known by their hashes, for a file has many: two of one hash are taken for one row.
        """
        kind = tuple((name, isinstance(value, str)) for name, value in wanted)
        if kind not in self._hashes:
            self._hashes[kind] = self._hashed(kind)
        hashes = self._hashes[kind]
        return hashes is None or hash(wanted) in hashes

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
    columns = [(name, places[name], is_text) for name, is_text in kind]
    for fields in found:
        with suppress(IndexError):  # a short row: no run was made of it
            yield tuple((name, _cell(fields[place], is_text=is_text)) for name, place, is_text in columns)


def _cell(text: str, *, is_text: bool) -> float | str | None:
    """None for what is no number: it may stand for a missing one, and no run made a row of any other."""
    if is_text:
        return text
    try:
        return float(text.strip(whitespace))
    except ValueError:
        return None
