"""Universal Binary JSON, built byte by byte as it is documented, and the ways in which a file is damaged."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.formats.ubjson import DEPTH_MAX, read
from tests.given import sagemaker_models

WHOLE = sagemaker_models.file(2, "xgboost-model")
NAME = b"i\x01a"


def test_file_of_xgboost_has_the_structure_of_its_json() -> None:
    document = read(WHOLE)

    assert document["version"] == [3, 0, 5]
    assert document["learner"]["objective"]["name"] == "binary:logistic"
    trees = document["learner"]["gradient_booster"]["model"]["trees"]
    assert len(trees) == 12
    assert {len(trees[0][name]) for name in ("left_children", "split_conditions", "default_left")} == {
        len(trees[0]["right_children"])
    }
    json.dumps(document)


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"T", True),
        (b"F", False),
        (b"Z", None),
        (b"i\xff", -1),
        (b"U\xff", 255),
        (b"I\x01\x00", 256),
        (b"l\x00\x01\x00\x00", 65536),
        (b"L" + struct.pack(">q", -(2**40)), -(2**40)),
        (b"d" + struct.pack(">f", 0.5), 0.5),
        (b"D" + struct.pack(">d", 0.1), 0.1),
        (b"Si\x03abc", "abc"),
        (b"SI\x00\x02\xc3\xbc", "\u00fc"),
        (b"{}", {}),
        (b"{" + NAME + b"i\x01}", {"a": 1}),
        (b"[]", []),
        (b"[i\x01T]", [1, True]),
        (b"[#i\x02i\x01Z", [1, None]),
        (b"[$U#i\x03\x01\x02\x03", [1, 2, 3]),
        (b"[$d#U\x01" + struct.pack(">f", -2.5), [-2.5]),
        (b"[$l#i\x00", []),
        (b"[[$I#i\x01\x00\x07{" + NAME + b"[]}]", [[7], {"a": []}]),
    ],
)
def test_value_is_what_was_written(content: bytes, value: Any) -> None:
    assert read(content) == value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ends before its end"),
        (b"{", "ends before its end"),
        (b"[i\x01", "ends before its end"),
        (b"Si\x05abc", "ends before its end"),
        (b"Si\xffabc", "ends before its end"),
        (b"[#L" + struct.pack(">q", 2**62), "ends before its end"),
        (b"[#i\xff", "ends before its end"),
        (b"[$d#L" + struct.pack(">q", 2**62), "ends before its end"),
        (b"[$d#L" + struct.pack(">q", -1), "ends before its end"),
        (b"[$Z#l\x7f\xff\xff\xff", "has an array of the type"),
        (b"[$di\x01", "or one without a length"),
        (b"{d}", "has a length that begins with"),
        (b"x", "has a value that begins with"),
        (b"i\x01i", "has 1 bytes after its end"),
        (b"Si\x01\xff", "can't decode"),
        (b"[" * (DEPTH_MAX + 1), f"has more than {DEPTH_MAX} objects and arrays inside of one another"),
    ],
)
def test_file_that_is_none_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(ValueError) as raised:
        read(content)

    assert words in str(raised.value)


@pytest.mark.parametrize("end", range(0, len(WHOLE), 997))
def test_file_that_is_cut_off_anywhere_is_refused(end: int) -> None:
    with pytest.raises(ValueError, match="ends before its end"):
        read(WHOLE[:end])


@given(place=st.integers(0, 3000), byte=st.integers(0, 255))
def test_byte_that_was_changed_gives_another_document_or_a_refusal(place: int, byte: int) -> None:
    damaged = WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    try:
        found = read(damaged)
    except ValueError:
        return
    assert isinstance(found, dict | str | int | float | list | None)
