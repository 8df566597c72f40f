"""An instance to try a model with is made of the profile of its data."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.registry.run_documents import DataProfile

COLUMNS: dict[str, Any] = {
    "size": {"kind": "number", "median": 3.0},
    "share": {"kind": "number", "median": 0.5},
    "lost": {"kind": "number", "median": None},
    "opened": {"kind": "date", "median": "2026-01-31T10:20:30Z"},
    "closed": {"kind": "date", "median": None},
    "flag": {"kind": "category", "top": {"SF": 5, "S0": 2}},
}


def test_example_has_the_middle_number_or_date_and_the_commonest_category() -> None:
    profile = DataProfile(rows=7, columns=COLUMNS)

    assert profile.example == {"size": 3, "share": 0.5, "opened": "2026-01-31T10:20:30Z", "flag": "SF"}


@pytest.mark.parametrize(
    "column",
    [
        None,
        {"kind": "time", "median": 1},
        {"kind": "number", "median": "1"},
        {"kind": "date", "median": 1},
        {"kind": "date"},
        {"kind": "array", "median": 1},
        {"kind": "array", "medians": [1, "1"]},
        {"kind": "category", "top": {}},
    ],
)
def test_column_that_gives_no_example_is_a_misfit(column: Any) -> None:
    assert DataProfile.misfit({"rows": 1, "columns": {"a": column}})
