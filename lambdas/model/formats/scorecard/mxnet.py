"""Reads the arrays of a parameter file of MXNet. Nothing of the file is trusted, and nothing of it is run.

    header   0x112, and 0 for later use, 8 bytes each
    arrays   their number, 8 bytes, then each: a mark of its version, 4 bytes; from version 2 on how it is stored; its
             shape; the kind and the number of the device that it lay on, 4 bytes each; its type; the numbers
    names    their number, 8 bytes, then each: its length, 8 bytes, and the name

All is little-endian. A shape is the number of dimensions, 4 bytes, and each dimension, 8 bytes; in the oldest files,
which have no mark, 4 bytes. Source: NDArray::Save and NDArray::Load in src/ndarray/ndarray.cc of MXNet 1.9.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping

import numpy as np

from chalicelib.cutting import quoted
from lambdas.model.arrays import Floats

HEADER = 0x112
VERSION_1, VERSION_2, VERSION_3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
DENSE = 0
TYPES: Mapping[int, str] = {0: "<f4", 1: "<f8", 2: "<f2", 3: "u1", 4: "<i4", 5: "i1", 6: "<i8"}
"""mshadow's numbers of the types of an array."""
ARRAYS_MAX, DIMENSIONS_MAX, NAME_BYTES_MAX = 100, 8, 1000


def arrays(content: bytes) -> dict[str, Floats]:
    """By name. Raises ValueError, in words, for what is no whole file of this kind."""
    file = _Cursor(content)
    if file.whole("<Q") != HEADER:
        raise ValueError("does not begin as a parameter file of MXNet does")
    file.whole("<Q")
    found = [_array(file) for _ in range(_count(file, "arrays"))]
    names = [_name(file) for _ in range(_count(file, "names"))]
    if len(names) != len(found) or len(set(names)) != len(names):
        raise ValueError(f"has {len(found)} arrays and {len(set(names))} names for them")
    if file.left:
        raise ValueError(f"has {file.left:,} bytes after its end")
    return dict(zip(names, found, strict=True))


class _Cursor:
    """Reads on from where it is. Raises ValueError where the content ends before."""

    def __init__(self, content: bytes) -> None:
        self._content, self._at = content, 0

    @property
    def left(self) -> int:
        return len(self._content) - self._at

    def bytes(self, count: int) -> bytes:
        if not 0 <= count <= self.left:
            raise ValueError(f"ends after {len(self._content):,} bytes, before its end")
        taken = self._content[self._at : self._at + count]
        self._at += count
        return taken

    def whole(self, code: str) -> int:
        number: int
        (number,) = struct.unpack(code, self.bytes(struct.calcsize(code)))
        return number


def _count(file: _Cursor, what: str) -> int:
    count = file.whole("<Q")
    if count > ARRAYS_MAX:
        raise ValueError(f"has {count:,} {what}: expected {ARRAYS_MAX} at most")
    return count


def _array(file: _Cursor) -> Floats:
    mark = file.whole("<I")
    if mark in (VERSION_2, VERSION_3) and file.whole("<i") != DENSE:
        raise ValueError("has a sparse array")
    is_marked = mark in (VERSION_1, VERSION_2, VERSION_3)
    dimensions = file.whole("<i") if is_marked else mark
    if not 0 < dimensions <= DIMENSIONS_MAX:
        raise ValueError(f"has an array of {dimensions:,} dimensions: expected 1 to {DIMENSIONS_MAX}")
    shape = [file.whole("<q" if is_marked else "<I") for _ in range(dimensions)]
    file.bytes(8)  # the device
    kind = file.whole("<i")
    if kind not in TYPES or min(shape) < 0:
        raise ValueError(f"has an array of type {kind} and shape {quoted(str(shape))}, which there is not")
    body = file.bytes(math.prod(shape) * np.dtype(TYPES[kind]).itemsize)
    return np.frombuffer(body, dtype=TYPES[kind]).reshape(shape).astype(np.float64)


def _name(file: _Cursor) -> str:
    length = file.whole("<Q")
    if length > NAME_BYTES_MAX:
        raise ValueError(f"has a name of {length:,} bytes: expected {NAME_BYTES_MAX} at most")
    return file.bytes(length).decode()  # UnicodeDecodeError is a ValueError
