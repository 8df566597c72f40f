from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import limits
from chalicelib.batches.batch_chunks import BatchRecord
from chalicelib.errors import BodyTooLarge, ObjectUnreadable
from chalicelib.registry import registry
from lambdas import batch_records
from lambdas.batch_records import Truth
from tests.fakes.edges import FakeOutside
from tests.given import batches, nights
from tests.given.nights import MODEL

MANIFEST = registry.manifest(batches.stage().edges, model=MODEL, model_version=1)
TRUTH = Truth("label", {"normal.": "normal", "1": "one"}.get)


def read(text: bytes, key: str = "batches/in/a.csv") -> list[BatchRecord]:
    return [*batch_records.read(text, key=key, manifest=MANIFEST, truth=TRUTH)[0]]


def instance(cells: str) -> Any:
    (record,) = read(b"duration,src_bytes,flag\n" + cells.encode() + b"\n")
    assert record.instance is not None
    return json.loads(record.instance)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("1,2,SF", {"duration": 1.0, "src_bytes": 2.0, "flag": "SF"}),
        (" 1.5e3 ,NA,", {"duration": 1500.0, "flag": ""}),
        ("NA,,5", {"duration": "NA", "flag": "5"}),
        ("1_0,0x1,nan", {"duration": "1_0", "src_bytes": "0x1", "flag": "nan"}),
        ("1e999,-1,SF", {"duration": 10**390, "src_bytes": -1.0, "flag": "SF"}),
    ],
)
def test_cell_of_a_number_is_a_number_or_what_is_refused(cells: str, expected: dict[str, Any]) -> None:
    assert instance(cells) == expected


def test_date_goes_to_the_version_as_the_text_that_it_is() -> None:
    outside = batches.stage()
    opened = {"columns": [{"kind": "date", "name": "opened"}, {"kind": "number", "name": "size"}]}
    version = nights.register(outside.edges, run="run-2", schema=opened).model_version
    manifest = registry.manifest(outside.edges, model=MODEL, model_version=version)
    text = b"opened,size\n 2026-11-21 ,1\n,2\nsoon,3\n"

    found = batch_records.read(text, key="batches/in/a.csv", manifest=manifest, truth=TRUTH)[0]

    assert [json.loads(each.instance or b"") for each in found] == [
        {"opened": "2026-11-21", "size": 1.0},
        {"size": 2.0},
        {"opened": "soon", "size": 3.0},
    ]


@given(st.floats(min_value=0, allow_infinity=False))
def test_number_of_a_file_is_the_same_number_in_the_instance(number: float) -> None:
    assert instance(f"{number!r},1,SF")["duration"] == number


def test_columns_that_the_model_does_not_take_are_ignored_and_the_label_is_the_truth() -> None:
    found = read(b"label,flag,id,duration\nnormal.,SF,7,1\nstrange.,SF,8,1\n,SF,9,1\n")

    assert [json.loads(each.instance or b"") for each in found] == 3 * [{"duration": 1.0, "flag": "SF"}]
    assert [each.truth for each in found] == ["normal", None, None]


def test_records_have_numbers_and_the_lines_that_they_begin_on() -> None:
    found = read(b'duration,flag\n1,"S\nF"\n\n2,SF\n3\n')

    assert [(each.number, each.line, each.instance is None) for each in found] == [
        (1, 2, False),
        (2, 5, False),
        (3, 6, True),
    ]
    assert found[2].refusal == {
        "Code": "BadRequest",
        "Message": "the record has 1 fields, the header has 2",
        "Accepted": "as many fields as the header",
    }


def test_json_lines_are_read_as_strictly_as_a_body() -> None:
    lines = [
        b'{"duration": 1, "label": "normal."}',
        b"",
        b'{"duration": 1, "duration": 2}',
        b'{"duration": NaN}',
        b"[1]",
        b'{"duration": 2, "label": 1}',
        b'{"duration": "' + b"x" * limits.PREDICT_BODY_BYTES + b'"}',
    ]

    found = read(b"\n".join(lines), "batches/in/a.jsonl")

    assert [(each.number, each.line) for each in found] == [(1, 1), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7)]
    told = [each.refusal["Message"] if each.refusal else json.loads(each.instance or b"") for each in found]
    assert told[:3] == [{"duration": 1}, "'duration' is given more than once", "NaN is not JSON"]
    assert told[3:5] == [[1], {"duration": 2}]
    assert "bytes" in told[5]
    assert [each.truth for each in found] == ["normal", None, None, None, "one", None]


def test_packed_file_is_unpacked() -> None:
    edges = batches.stage().edges
    stored = edges.store.find(batches.put(edges, b"\xef\xbb\xbf" + batches.many(3), "a.csv.gz"))

    assert stored is not None
    assert batch_records.unpacked(stored.body, key="a.csv.gz") == batches.many(3)


def test_file_of_too_many_lines_is_refused_before_anything_is_scored() -> None:
    with pytest.raises(BodyTooLarge, match="has 2,000,001 lines"):
        read(b"\n" * (limits.BATCH_LINES + 1))


def of_an_array(text: bytes, **changes: Any) -> list[BatchRecord]:
    """By a version that takes an array of 2 columns."""
    array = {"kind": "array", "name": "pixels", "size": 2, "minimum": None, "maximum": None, **changes}
    outside = FakeOutside(MODEL)
    nights.promote(outside.edges, run="run-1", schema={"columns": [array]})
    manifest = registry.manifest(outside.edges, model=MODEL, model_version=1)
    return [*batch_records.read(text, key="a.csv", manifest=manifest, truth=TRUTH)[0]]


def test_columns_of_an_array_become_a_list_in_the_order_of_the_array() -> None:
    found = of_an_array(b"pixels_1,other,pixels_0,label\n9,x,7,1\n8,x,,1\n", missing=[1.0, 2.0], absent=[])

    assert [json.loads(each.instance or b"") for each in found] == [{"pixels": [7.0, 9.0]}, {"pixels": [None, 8.0]}]


def test_file_without_a_column_of_an_array_is_refused() -> None:
    with pytest.raises(ObjectUnreadable, match=r"has no column pixels_1\."):
        of_an_array(b"pixels_0,label\n1,1\n")


def test_row_of_an_array_is_an_instance_with_a_list_for_each_array_of_columns() -> None:
    outside = batches.stage()
    columns = [{"kind": "number", "name": "age"}, {"kind": "array", "name": "pixels", "size": 3, "missing": 0.0}]
    version = nights.register(outside.edges, run="run-2", schema={"columns": columns}).model_version
    manifest = registry.manifest(outside.edges, model=MODEL, model_version=version)
    content = batches.array([[40, 1, 2, 3], [41, 4, float("nan"), 6]])

    found, count = batch_records.read(content, key="batches/in/a.npy", manifest=manifest, truth=TRUTH)

    assert (count, [(each.number, each.line, json.loads(each.instance or b"")) for each in found]) == (
        2,
        [(1, 1, {"age": 40.0, "pixels": [1.0, 2.0, 3.0]}), (2, 2, {"age": 41.0, "pixels": [4.0, None, 6.0]})],
    )


def test_array_whose_manifest_lists_the_first_of_its_fills_alone_is_read() -> None:
    outside = batches.stage()
    columns = [{"kind": "array", "name": "pixels", "size": 30, "missing": [float(each) for each in range(30)]}]
    version = nights.register(outside.edges, run="run-2", schema={"columns": columns}).model_version
    manifest = registry.manifest(outside.edges, model=MODEL, model_version=version)
    content = batches.array([[1.0] * 30])

    found, _ = batch_records.read(content, key="batches/in/a.npy", manifest=manifest, truth=TRUTH)

    assert [json.loads(each.instance or b"") for each in found] == [{"pixels": [1.0] * 30}]
