"""Finds what separates the fields of a text, and takes it apart."""

from __future__ import annotations

import csv
import io
import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from chalicelib.errors import BadRequest
from lambdas.model.reading.header import MARK_OF_A_SEPARATOR, SEPARATORS

COMMA = ","
NAMES = {COMMA: "commas", **SEPARATORS}
RECORDS_LOOKED_AT = 200

Records = list[list[str]]


def separated(name: str, text: str) -> tuple[Records, str]:
    """The records that are not blank, the header first, and the separator. Raises BadRequest where a quote is stray
    or a record has more or fewer fields than the header.
    """
    first, _, rest = text.partition("\n")
    if MARK_OF_A_SEPARATOR.fullmatch(first.strip("\r")):
        text = rest
    separator = first[len("sep=")] if text is rest and len(first.strip("\r")) > len("sep=") else _guessed(text)
    try:
        records = [record for record in _read(text, separator) if record]
    except csv.Error as exc:
        raise BadRequest(f"{name} cannot be taken apart by {named(separator)}: {exc}") from exc
    if not records:
        raise BadRequest(f"{name} holds no records")
    width = len(records[0])
    for number, record in enumerate(records):
        if len(record) != width:
            raise BadRequest(
                f"record {number} of {name} has {len(record)} fields, and the header {width}, by {named(separator)}"
            )
    return records, separator


def _read(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _guessed(text: str) -> str:
    """The one by which most records are as wide as the header, and that is wide."""
    return max(NAMES, key=lambda each: _fit(text, each))


def _fit(text: str, separator: str) -> tuple[int, int]:
    widths = []
    with suppress(csv.Error):  # a stray quote may stand in any of them
        for record in itertools.islice(_read(text, separator), RECORDS_LOOKED_AT):
            widths += [len(record)] if record else []
    if not widths or widths[0] < 2:
        return 0, 0
    return Counter(widths)[widths[0]], widths[0]


def named(separator: str) -> str:
    return NAMES.get(separator, repr(separator))
