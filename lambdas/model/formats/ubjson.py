"""Reads Universal Binary JSON, as far as XGBoost writes it. Nothing of the file is trusted, and nothing of it is run.

A value begins with its mark: an object's names and values, up to its end; an array's values up to its end, or so many
of them, or so many numbers of one type; a text with its length; a number, a truth, or nothing. Numbers are
big-endian.
Source: https://ubjson.org/ and https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalicelib.cutting import quoted

NUMBERS: Mapping[bytes, str] = {
    b"i": ">i1",
    b"U": ">u1",
    b"I": ">i2",
    b"l": ">i4",
    b"L": ">i8",
    b"d": ">f4",
    b"D": ">f8",
}
LENGTHS = (b"i", b"U", b"I", b"l", b"L")
FIXED: Mapping[bytes, Any] = {b"T": True, b"F": False, b"Z": None}
DEPTH_MAX = 30
"""Of objects and arrays inside of one another: a model of XGBoost has 8."""


def read(content: bytes) -> Any:
    """Raises ValueError, in words, for what is no whole file of this kind."""
    file = _File(content)
    found = file.value(file.mark(), depth=0)
    if file.left:
        raise ValueError(f"has {file.left:,} bytes after its end")
    return found


class _File:
    """Reads on from where it is. Raises ValueError where the content ends before."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    @property
    def left(self) -> int:
        return len(self._content) - self._at

    def mark(self) -> bytes:
        return self._bytes(1)

    def value(self, mark: bytes, *, depth: int) -> Any:
        if mark in FIXED:
            return FIXED[mark]
        if mark in NUMBERS:
            return self._numbers(mark, 1)[0]
        if mark == b"S":
            return self._text(self.mark())
        if depth == DEPTH_MAX:
            raise ValueError(f"has more than {DEPTH_MAX} objects and arrays inside of one another")
        if mark == b"{":
            return self._object(depth=depth + 1)
        if mark == b"[":
            return self._array(depth=depth + 1)
        raise ValueError(f"has a value that begins with {quoted(repr(mark))}, as none does")

    def _object(self, *, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (mark := self.mark()) != b"}":
            name = self._text(mark)
            found[name] = self.value(self.mark(), depth=depth)
        return found

    def _array(self, *, depth: int) -> list[Any]:
        mark = self.mark()
        if mark == b"$":
            kind = self.mark()
            if kind not in NUMBERS or self.mark() != b"#":
                raise ValueError(f"has an array of the type {quoted(repr(kind))}, or one without a length")
            return self._numbers(kind, self._length(self.mark()))
        if mark == b"#":
            count = self._length(self.mark())
            if not 0 <= count <= self.left:  # a value takes a byte at least
                raise ValueError("ends before its end")
            return [self.value(self.mark(), depth=depth) for _ in range(count)]
        found = []
        while mark != b"]":
            found.append(self.value(mark, depth=depth))
            mark = self.mark()
        return found

    def _numbers(self, kind: bytes, count: int) -> list[Any]:
        body = self._bytes(count * np.dtype(NUMBERS[kind]).itemsize)
        return list(np.frombuffer(body, dtype=NUMBERS[kind]).tolist())

    def _text(self, mark: bytes) -> str:
        return self._bytes(self._length(mark)).decode()  # UnicodeDecodeError is a ValueError

    def _length(self, mark: bytes) -> int:
        if mark not in LENGTHS:
            raise ValueError(f"has a length that begins with {quoted(repr(mark))}, as none does")
        length: int = self._numbers(mark, 1)[0]
        return length

    def _bytes(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise ValueError("ends before its end")
        taken = self._content[self._at : self._at + count]
        self._at += count
        return taken
