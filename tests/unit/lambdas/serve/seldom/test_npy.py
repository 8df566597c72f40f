"""A .npy file of rows is answered as the same rows in JSON; whatever else it is, it is refused with its reason."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve.handler import INSTANCES_MAX, Service
from lambdas.serve.scorecard import Scorecard
from lambdas.serve.seldom.npy import HEADER_BYTES

PIXELS: dict[str, Any] = {"kind": "array", "name": "pixels", "size": 3, "minimum": 0, "maximum": 255}
AGE: dict[str, Any] = {"kind": "number", "name": "age", "minimum": None, "maximum": None}
FORM = "little-endian numbers of shape (n, 4) or (4,), as numpy.save writes them"
ROWS = np.array([[40, 1, 2, 3], [50, 7, 8, 255]], dtype=np.uint8)


def serving(*columns: dict[str, Any]) -> Service:
    names = ["age", "pixels_0", "pixels_1", "pixels_2"]
    document = {
        "format": "scorecard",
        "format_version": 7,
        "classes": ["dark", "light"],
        "positive": None,
        "schema": {"columns": list(columns)},
        "link": "sigmoid",
        "scores": [
            {
                "intercept": 0.0,
                "numbers": [{"column": name, "centre": 0.0, "weight": 0.01} for name in names],
                "categories": [],
            }
        ],
    }
    scorer = Scorecard.from_document(document)
    return Service(scorer=scorer, model="m", model_version=1, artifact_sha256="0" * 64, format="scorecard")


SERVICE = serving(AGE, PIXELS)


def saved(rows: Any, **how: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, rows, **how)
    return content.getvalue()


def asked(content: bytes, *, service: Service = SERVICE, **more: Any) -> Any:
    return service.answer({"npy": base64.b64encode(content).decode(), **more})


def refusal(content: bytes, *, service: Service = SERVICE, status: int = 400) -> dict[str, Any]:
    answer = asked(content, service=service)
    assert answer["status"] == status, answer
    body: dict[str, Any] = answer["body"]
    return body


def with_header(text: str, numbers: bytes = bytes(8), *, version: bytes = b"\x01\x00") -> bytes:
    size = 2 if version[:1] == b"\x01" else 4
    return b"\x93NUMPY" + version + len(text).to_bytes(size, "little") + text.encode("latin-1") + numbers


@pytest.mark.parametrize("kind", ["u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"])
def test_rows_of_every_type_are_answered_as_in_json(kind: str) -> None:
    rows = [{"age": int(age), "pixels": [int(each) for each in pixels]} for age, *pixels in ROWS]

    assert asked(saved(ROWS.astype(f"<{kind}"))) == SERVICE.answer({"instances": rows})


def test_one_row_needs_no_second_dimension() -> None:
    assert asked(saved(ROWS[0])) == asked(saved(ROWS[:1]))


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_format_is_read(version: tuple[int, int]) -> None:
    content = io.BytesIO()
    np.lib.format.write_array(content, ROWS, version=version)

    assert asked(content.getvalue()) == asked(saved(ROWS))


def test_columns_without_an_array_are_taken_in_their_order() -> None:
    service = serving(AGE, *({**AGE, "name": f"pixels_{place}"} for place in range(3)))

    assert asked(saved(ROWS), service=service)["body"]["predictions"] == asked(saved(ROWS))["body"]["predictions"]


def test_why_is_answered_beside_a_file() -> None:
    (first, _) = asked(saved(ROWS), why=["1"])["body"]["predictions"]

    assert first["why"]["columns"][0]["column"] == "age"


def test_nan_is_a_missing_number_where_one_is_taken() -> None:
    rows = ROWS.astype(np.float32)
    rows[1, 2] = np.nan
    taking = serving(AGE, {**PIXELS, "missing": 5, "absent": []})

    (warning,) = asked(saved(rows), service=taking)["body"]["warnings"]

    assert (warning["Code"], warning["Field"], warning["Instances"]) == ("FeatureMissing", "pixels", [1])
    assert refusal(saved(rows))["Message"] == (
        "instance 1: pixels_1 is not a finite number: expected a number >= 0 and <= 255"
    )


def test_number_out_of_range_is_told_by_its_row_and_column() -> None:
    refused = refusal(saved(ROWS.astype(np.int16) * 2))

    assert (refused["Instance"], refused["Field"]) == (1, "pixels_2")


def test_more_rows_than_json_may_have_are_too_many() -> None:
    most = asked(saved(np.zeros((INSTANCES_MAX, 4), np.uint8)))
    refused = refusal(saved(np.zeros((INSTANCES_MAX + 1, 4), np.uint8)), status=413)

    assert len(most["body"]["predictions"]) == INSTANCES_MAX
    assert refused["Message"] == "the file holds 1001 rows: send at most 1000 at a time"


def test_file_without_rows_is_empty() -> None:
    assert refusal(saved(np.empty((0, 4))))["Code"] == "InstancesEmpty"


def test_model_that_takes_a_text_or_a_date_asks_for_json() -> None:
    text = {"kind": "category", "name": "flag", "allowed": None, "levels": ["a"], "unknown": "ignored"}
    for column in (text, {**AGE, "kind": "date", "name": "flag"}):
        refused = refusal(saved(ROWS), service=serving(AGE, PIXELS, column))

        assert (refused["Field"], refused["Message"]) == (
            "flag",
            "flag is no number, and a .npy file holds numbers alone: send JSON",
        )


GOOD = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }"
MALFORMED = {
    "nothing": (b"", "another beginning: it is no .npy file"),
    "JSON": (b'{"instances": []}', "another beginning: it is no .npy file"),
    "a zip of arrays": (b"PK\x03\x04" + bytes(50), "another beginning: it is no .npy file"),
    "no version": (b"\x93NUMPY", "version none, not 1.0, 2.0 or 3.0"),
    "a later version": (with_header(GOOD, version=b"\x04\x00"), "version 4.0, not 1.0, 2.0 or 3.0"),
    "no length": (b"\x93NUMPY\x01\x00\x05", "a header of 5 bytes, which is cut off"),
    "half a header": (with_header(GOOD)[:40], "which is cut off"),
    "a long header": (with_header(GOOD + " " * HEADER_BYTES), "or longer than 1000"),
    "a huge header": (with_header("", version=b"\x02\x00")[:8] + b"\xff" * 8, "a header of 4294967295 bytes"),
    "code": (with_header("__import__('os').abort()"), "a header that is not of one array"),
    "no header": (with_header(""), "a header that is not of one array"),
    "fields": (with_header(GOOD.replace("'|u1'", "[('a', '<f4')]")), "a header that is not of one array"),
    "three dimensions": (saved(np.zeros((2, 2, 2))), "a header that is not of one array of one or two dimensions"),
    "no dimension": (saved(np.float64(1)), "a header that is not of one array of one or two dimensions"),
    "a negative shape": (with_header(GOOD.replace("(2, 4)", "(-2, 4)")), "a header that is not of one array"),
    "a huge shape": (with_header(GOOD.replace("(2, 4)", "(9999999999, 4)")), "a header that is not of one array"),
    "objects": (saved(np.array([[1, None]] * 2, dtype=object)), "Python objects, which are never read"),
    "truths": (saved(ROWS > 3), "truths: send whole numbers"),
    "complex": (saved(ROWS.astype(complex)), "complex numbers"),
    "texts": (saved(ROWS.astype("U3")), "texts: send JSON"),
    "bytes": (saved(ROWS.astype("S3")), "texts: send JSON"),
    "times": (saved(ROWS.astype("M8[s]")), "times: send JSON"),
    "spans": (saved(ROWS.astype("m8[s]")), "times: send JSON"),
    "raw bytes": (with_header(GOOD.replace("|u1", "|V8")), "raw bytes"),
    "big-endian": (saved(ROWS.astype(">f4")), "big-endian numbers, >f4: save astype('<f4') of it"),
    "long doubles": (saved(ROWS.astype(np.longdouble)), "numbers of type '<f16', not one of |u1, <u1"),
    "Fortran order": (saved(np.asfortranarray(ROWS)), "column after column (Fortran order)"),
    "a narrow row": (saved(ROWS[:, :3]), "3 numbers in a row, not 4"),
    "a wide row": (saved(np.zeros(5)), "5 numbers in a row, not 4"),
    "a number too few": (saved(ROWS)[:-1], "7 bytes of numbers, not 8 as its header says"),
    "a number too many": (saved(ROWS) + b"\x00", "9 bytes of numbers, not 8 as its header says"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_file_that_is_malformed_is_refused_with_its_reason(name: str) -> None:
    content, reason = MALFORMED[name]

    refused = refusal(content)

    assert (refused["Code"], refused["Field"], refused["Accepted"]) == ("NpyMalformed", "npy", FORM)
    assert refused["Message"].startswith("the file has ")
    assert reason in refused["Message"]


@pytest.mark.parametrize("file", [None, 7, [], "?", "k05V\n", "k05VTVBZ=", "\ud800"])
def test_what_is_no_base64_is_refused(file: object) -> None:
    refused: Any = SERVICE.answer({"npy": file})

    assert (refused["status"], refused["body"]["Code"]) == (400, "NpyMalformed")


@given(place=st.integers(0, 135), byte=st.integers(0, 255), end=st.integers(0, 136))
def test_no_damage_of_a_file_raises(place: int, byte: int, end: int) -> None:
    content = bytearray(saved(ROWS))
    content[place] = byte

    assert {asked(bytes(content))["status"], asked(bytes(content[:end]))["status"]} <= {200, 400, 413}


def test_event_with_anything_else_beside_a_file_is_malformed() -> None:
    assert asked(saved(ROWS), instances=[])["body"]["Code"] == "EventMalformed"
