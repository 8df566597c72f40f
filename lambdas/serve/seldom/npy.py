r"""Reads instances from a .npy file, as numpy.save writes one: a header, and then the numbers, row after row.

    \x93NUMPY, version (2 bytes), length of the header (2 bytes, since version 2 4), the header, the numbers
    {'descr': '<f4', 'fortran_order': False, 'shape': (3, 784), }

The header is never evaluated: one pattern says what it may be. There are no pickles: of objects nothing is read.
Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import re
import struct
from binascii import Error, a2b_base64
from collections.abc import Sequence

from ..refusal import Refused, shown
from ..schema import NumberColumn, Schema
from ..values import TYPE_CHECKING
from .array_columns import ArrayFeature

if TYPE_CHECKING:
    from typing import Any

    from .unfit_names import Feature

NAME = "npy"
MAGIC = b"\x93NUMPY"
LENGTHS = {(1, 0): "<H", (2, 0): "<I", (3, 0): "<I"}
"""How the length of the header is written, by the version of the file."""
HEADER_BYTES = 1_000
"""Of a header, with the blanks that align the numbers: numpy writes 118 bytes or so."""
HEADER = re.compile(
    r"\{ ?'descr': ?'([^']*)', ?'fortran_order': ?(True|False),"
    r" ?'shape': ?\((\d{1,9}),(?: ?(\d{1,9}),?)?\)(?:, ?)?\}\s*",
    re.ASCII,
)
CODES = {
    **{"|u1": "B", "<u1": "B", "|i1": "b", "<i1": "b", "<u2": "H", "<i2": "h", "<u4": "I", "<i4": "i"},
    **{"<u8": "Q", "<i8": "q", "<f2": "e", "<f4": "f", "<f8": "d"},
}
"""How `struct` names the types of numbers, by numpy's names."""
OTHER_TYPES = {
    "O": "Python objects, which are never read",
    "b": "truths: send whole numbers",
    "c": "complex numbers",
    "S": "texts: send JSON",
    "U": "texts: send JSON",
    "M": "times: send JSON",
    "m": "times: send JSON",
    "V": "raw bytes",
}


def instances(text: object, schema: Schema, *, at_most: int) -> list[dict[str, Any]]:
    """The rows as `instances` of a request has them, from a file in Base64; raises Refused.

    A row has the numbers of all features, in the order of the recipe. NaN is a missing number.
    """
    features = _numbers_alone(schema)
    width = sum(size for _, size in features)
    body = _decoded(text)
    item, rows, begin = _header(body, width=width)
    if rows > at_most:
        accepted = f"1 to {at_most} rows"
        raise Refused(
            "TooManyInstances",
            f"the file holds {rows} rows: send at most {at_most} at a time",
            field=NAME,
            accepted=accepted,
            status=413,
        )
    row = struct.Struct(f"<{width}{item}")
    if len(body) - begin != rows * row.size:
        raise _malformed(f"{len(body) - begin} bytes of numbers, not {rows * row.size} as its header says", width)
    return [_instance(numbers, features) for numbers in row.iter_unpack(memoryview(body)[begin:])]


def _numbers_alone(schema: Schema) -> list[tuple[Feature, int]]:
    """The features, and how many numbers each has; raises Refused where one is no number."""
    for feature in schema.features:
        if type(feature) not in (ArrayFeature, NumberColumn):
            raise Refused(
                "FeatureNotANumber",
                f"{feature.name} is no number, and a .npy file holds numbers alone: send JSON",
                field=feature.name,
                accepted=feature.accepted,
            )
    return [(each, len(each.columns) if isinstance(each, ArrayFeature) else 1) for each in schema.features]


def _decoded(text: object) -> bytes:
    try:
        return a2b_base64(text if isinstance(text, str) else "", strict_mode=True)
    except (Error, ValueError) as exc:
        message = f"{NAME} is {shown(text)}, not a file in Base64"
        raise Refused("NpyMalformed", message, field=NAME, accepted="a .npy file in Base64") from exc


def _header(body: bytes, *, width: int) -> tuple[str, int, int]:
    """How `struct` names the numbers, how many rows there are, and where the first begins."""
    if body[: len(MAGIC)] != MAGIC:
        raise _malformed("another beginning: it is no .npy file", width)
    version = tuple(body[len(MAGIC) : len(MAGIC) + 2])
    if version not in LENGTHS:
        raise _malformed(f"version {'.'.join(map(str, version)) or 'none'}, not 1.0, 2.0 or 3.0", width)
    at = len(MAGIC) + 2
    begin = at + struct.calcsize(LENGTHS[version])
    length = int.from_bytes(body[at:begin], "little")
    if len(body) < begin or length > min(HEADER_BYTES, len(body) - begin):
        raise _malformed(f"a header of {length} bytes, which is cut off or longer than {HEADER_BYTES}", width)
    found = HEADER.fullmatch(body[begin : begin + length].decode("latin-1"))
    if found is None:
        words = "a header that is not of one array of one or two dimensions, as numpy.save writes it"
        raise _malformed(words, width)
    kind, fortran, first, second = found.groups()
    if kind not in CODES:
        raise _malformed(_other_type(kind), width)
    if fortran == "True":
        raise _malformed("its numbers column after column (Fortran order): save numpy.ascontiguousarray of it", width)
    rows, columns = (1, int(first)) if second is None else (int(first), int(second))
    if columns != width:
        raise _malformed(f"{columns} numbers in a row, not {width}", width)
    return CODES[kind], rows, begin + length


def _other_type(kind: str) -> str:
    letter = kind.lstrip("<>=|")[:1]
    if letter in OTHER_TYPES:
        return OTHER_TYPES[letter]
    if kind.startswith(">"):
        return f"big-endian numbers, {kind}: save astype('<{kind[1:4]}') of it"
    return f"numbers of type {shown(kind)}, not one of {', '.join(CODES)}"


def _instance(numbers: Sequence[Any], features: Sequence[tuple[Feature, int]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    place = 0
    for feature, size in features:
        here = list(numbers[place : place + size])
        if feature.missing is not None:
            here = [None if number != number else number for number in here]  # NaN alone differs from itself
        found[feature.name] = here if isinstance(feature, ArrayFeature) else here[0]
        place += size
    return found


def _malformed(holds: str, width: int) -> Refused:
    accepted = f"little-endian numbers of shape (n, {width}) or ({width},), as numpy.save writes them"
    return Refused("NpyMalformed", f"the file has {holds}", field=NAME, accepted=accepted)
