"""Reads a file of numpy, `.npy`, as rows of numbers: its header strictly, its numbers where they lie, and no pickle.

The function that scores batches has no numpy. The format is a few bytes: a magic text, a version, the length of the
header, and the header, a Python literal; the numbers follow as they lay in memory.
Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import ast
import sys
from array import array
from collections.abc import Iterator, Sequence
from mmap import mmap

from chalicelib.cutting import quoted
from chalicelib.errors import ObjectUnreadable
from chalicelib.values import Value

MAGIC = b"\x93NUMPY"
LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
"""Of the length of the header, by the format's version."""
HEADER_BYTES = 10_000
"""The longest header; that of an array of two dimensions has some 80."""
CODES = dict(f8="d", f4="f", i1="b", i2="h", i4="i", i8="q", u1="B", u2="H", u4="I", u8="Q")
"""numpy's kinds of numbers, as the standard library has them."""
Content = bytes | mmap
"""Of a file: as it was read, or as the system maps it into memory."""
LARGEST = 2**63
"""More than any array has of anything."""
KINDS = ", ".join(sorted(CODES))
AGAIN = 'save it as numpy.save(file, X.astype("<f8"), allow_pickle=False), with a row for each record'


class Rows(Value):
    """The numbers of a file."""

    count: int
    width: int
    numbers: Sequence[float]
    """All of them, row by row, or column by column."""
    by_columns: bool

    def __iter__(self) -> Iterator[Sequence[float]]:
        """Row by row."""
        if self.by_columns:
            return (self.numbers[at :: self.count] for at in range(self.count))
        return (self.numbers[at * self.width : (at + 1) * self.width] for at in range(self.count))


def read(content: Content, *, named: str) -> Rows:
    """Raises ObjectUnreadable for what is no array of two dimensions of numbers, saved without pickle."""
    descr, by_columns, shape, start = _header(content, named=named)
    code = CODES.get(descr[1:]) if descr[:1] in "<>|=" else None
    if code is None:
        raise ObjectUnreadable(f"{named} holds values of type {quoted(descr)}, expected one of {KINDS}: {AGAIN}")
    if len(shape) != 2 or shape[1] == 0:
        raise ObjectUnreadable(
            f"{named} is an array of shape {quoted(str(shape))}, expected (records, columns): {AGAIN}"
        )
    count, width = shape
    expected = count * width * array(code).itemsize
    if len(content) - start != expected:
        raise ObjectUnreadable(
            f"{named} has {len(content) - start:,} bytes of numbers, and its shape {shape} takes {expected:,}: it is"
            f" cut short or damaged; {AGAIN}"
        )
    numbers = _numbers(memoryview(content)[start:], code, descr[0]) if count else ()
    return Rows(count, width, numbers, by_columns)


def _numbers(content: memoryview, code: str, order: str) -> Sequence[float]:
    if order in "|=" or (order == "<") == (sys.byteorder == "little"):
        return content.cast("B").cast(code)  # type: ignore[call-overload,no-any-return]
    swapped = array(code)
    swapped.frombytes(content)
    swapped.byteswap()
    return swapped


def _header(content: Content, *, named: str) -> tuple[str, bool, tuple[int, ...], int]:
    """Type, order, shape, and where the numbers begin."""
    is_known = content[: len(MAGIC)] == MAGIC and len(content) > len(MAGIC) + 1
    version = content[len(MAGIC)] if is_known else None
    if version not in LENGTH_BYTES:
        raise ObjectUnreadable(f"{named} is no file of numpy that is known here: {AGAIN}")
    begin = len(MAGIC) + 2 + LENGTH_BYTES[version]
    length = int.from_bytes(content[len(MAGIC) + 2 : begin], "little")
    if length > HEADER_BYTES or begin + length > len(content):
        raise ObjectUnreadable(f"{named} has a header of {length:,} bytes, which is damaged: {AGAIN}")
    try:
        found = ast.literal_eval(content[begin : begin + length].decode("utf-8" if version == 3 else "latin-1"))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        found = None
    if not _is_header(found):
        raise ObjectUnreadable(f"{named} has a header that is no description of an array of numbers: {AGAIN}")
    return found["descr"], found["fortran_order"], found["shape"], begin + length


def _is_header(found: object) -> bool:
    """A structured array, which has a list of fields in place of one type, is refused."""
    return (
        isinstance(found, dict)
        and found.keys() == {"descr", "fortran_order", "shape"}
        and isinstance(found["descr"], str)
        and isinstance(found["fortran_order"], bool)
        and isinstance(found["shape"], tuple)
        and all(type(each) is int and 0 <= each < LARGEST for each in found["shape"])
    )
