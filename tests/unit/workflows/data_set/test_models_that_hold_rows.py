"""A model that holds rows itself goes whole, unless it is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.audit.verification import verify
from chalicelib.documents import documents
from chalicelib.evidence import erasures
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD_FILE
from chalicelib.registry.pin import Pin
from lambdas.model.formats.all_formats import FORMATS
from tests.fakes.stage import FakeStage
from tests.given.interference import interfered
from tests.given.nights import MODEL, promote
from tests.given.records import problems, silent
from tests.unit.workflows.data_set.erasing import (
    FIRST,
    RUNS,
    SECOND,
    erase,
    lines,
    stage,
)

HOLDING_ROWS = frozenset({"trees", "onnx"})
"""Thresholds are midpoints of two rows, and a leaf may be of one; a graph of neighbours holds all rows."""
NEIGHBOURS = "neighbours"
"""A format whose artifact holds rows, as of a model that looks for the nearest ones."""


def trained(form: str, file: str) -> dict[str, Any]:
    """What Train wrote of the artifact that the first run made."""
    return {"artifact": {"format": form, "file": file, "schema": {"columns": []}}}


@pytest.mark.parametrize(
    ("training", "file", "goes"),
    [
        (trained(NEIGHBOURS, "model.neighbours"), "model.neighbours", True),
        (trained("scorecard", "model.weights"), "model.weights", False),
        ({}, "model.neighbours", True),
        ({}, SCORECARD_FILE, False),
        (None, "model.neighbours", True),
        (None, SCORECARD_FILE, False),
    ],
    ids=[
        "rows",
        "weights",
        "no format",
        "no format, a scorecard by its name",
        "no document",
        "no document, a scorecard",
    ],
)
def test_rejected_model_goes_with_all_its_versions_if_it_may_hold_rows(
    training: dict[str, Any] | None, file: str, goes: bool, on: FakeStage
) -> None:
    key = layout.rejected(MODEL, RUNS[0], file)
    if training is not None:
        on.outside.store.put(layout.run_document(RUNS[0], "training"), documents.encode(training))
    for body in (b"first", b"second"):
        on.outside.store.put(key, body)

    erase(on, FIRST, "--yes")

    assert (on.outside.versions.list(key) == []) is goes


def test_rejected_model_that_was_deleted_is_taken_for_rows(on: FakeStage) -> None:
    key = layout.rejected(MODEL, RUNS[0], SCORECARD_FILE)
    on.outside.store.put(key, b"weights")
    on.outside.store.delete(key)

    erase(on, FIRST, "--yes")

    assert on.outside.versions.list(key) == []


def test_every_format_is_known_to_hold_rows_or_not() -> None:
    """Who adds a format says here whether its artifact holds rows; one that is not named below is taken for rows."""
    assert set(FORMATS) == erasures.FORMATS_WITHOUT_ROWS | HOLDING_ROWS


def test_model_that_holds_rows_goes_whole_unless_it_is_live() -> None:
    on = stage(form=NEIGHBOURS)
    night = on.outside

    result = on.run("data", "erase", FIRST, "--yes")

    said = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "goes whole, for it holds rows: it can never be live again" in said
    assert "version 2 holds rows itself, and is live or pinned: it stays" in said
    assert "If the gate keeps this one, because the new one is worse, let the recipe say compare_with" in said
    assert registry.is_pruned(night.edges, model=MODEL, model_version=1)
    assert [each.function_version for each in night.functions.versions(MODEL)] == ["2"]
    parts = (registry.PACKAGE, SCORECARD_FILE, registry.REPLAY)
    assert [night.versions.list(layout.version(MODEL, 1, part)) for part in parts] == [[], [], []]
    assert all(night.store.find(layout.version(MODEL, 2, part)) for part in parts)
    assert problems(night) == ()
    (told,) = verify(night.edges, model=MODEL, report=silent).erased
    assert "version 1 went whole" in told


def test_nothing_is_said_to_be_left_of_a_file_only_when_no_model_holds_its_rows() -> None:
    on = stage(form=NEIGHBOURS)
    on.run("data", "erase", FIRST, "--yes")

    again = on.run("data", "erase", FIRST, "--yes")

    said = again.output.splitlines()
    assert again.exit_code == 1
    assert said[-1] == f"nothing else is left of {FIRST}"
    assert said[-2].startswith("version 2 holds rows itself")


def test_live_model_that_holds_rows_goes_when_another_one_is_live() -> None:
    on = stage(form=NEIGHBOURS)
    on.run("data", "erase", FIRST, "--yes")
    promote(on.outside.edges, run="third", fingerprint="data-3", data=[{"name": SECOND}])

    found = erase(on, FIRST, "--yes")

    assert (found["erased"]["model_versions"], found["left"]) == ([2], [])
    assert on.outside.store.find(layout.version(MODEL, 2, registry.PACKAGE)) is None
    assert problems(on.outside) == ()
    assert {each["then"] for each in erase(on, FIRST)["model_versions"]} == {
        "pruned earlier: it can never be live again"
    }
    assert lines(on, FIRST)[-1] == f"nothing is left of {FIRST}"


def test_model_that_holds_rows_stays_while_its_alias_is_lost() -> None:
    on = stage(form=NEIGHBOURS)
    on.outside.functions.delete_alias(MODEL)

    assert erase(on, FIRST, "--yes")["left"] == [2]


def test_model_that_holds_rows_and_is_pinned_in_this_moment_stays_whole() -> None:
    on = stage(form=NEIGHBOURS)
    night = on.outside
    mark = layout.version(MODEL, 1, registry.PRUNED)
    night.edges = replace(
        night.edges,
        store=interfered(
            night.edges.store,
            "put_if_absent",
            nth=2,
            after=lambda: Pin(night.edges, MODEL).claim(1, who="ops", why="audit"),
        ),
    )

    found = erase(on, FIRST, "--yes")

    assert (found["erased"]["spared"], found["left"]) == ([1], [2, 1])
    assert night.store.find(mark) is None
    assert night.store.find(layout.version(MODEL, 1, registry.PACKAGE)) is not None
    assert [each.function_version for each in night.functions.versions(MODEL)] == ["1", "2"]
    (told,) = verify(night.edges, model=MODEL, report=silent).erased
    assert "version 1 lost 31 rows of its record, and stays itself" in told
