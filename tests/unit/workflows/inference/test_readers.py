from __future__ import annotations

import json
import math
from typing import Any

import pytest

from chalicelib.errors import BadRequest, ModelUnknown
from lambdas.serve.schema import NUMBER
from tests.given.inference import CSV_ROW, GOOD, HEADER, service, with_an_array
from workflows.inference import readers
from workflows.inference.media_types import CSV, JSON, JSON_LINES, parsed

SERVICE = service()


def read(body: str | bytes, *, of: str = CSV) -> Any:
    return readers.read(body.encode() if isinstance(body, str) else body, of=parsed(of), service=SERVICE)


@pytest.mark.parametrize(
    ("of", "body"),
    [
        (JSON, json.dumps({"instances": [GOOD]})),
        (JSON, json.dumps({"instances": [GOOD], "model": "flows"})),
        (JSON_LINES, json.dumps(GOOD) + "\n"),
        (JSON_LINES, "\n" + json.dumps(GOOD) + "\r\n \n"),
        (CSV, CSV_ROW),
        (CSV, HEADER + CSV_ROW),
        (CSV, "\n" + HEADER + CSV_ROW + "\n"),
        (CSV, "\ufeff" + HEADER + CSV_ROW),
        (CSV, "kind, age ,zone,flag,size\r\na, 0.25 ,n,SF,20"),
        (CSV, '20,"SF",0.25,n,"a"'),
        (f"{CSV}; header=present", HEADER + CSV_ROW),
        (f"{CSV}; header=absent; charset=utf-8", CSV_ROW),
    ],
)
def test_every_form_of_a_row_is_the_same_instance(of: str, body: str) -> None:
    assert read(body, of=of)["instances"] == [GOOD]


def test_what_is_asked_beside_the_instances_goes_on_to_the_service() -> None:
    assert read(json.dumps({"instances": [GOOD], "why": 2}), of=JSON)["why"] == 2


@pytest.mark.parametrize(("of", "body"), [(CSV, ""), (CSV, "\n\n"), (CSV, HEADER), (JSON_LINES, "")])
def test_body_without_rows_is_no_instances(of: str, body: str) -> None:
    assert read(body, of=of)["instances"] == []


@pytest.mark.parametrize("cell", ["", " ", "?", " ? "])
def test_missing_number_is_left_out(cell: str) -> None:
    assert read(f"20,SF,{cell},n,a")["instances"] == [{name: GOOD[name] for name in GOOD if name != "age"}]


def test_header_may_leave_out_a_column_that_may_be_missing() -> None:
    (instance,) = read("size,flag,zone,kind\n20,SF,n,a")["instances"]

    assert instance == {name: GOOD[name] for name in GOOD if name != "age"}


@pytest.mark.parametrize("cell", ["x", "1_000", "nan", "inf", "0x1", "1" * 401, "2026-01-31"])
def test_what_is_no_number_goes_on_as_a_text(cell: str) -> None:
    assert read(f"{cell},SF,0.25,n,a")["instances"][0]["size"] == cell


def test_number_beyond_floats_goes_on_as_infinity() -> None:
    assert read("1e999,SF,0.25,n,a")["instances"][0]["size"] == math.inf


def test_category_is_the_text_as_it_stands() -> None:
    assert read('20," SF ",0.25,n,5')["instances"][0] == GOOD | {"flag": " SF ", "kind": "5"}


def test_number_is_what_the_serving_package_takes_for_one() -> None:
    assert readers.NUMBER.pattern == NUMBER.pattern


@pytest.mark.parametrize(
    ("of", "body", "words"),
    [
        (CSV, b"20,\xff", "not UTF-8 from byte 3"),
        (CSV, b"20,SF", "line 1 has 2 fields, expected 5"),
        (CSV, CSV_ROW.encode() + b"\n20,SF", "line 3 has 2 fields"),
        (CSV, b'20,"SF\n', "line 1 is not CSV"),
        (CSV, b"size,size\n1,2", "the header names size more than once"),
        (f"{CSV}; header=perhaps", b"", "header is neither present nor absent"),
        (JSON_LINES, b'{"size": 1}\n{"size"', "line 2: the body is not JSON"),
        (JSON_LINES, b'{"size": NaN}', "line 1: NaN is not JSON"),
        (JSON, b"", "the body is not JSON"),
        (JSON, b'{"rows": []}', "unknown field 'rows'"),
        (JSON, b"[]", "not a JSON object"),
    ],
)
def test_body_that_cannot_be_read_is_refused(of: str, body: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        read(body, of=of)


def test_other_models_are_refused() -> None:
    with pytest.raises(ModelUnknown, match="'others'"):
        read(json.dumps({"instances": [GOOD], "model": "others"}), of=JSON)


@pytest.mark.parametrize(
    "body", ["4,1,2,3", "pixels_2,age,pixels_0,pixels_1\n3,4,1,2", "age,pixels_0,pixels_1,pixels_2\n4,1,2,3\n"]
)
def test_columns_of_an_array_become_its_list(body: str) -> None:
    (found,) = readers.read(body.encode(), of=parsed(CSV), service=with_an_array())["instances"]

    assert found == {"age": 4, "pixels": [1, 2, 3]}
