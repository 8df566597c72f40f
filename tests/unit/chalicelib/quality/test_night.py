"""A night of the live quality: what its document holds, and which documents are none."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.limits import LISTED_OBJECTS
from chalicelib.quality.interval import Interval
from chalicelib.quality.night import Night


def ratio(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "direction": ">=",
        "value": 0.5,
        "errors": 1,
        "distinct": 2,
        "then": None,
        "evidence": 0.0,
        "fell": False,
        "words": "0.5",
        **changes,
    }


DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "run": "run-1",
    "at": "2026-11-26T03:00:00.000Z",
    "model_version": 3,
    "objects": [{"name": f"{n}.csv", "etag": "e"} for n in range(LISTED_OBJECTS + 1)],
    "objects_left_out": 2,
    "rows": 10,
    "classes": ["a", "b"],
    "matrix": [[1, 2], [3, 4]],
    "ratios": [ratio("recall of a"), ratio("recall of b"), ratio("accuracy")],
    "news": ["accuracy", "recall of b"],
}


def test_night_counts_its_files_and_tells_the_ratios_that_fell() -> None:
    night = Night.of(DOCUMENT)

    assert night.files == LISTED_OBJECTS + 3
    assert [each.name for each in night.fallen] == ["recall of b", "accuracy"]


def test_short_night_lists_so_many_objects_and_counts_the_others() -> None:
    short = Night.of({**DOCUMENT, "objects_left_out": 0}).short()

    assert len(short["objects"]) == LISTED_OBJECTS
    assert short["objects_left_out"] == 1
    assert {name: value for name, value in short.items() if not name.startswith("objects")} == {
        name: value for name, value in DOCUMENT.items() if not name.startswith("objects")
    }


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, None),
        ({"matrix": [[1, 2]]}, ".matrix does not have 2 rows and columns"),
        ({"matrix": [[1, 2], [3]]}, ".matrix does not have 2 rows and columns"),
        ({"classes": ["a"]}, ".matrix does not have 1 rows and columns"),
        ({"model_version": 0}, ".model_version is no whole number from 1"),
        ({"ratios": [ratio("a", direction=">")]}, ".ratios[0].direction is none of >=, <="),
        ({"ratios": [ratio("a", value=None)]}, None),
    ],
)
def test_document_is_a_night_or_says_what_is_wrong_with_it(changes: dict[str, Any], problem: str | None) -> None:
    assert Night.misfit({**DOCUMENT, **changes}) == problem


@pytest.mark.parametrize(("distinct", "lines"), [(10, 1), (5, 2)])
def test_copies_are_told_in_a_line_of_their_own(distinct: int, lines: int) -> None:
    told = Interval(low=0.25, high=0.75, sure=0.95, rows=10, distinct=distinct).lines

    assert len(told) == lines
    assert "0.25" in told[0] and "0.75" in told[0]
