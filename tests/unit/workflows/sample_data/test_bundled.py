"""The data sets that lie in scikit-learn are those that are known, and each can become a first model."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from chalicelib.errors import SampleUnavailable
from tests.unit.workflows.drafting.test_draft import drafted
from workflows.checking.file import Content
from workflows.sample_data.bundled import BUNDLED

SHAPES = {"iris": (150, 4, 3), "wine": (178, 13, 3), "breast-cancer": (569, 30, 2), "digits": (1797, 64, 10)}


@pytest.mark.parametrize("name", BUNDLED)
def test_a_data_set_has_its_known_rows_columns_and_classes(name: str) -> None:
    header, *rows = csv.reader(io.StringIO(BUNDLED[name].content.decode()))

    assert header[-1] == BUNDLED[name].label
    assert all(each.isidentifier() for each in header)
    assert (len(rows), len(header) - 1, len({row[-1] for row in rows})) == SHAPES[name]
    assert {len(row) for row in rows} == {len(header)}


def test_the_first_row_is_the_published_one() -> None:
    assert BUNDLED["iris"].content.splitlines()[:2] == [
        b"sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm,species",
        b"5.1,3.5,1.4,0.2,setosa",
    ]


@pytest.mark.parametrize("name", BUNDLED)
def test_a_data_set_can_become_a_first_model(name: str) -> None:
    made = drafted(Content(f"{name}.csv", BUNDLED[name].content), label=BUNDLED[name].label)

    assert made.rows == SHAPES[name][0]


def test_another_data_set_than_is_known_is_none() -> None:
    other = replace(BUNDLED["iris"], sha256="0" * 64)

    with pytest.raises(SampleUnavailable, match=f"load_iris of scikit-learn .* is 27ae50b3.*, expected {'0' * 64}"):
        _ = other.content
