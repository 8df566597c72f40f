"""The list of a data set tells rows, classes and state of each file from what is recorded: it reads no file."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.dates import recorded
from chalicelib.dates.recorded import Dates
from chalicelib.edges.object_store import ObjectStore, Stored
from chalicelib.errors import RecipeUnknown
from chalicelib.runs.dataset import Object
from lambdas import packs
from lambdas.model.recipe import Recipe, Split, Window
from lambdas.splits import Splits
from tests.fakes.stage import FakeStage
from tests.given import data
from tests.given.nights import MODEL, outside, promote
from tests.unit.workflows.data_set.files import GOOD, OTHER
from workflows.checking import same_content
from workflows.checking.file import Content
from workflows.data_set.listing import listing
from workflows.data_set.objects import put, remove_object

RECIPE = data.recipe()


def stage_with(files: dict[str, bytes], *trained_on: dict[str, Any]) -> FakeStage:
    """A stage with these files, whose live version, if any, is trained on those."""
    night = outside()
    for name, body in files.items():
        put(night.edges, Content(name, body), model=MODEL)
    if trained_on:
        promote(night.edges, run=f"{MODEL}-20261121T030000Z-abcdef", data=trained_on)
    return FakeStage(night)


def source(name: str, body: bytes) -> dict[str, Any]:
    return {"name": name, "etag": same_content.etag(body)}


def count_rows(on: FakeStage, *, recipe: Recipe = RECIPE) -> None:
    """A run read the files."""
    objects = [
        Object(key=each.key, etag=each.etag, size_bytes=each.size_bytes)
        for each in on.outside.store.list(layout.dataset(MODEL))
    ]
    packs.from_objects(on.edges, MODEL, objects, Splits({}), memory_mb=1_769, load=lambda _: recipe)


class Watched:
    """A store that tells what was fetched."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self.fetched: list[str] = []

    def find(self, key: str) -> Stored | None:
        self.fetched.append(key)
        return self._store.find(key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def states(on: FakeStage) -> dict[str, tuple[str, int | None]]:
    return {each.name: (each.state, each.trained_by) for each in listing(on.edges, model=MODEL).entries}


def test_file_is_new_until_the_live_version_is_trained_on_its_content() -> None:
    on = stage_with({"a.csv": GOOD, "b.csv": OTHER}, source("a.csv", GOOD))

    assert states(on) == {"a.csv": ("trained on", 1), "b.csv": ("new", None)}


def test_rows_that_no_run_kept_for_the_next_are_those_that_the_live_version_was_made_of() -> None:
    on = stage_with({"a.csv": GOOD, "b.csv": OTHER}, {**source("a.csv", GOOD), "rows": 412})

    assert {each.name: each.rows for each in listing(on.edges, model=MODEL).entries} == {"a.csv": 412, "b.csv": None}


def test_all_is_new_while_nothing_is_live() -> None:
    assert states(stage_with({"a.csv": GOOD})) == {"a.csv": ("new", None)}


def test_content_that_the_live_version_knows_by_another_name_is_trained_on() -> None:
    assert states(stage_with({"b.csv": GOOD}, source("a.csv", GOOD))) == {"b.csv": ("trained on", 1)}


def test_file_with_other_content_than_the_live_version_knows_by_its_name_is_replaced() -> None:
    assert states(stage_with({"a.csv": OTHER}, source("a.csv", GOOD))) == {"a.csv": ("replaced", None)}


def test_manifest_without_entity_tags_knows_its_files_by_their_names() -> None:
    on = stage_with({"a.csv": OTHER, "b.csv": GOOD}, {"name": "a.csv"})

    assert states(on) == {"a.csv": ("trained on", 1), "b.csv": ("new", None)}


def test_removed_file_is_listed_with_the_version_that_is_still_trained_on_it() -> None:
    on = stage_with({"a.csv": GOOD, "b.csv": OTHER}, source("a.csv", GOOD))
    for name in ("a.csv", "b.csv"):
        remove_object(on.edges, name, model=MODEL)

    assert states(on) == {"a.csv": ("removed", 1), "b.csv": ("removed", None)}
    assert "version 1 is trained on it" in on.run("data", "list").output


def test_file_that_came_back_after_its_removal_is_listed_once() -> None:
    on = stage_with({"a.csv": GOOD})
    remove_object(on.edges, "a.csv", model=MODEL)
    put(on.edges, Content("a.csv", GOOD), model=MODEL)

    assert states(on) == {"a.csv": ("new", None)}


def test_rows_are_those_that_the_last_run_counted_and_others_are_not_read_yet() -> None:
    on = stage_with({"a.csv": data.csv(RECIPE, rows=30, seed=1)})
    count_rows(on)
    put(on.edges, Content("b.csv", GOOD), model=MODEL)

    first, second = listing(on.edges, model=MODEL).entries

    assert first.rows == 30
    assert first.classes is not None
    assert sum(first.classes.values()) == 30
    assert (second.rows, second.classes) == (None, None)
    assert "not read yet" in on.run("data", "list").output


@pytest.mark.parametrize("split", [Split(by="time"), Split(by="time", column="day")])
def test_rows_of_a_class_are_told_on_whichever_side_of_a_date_they_are(split: Split) -> None:
    lines = [data.csv(RECIPE, rows=rows, seed=rows).decode().split() for rows in (30, 20)]
    files = {
        f"2026-11-{night:02}.csv": "\n".join(
            f"{line},{'day' if not place else f'2026-11-{night - place % 3:02}'}" for place, line in enumerate(each)
        ).encode()
        for night, each in zip((7, 20), lines, strict=True)
    }
    on = stage_with(files)

    count_rows(on, recipe=replace(RECIPE, split=split))

    found = {each.name: each.classes for each in listing(on.edges, model=MODEL).entries}
    assert found == {name: Counter(map(class_of, body.splitlines()[1:])) for name, body in files.items()}


def class_of(line: bytes) -> str:
    """Of a line of these files, whose label is before the last field."""
    return RECIPE.classes[line.split(b",")[-2].decode()]


def test_rows_that_are_not_recorded_of_a_file_that_was_read_are_not_said_to_be_unread() -> None:
    said = stage_with({"a.csv": GOOD}, source("a.csv", GOOD)).run("data", "list").output

    assert "not recorded" in said
    assert "not read yet" not in said


def test_list_fetches_no_file_of_the_data_set() -> None:
    on = stage_with({"a.csv": GOOD}, source("a.csv", GOOD))
    store = Watched(on.edges.store)

    listing(replace(on.edges, store=cast(ObjectStore, store)), model=MODEL)

    assert store.fetched
    assert not [each for each in store.fetched if each.startswith((layout.DATASETS, layout.REMOVED))]


@pytest.mark.parametrize("key", [layout.kept_parts(MODEL), layout.version(MODEL, 1, "manifest.json")])
def test_damaged_document_is_told_and_the_files_are_listed_all_the_same(key: str) -> None:
    on = stage_with({"a.csv": GOOD}, source("a.csv", GOOD))
    on.outside.store.put(key, b"{")

    said = on.run("data", "list").output

    assert "a.csv" in said
    assert key in said


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit_the_screen_and_names_stay_whole(width: int) -> None:
    name = "night-2026-11-21.csv.gz"
    on = stage_with({name: data.csv(RECIPE, rows=30, seed=1)}, source("new.csv", GOOD))
    count_rows(on)
    put(on.edges, Content("new.csv", GOOD), model=MODEL)
    remove_object(on.edges, "new.csv", model=MODEL)

    said = on.run("data", "list", width=width).output

    assert max(map(len, said.splitlines())) <= width
    assert name in said


def test_list_for_programs_has_the_same() -> None:
    on = stage_with({"a.csv": GOOD}, source("a.csv", GOOD))

    assert on.json("data", "list", "--json") == [
        {
            "name": "a.csv",
            "size_bytes": len(GOOD),
            "modified_at": "2026-11-21 03:00:00",
            "state": "trained on",
            "trained_by": 1,
            "rows": None,
            "classes": None,
            "rows_left_out": None,
            "why_left_out": None,
            "left_out_since": None,
        }
    ]


LAST_NIGHTS = data.recipe(window=Window(nights=2))
LAST_DAYS = data.recipe(window=Window(days=2, column="opened"))
NIGHTS = {"2026-11-23.csv": GOOD, "2026-11-24.csv": OTHER, "2026-11-25.csv": GOOD + b"\n", "2026-11-25_2.csv": b"x"}


def states_by(recipe: Recipe, on: FakeStage) -> list[str]:
    return [each.state for each in listing(on.edges, model=MODEL, load=lambda _: recipe).entries]


def test_file_of_an_older_night_is_outside_the_window_even_if_the_live_version_is_trained_on_it() -> None:
    on = stage_with(NIGHTS, source("2026-11-23.csv", GOOD))

    (first, *_) = listing(on.edges, model=MODEL, load=lambda _: LAST_NIGHTS).entries

    assert states_by(LAST_NIGHTS, on) == ["outside the window", "new", "new", "new"]
    assert (first.state, first.trained_by) == ("outside the window", 1)


def test_where_a_name_tells_no_night_no_file_is_outside() -> None:
    assert states_by(LAST_NIGHTS, stage_with({**NIGHTS, "night-7.csv": b"y"})) == ["new"] * 5


def test_removed_file_is_removed_and_not_outside() -> None:
    on = stage_with(NIGHTS)
    remove_object(on.edges, "2026-11-23.csv", model=MODEL)

    assert states_by(LAST_NIGHTS, on) == ["new", "new", "new", "removed"]


def test_file_whose_days_are_older_is_outside_once_a_run_has_looked() -> None:
    on = stage_with({"a.csv": GOOD, "b.csv": OTHER, "c.csv": b"new"})
    assert states_by(LAST_DAYS, on) == ["new"] * 3

    spans = {"a": (GOOD, ["2026-11-01", "2026-11-23"]), "b": (OTHER, ["2026-11-24", "2026-11-25"])}
    opened = {same_content.etag(body): span for body, span in spans.values()}
    recorded.keep_dates(on.edges, Dates(reader="0" * 64, columns={"opened": opened}), model=MODEL)

    assert states_by(LAST_DAYS, on) == ["outside the window", "new", "new"]


def test_damaged_record_of_dates_is_told_and_no_file_is_outside() -> None:
    on = stage_with({"a.csv": GOOD})
    on.edges.store.put(layout.kept_dates(MODEL), b"{")

    found = listing(on.edges, model=MODEL, load=lambda _: LAST_DAYS)

    assert [each.state for each in found.entries] == ["new"]
    assert "dates.json" in found.damaged[0]


def test_files_of_a_model_whose_recipe_is_gone_are_listed() -> None:
    def gone(_: str) -> Recipe:
        raise RecipeUnknown("there is no recipe")

    assert [each.state for each in listing(stage_with(NIGHTS).edges, model=MODEL, load=gone).entries] == ["new"] * 4


def test_data_set_without_files_has_nothing_outside() -> None:
    assert states_by(LAST_NIGHTS, stage_with({})) == []
