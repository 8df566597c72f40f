"""Rows whose cells a run changed when it read them: an erasure finds those of the file, and leaves the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.registry import registry
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, outside, promote
from tests.given.present import present
from tests.unit.workflows.data_set.erasing import FIRST, RUNS, SECOND, add, erase, lines, quoting
from workflows.checking import same_content

Json = dict[str, Any]
NUMBER: Json = {"kind": "number", "name": "duration", "minimum": None, "maximum": None}
FLAG: Json = {"kind": "category", "name": "flag", "allowed": None, "levels": ["SF", "none"], "unknown": "ignored"}
DATE: Json = {"kind": "date", "name": "opened", "minimum": None, "maximum": None}
PIXELS: Json = {"kind": "array", "name": "pixels", "size": 2, "minimum": 0.0, "maximum": 9.0}
MISSING: Json = {"missing": "none", "absent": ["NA"]}
CLIP: Json = {"minimum": 0.0, "maximum": 9.0, "outside": "clip"}
KEPT: Json = {"missing": "kept", "absent": ["NA"]}
SHORT: Json = {"minimum": 0.0, "maximum": 86400.0, "outside": "clip"}
"""Of dates: the first two days of 1970."""


def made_of(columns: Sequence[Json], files: dict[str, str], instances: Sequence[Json]) -> FakeStage:
    """A stage whose one version was made of these files, quotes these rows, and has these columns."""
    night = outside()
    for name, text in files.items():
        add(night, name, text.encode())
    expected = {"label": "normal", "probabilities": {"normal": 1.0, "attack": 0.0}}
    promote(
        night.edges,
        run=RUNS[0],
        data=[{"name": name, "etag": same_content.etag(text.encode())} for name, text in files.items()],
        schema={"columns": columns},
        sample={"instances": instances, "expected": [expected] * len(instances)},
    )
    return FakeStage(night)


def left(on: FakeStage) -> list[Json]:
    erase(on, FIRST, "--yes")
    sample = present(registry.find_sample(on.edges, model=MODEL, model_version=1))
    return [dict(each) for each in sample.instances]


@pytest.mark.parametrize(
    ("columns", "files", "gone", "stays"),
    [
        pytest.param(
            [NUMBER, {**FLAG, **MISSING}],
            ("duration,flag,label\n1,,a\n2,NA,a\n3,SF,a\n4,none,a\n", "duration,flag,label\n1,SF,a\n3,,a\n9,NA,a\n"),
            [(1.0, "none"), (2.0, "none"), (3.0, "SF"), (4.0, "none")],
            [(1.0, "SF"), (3.0, "none"), (9.0, "none")],
            id="another category in the place of a missing text",
        ),
        pytest.param(
            [{**NUMBER, **CLIP}, FLAG],
            ("duration,flag,label\n-5,a,a\n1e3,b,a\n4,c,a\n", "duration,flag,label\n9.5,a,a\n0,b,a\n4,d,a\n"),
            [(0.0, "a"), (9.0, "b"), (4.0, "c")],
            [(9.0, "a"), (0.0, "b"), (4.0, "d")],
            id="the nearest bound in the place of a number",
        ),
        pytest.param(
            [{**NUMBER, **KEPT}, {**FLAG, **MISSING}],
            ("duration,flag,label\nNA,NA,a\n, x,a\n", "duration,flag,label\n1,,a\n NA ,NA ,a\n"),
            [(None, "none"), (None, " x")],
            [(1.0, "none"), (None, "NA ")],
            id="missing numbers stay missing",
        ),
        pytest.param(
            [{**NUMBER, **CLIP, "minimum": None, **KEPT}, FLAG],
            ("duration,flag,label\n-5,a,a\n10,b,a\nNA,c,a\n", "duration,flag,label\n-6,a,a\n8,b,a\n9,c,a\n"),
            [(-5.0, "a"), (9.0, "b"), (None, "c")],
            [(-6.0, "a"), (8.0, "b"), (9.0, "c")],
            id="one bound, and missing numbers",
        ),
    ],
)
def test_rows_of_the_file_go_and_those_of_others_stay(
    columns: list[Json],
    files: tuple[str, str],
    gone: list[tuple[Any, str]],
    stays: list[tuple[Any, str]],
) -> None:
    rows = [{"duration": number, "flag": text} for number, text in (*gone, *stays)]

    on = made_of(columns, dict(zip((FIRST, SECOND), files, strict=True)), rows)

    assert left(on) == rows[len(gone) :]


def test_dates_are_taken_back_to_the_range_as_the_run_did() -> None:
    files = {
        FIRST: "opened,label\n2026-01-01,a\n1970-01-01T10:20:30.5+01:00,a\n,a\n",
        SECOND: "opened,label\n1960-01-01,a\n1970-01-01T10:20,a\n",
    }
    rows = [{"opened": each} for each in ("1970-01-02", "1970-01-01T09:20:30Z", None)]
    others = [{"opened": each} for each in ("1970-01-01", "1970-01-01T10:20:00Z")]

    on = made_of([{**DATE, **SHORT, "missing": 0.0, "absent": []}], files, [*rows, *others])

    assert left(on) == others


def test_text_that_is_a_date_in_another_spelling_is_another_category() -> None:
    files = {FIRST: "flag,label\n2026-01-31,a\n", SECOND: "flag,label\n2026-01-31T00:00,a\n"}
    rows = [{"flag": "2026-01-31"}, {"flag": "2026-01-31T00:00"}]

    assert left(made_of([FLAG], files, rows)) == rows[1:]


@pytest.mark.parametrize(
    ("beside", "cells"),
    [
        ({}, ("1,2", "2,1")),
        ({"outside": "clip"}, ("-1,30", "9,0")),
        ({"missing": [0.5, 0.0], "absent": []}, ("3,", ",3")),
    ],
)
def test_row_of_an_array_is_known_by_all_its_cells(beside: Json, cells: tuple[str, str]) -> None:
    files = {name: f"pixels_0,pixels_1,label\n{each},a\n" for name, each in zip((FIRST, SECOND), cells, strict=True)}
    read = {"1,2": [1.0, 2.0], "2,1": [2.0, 1.0], "-1,30": [0.0, 9.0], "9,0": [9.0, 0.0], "3,": [3.0, None]}
    rows = [{"pixels": read.get(each, [None, 3.0])} for each in cells]

    assert left(made_of([{**PIXELS, **beside}], files, rows)) == rows[1:]


def test_rows_that_the_report_shows_are_looked_up_as_the_run_read_them() -> None:
    on = made_of([{**NUMBER, **CLIP}], {FIRST: "duration,label\n50,a\n", SECOND: "duration,label\n3,a\n"}, [])
    schema = {"columns": [{**NUMBER, **CLIP}]}
    document = {"artifact": {"format": "scorecard", "file": "model.json", "schema": schema}}
    rejected = "kdd99-http-20261123T030000Z-cccccc"
    store = on.outside.store
    store.put(layout.run_document(rejected, "training"), documents.encode(document))
    etag = same_content.etag(b"duration,label\n50,a\n")
    listed = [{"key": layout.dataset(MODEL, FIRST), "etag": etag, "size_bytes": 1}]
    store.put(layout.run_document(rejected, "dataset"), documents.encode(listed))
    store.put(layout.run_document(rejected, "report"), documents.encode(quoting(rejected, 9.0, 3.0)))

    erase(on, FIRST, "--yes")

    shown = documents.find(store, layout.run_document(rejected, "report"))["differences"]
    assert [each["features"]["duration"] for each in shown] == [3.0]


def test_report_of_a_run_that_does_not_tell_how_it_read_cells_loses_every_row() -> None:
    on = made_of([NUMBER], {FIRST: "duration,label\n50,a\n", SECOND: "duration,label\n3,a\n"}, [])
    rejected = "kdd99-http-20261123T030000Z-cccccc"
    store, etag = on.outside.store, same_content.etag(b"duration,label\n50,a\n")
    listed = [{"key": layout.dataset(MODEL, FIRST), "etag": etag, "size_bytes": 1}]
    store.put(layout.run_document(rejected, "dataset"), documents.encode(listed))
    store.put(layout.run_document(rejected, "report"), documents.encode(quoting(rejected, 9.0, 3.0)))

    erase(on, FIRST, "--yes")

    assert documents.find(store, layout.run_document(rejected, "report"))["differences"] == []


def test_version_whose_run_is_forgotten_is_looked_up_as_its_manifest_says() -> None:
    """The documents of a run expire after a year; those of a version do not."""
    on = made_of([{**NUMBER, **CLIP}], {FIRST: "duration,label\n50,a\n"}, [{"duration": 9.0}, {"duration": 3.0}])

    assert on.outside.store.find(layout.run_document(RUNS[0], "training")) is None
    assert left(on) == [{"duration": 3.0}]


def test_version_that_loses_every_row_says_why_in_the_list_and_as_json() -> None:
    on = made_of([NUMBER], {FIRST: "duration,label\n50,a\n", SECOND: "duration,label\n3,a\n"}, [{"duration": 3.0}])
    night = on.outside
    night.versions.delete(night.versions.list(layout.dataset(MODEL, FIRST)))
    add(night, FIRST, b"duration,label\n51,a\n")
    why = f"the bucket no longer has what {FIRST} held when the version was made"

    assert f"version 1 loses every row that it could be asked for, not the file's alone: {why}" in lines(on, FIRST)
    assert [each["why_every_row"] for each in erase(on, FIRST)["model_versions"]] == [why]


def test_file_that_no_run_could_read_says_so() -> None:
    on = made_of([NUMBER], {FIRST: "other,label\n50,a\n"}, [{"duration": 3.0}])

    (found,) = erase(on, FIRST)["model_versions"]

    assert found["why_every_row"] == f"{FIRST} cannot be read as the version read it"
    assert found["sample_left"] == 0


def test_version_that_loses_the_rows_of_the_file_alone_says_nothing_more() -> None:
    on = made_of([NUMBER], {FIRST: "duration,label\n3,a\n"}, [{"duration": 3.0}])

    assert erase(on, FIRST)["model_versions"][0]["why_every_row"] is None
    assert not any("every row" in line for line in lines(on, FIRST))
