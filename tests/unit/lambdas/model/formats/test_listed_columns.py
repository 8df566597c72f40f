"""The columns of an artifact as a manifest lists them, and how a run read their cells."""

from __future__ import annotations

from typing import Any

import pytest

from lambdas.model.formats.listed_columns import Cells, single_columns


def test_array_is_as_many_columns_of_numbers_also_where_a_few_of_its_fills_are_listed() -> None:
    array = {"kind": "array", "name": "p", "size": 3, "minimum": 0.0, "missing": [1.0], "missing_left_out": 2}

    found = single_columns([{"kind": "date", "name": "opened"}, array])

    assert [(each["kind"], each["name"]) for each in found] == [
        ("date", "opened"),
        ("number", "p_0"),
        ("number", "p_1"),
        ("number", "p_2"),
    ]
    assert [each.get("minimum") for each in found] == [None, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("column", "cell", "read"),
    [
        ({"kind": "number"}, " 1e3 ", 1000.0),
        ({"kind": "number", "minimum": 2.0}, "1", 1.0),
        ({"kind": "number", "minimum": 2.0, "outside": "clip"}, "1", 2.0),
        ({"kind": "number", "minimum": 2.0, "outside": "clip"}, "3", 3.0),
        ({"kind": "number", "maximum": 2.0, "outside": "clip"}, "3", 2.0),
        ({"kind": "number", "missing": 0.0, "absent": ["NA"]}, "NA", None),
        ({"kind": "date", "missing": 0.0, "absent": ["NA"]}, "", None),
        ({"kind": "date"}, " 1970-01-02 ", 86400.0),
        ({"kind": "category"}, " SF", " SF"),
        ({"kind": "category"}, "", ""),
        ({"kind": "category", "missing": "none", "absent": ["NA"]}, "", "none"),
        ({"kind": "category", "missing": "none", "absent": ["NA"]}, "NA", "none"),
        ({"kind": "category", "missing": "none", "absent": ["NA"]}, "NA ", "NA "),
    ],
)
def test_cell_is_read_as_the_run_read_it(column: dict[str, Any], cell: str, read: object) -> None:
    assert Cells.of({"minimum": None, "maximum": None, **column})(cell) == read


@pytest.mark.parametrize(
    ("kind", "quoted", "read"),
    [
        ("date", "1970-01-02", 86400.0),
        ("date", None, None),
        ("number", 1.5, 1.5),
        ("category", "1970-01-02", "1970-01-02"),
    ],
)
def test_quoted_value_is_compared_in_the_form_of_a_cell(kind: str, quoted: Any, read: object) -> None:
    assert Cells.of({"kind": kind}).as_read(quoted) == read
