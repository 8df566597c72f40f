"""A parameter file of MXNet, built byte by byte as its layout is documented, and the ways in which it is damaged."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.formats.scorecard.mxnet import arrays
from tests.given import built_ins

WEIGHTS = np.array([[0.5, -1.5, 3.25]], dtype=np.float32)
WHOLE = built_ins.parameters({"arg:fc0_weight": WEIGHTS, "arg:fc0_bias": np.array([2.0], dtype=np.float32)})
LIST = struct.pack("<QQQ", 0x112, 0, 1)
NAME = struct.pack("<QQ", 1, 1) + b"a"
NUMBERS = np.array([1.0, 2.0])
DEVICE = struct.pack("<ii", 1, 0)


def one(array: bytes) -> bytes:
    """A file of one array, named a."""
    return LIST + array + NAME


def test_file_is_what_was_written_into_it() -> None:
    found = arrays(WHOLE)

    assert {name: each.tolist() for name, each in found.items()} == {
        "arg:fc0_weight": [[0.5, -1.5, 3.25]],
        "arg:fc0_bias": [2.0],
    }


@pytest.mark.parametrize(
    "head",
    [
        struct.pack("<II", 1, 2),  # of the oldest files: no mark, and dimensions of 4 bytes
        struct.pack("<IIq", 0xF993FAC8, 1, 2),
        struct.pack("<IiIq", 0xF993FAC9, 0, 1, 2),
        struct.pack("<IiIq", 0xF993FACA, 0, 1, 2),
    ],
)
def test_each_version_of_an_array_is_read(head: bytes) -> None:
    assert arrays(one(head + DEVICE + struct.pack("<i", 1) + NUMBERS.tobytes()))["a"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("kind", "code"), [(0, "<f4"), (1, "<f8"), (2, "<f2"), (3, "u1"), (4, "<i4"), (5, "i1"), (6, "<i8")]
)
def test_each_type_of_numbers_is_read(kind: int, code: str) -> None:
    head = struct.pack("<IiIq", 0xF993FAC9, 0, 1, 2)

    assert arrays(one(head + DEVICE + struct.pack("<i", kind) + NUMBERS.astype(code).tobytes()))["a"].tolist() == [
        1,
        2,
    ]


def shaped(*shape: int, kind: int = 0) -> bytes:
    """An array of this shape, and without any number."""
    head = struct.pack("<IiI", 0xF993FAC9, 0, len(shape)) + struct.pack(f"<{len(shape)}q", *shape)
    return one(head + DEVICE + struct.pack("<i", kind))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ends after 0 bytes, before its end"),
        (b"\x80\x04N." + b"\0" * 20, "does not begin as a parameter file of MXNet does"),
        (struct.pack("<QQQ", 0x112, 0, 2**60), "has 1,152,921,504,606,846,976 arrays: expected 100 at most"),
        (struct.pack("<QQQQ", 0x112, 0, 0, 101), "has 101 names"),
        (LIST + struct.pack("<Ii", 0xF993FAC9, 1), "has a sparse array"),
        (shaped(), "has an array of 0 dimensions: expected 1 to 8"),
        (shaped(*(1,) * 9), "has an array of 9 dimensions"),
        (LIST + struct.pack("<Iii", 0xF993FACA, 0, -1), "has an array of -1 dimensions"),
        (shaped(2, kind=7), "has an array of type 7 and shape '[2]', which there is not"),
        (shaped(-1), "of type 0 and shape '[-1]', which there is not"),
        (shaped(2**62, 2**62), "before its end"),
        (WHOLE[:-20] + struct.pack("<Q", 2**63), "has a name of 9,223,372,036,854,775,808 bytes"),
        (WHOLE + b"\0", "has 1 bytes after its end"),
        (WHOLE.replace(b"fc0_bias", b"fc0_\xff\xfe\xff\xff"), "codec can't decode"),
        (built_ins.parameters({"a": WEIGHTS, "b": WEIGHTS}).replace(b"b", b"a"), "has 2 arrays and 1 names for them"),
    ],
)
def test_file_that_is_none_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(ValueError) as raised:
        arrays(content)

    assert words in str(raised.value)


@pytest.mark.parametrize("end", range(0, len(WHOLE), 7))
def test_file_that_is_cut_off_anywhere_is_refused(end: int) -> None:
    with pytest.raises(ValueError, match="before its end"):
        arrays(WHOLE[:end])


@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255))
def test_byte_that_was_changed_gives_other_numbers_or_a_refusal(place: int, byte: int) -> None:
    damaged = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    try:
        found = arrays(damaged)
    except ValueError:
        return
    assert len(found) == 2
