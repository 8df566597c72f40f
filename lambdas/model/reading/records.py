"""Parses CSV: turns the bytes of a text into records, each with the line that it begins on. The one grammar of CSV
here.

RFC 4180, strictly: commas separate fields; a field that begins with a quote ends with one, and two quotes inside it
mean one; a quote elsewhere is an ordinary character. Lines end with LF, CRLF or CR, and are counted as an editor
counts them. This module defines what a file contains; `plain` may be faster, and must read the same.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

Record = tuple[int, list[str]]
"""The line that it begins on, and its fields."""

FIELD_CHARACTERS = 10_000_000
"""A quote that is never closed makes the rest of the file one field, which takes more memory than that rest."""
csv.field_size_limit(FIELD_CHARACTERS)  # of the whole process, where it is 131,072 by itself


class Malformed(Exception):
    """The text breaks the grammar. The message, written here, names the lines."""


def records(text: bytes) -> Iterator[Record]:
    """Every record, with the header and blank ones; raises Malformed where the text breaks the grammar."""
    return records_in(io.BytesIO(text))


def records_in(stream: BinaryIO) -> Iterator[Record]:
    """The same of a text that is read as far as it is asked for."""
    reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8", newline=""), strict=True)
    line = 1
    try:
        for fields in reader:
            yield line, fields
            line = reader.line_num + 1
    except csv.Error as exc:
        raise Malformed(f"the record that begins on line {line} {_in_our_words(exc, reader.line_num)}") from exc


def _in_our_words(exc: csv.Error, line: int) -> str:
    said = f"{exc}"
    if "field limit" in said:
        return f"has a field of more than {FIELD_CHARACTERS:,} characters: perhaps nothing closes its quote"
    if "end of data" in said:
        return "opens a quote that is never closed"
    return f"has text behind a closing quote on line {line}"


def is_blank(fields: list[str]) -> bool:
    """Whether a line is skipped: it holds only spaces and tabs."""
    return len(fields) < 2 and not "".join(fields).strip(" \t")


def count_lines(text: bytes) -> int:
    """As an editor counts them: the last one need not end.

    >>> count_lines(b"a\\nb\\r\\nc\\rd"), count_lines(b"a\\n")
    (4, 1)
    """
    ends = text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
    return ends + (not text.endswith((b"\n", b"\r"))) * bool(text)
