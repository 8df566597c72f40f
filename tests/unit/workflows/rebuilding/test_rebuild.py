"""A version trained again: from the very files of then, whatever lies in their place now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import layout
from chalicelib.contracts.training import PreprocessTask
from chalicelib.errors import CommandFailed, VersionUnknown
from chalicelib.promotion.lease import Lease
from chalicelib.registry import registry
from lambdas import evaluate, preprocess, recipes, train, version_model
from lambdas.model.recipe import Recipe, Split, Tolerate
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.nights import MODEL, going
from tests.http_connections import HEADER, rows
from tests.unit.lambdas.nightly_batch import (
    RUN,
    SETTINGS,
    add_data,
    evaluation_task,
    night_with_data,
    training_task,
    versioning_task,
    whole_night,
)
from tests.unit.lambdas.test_imports import bring
from workflows.cli.rebuild import in_lines
from workflows.rebuilding import rebuild as core
from workflows.rebuilding.rebuild import Distance, Rebuilt

RUNS = (RUN, "kdd99-http-nightly-20261122T0300Z")
FILE = layout.dataset(MODEL, "night-1.csv")


@pytest.fixture(scope="module")
def once() -> FakeOutside:
    """Version 1, of one file."""
    outside = night_with_data()
    whole_night(outside.edges)
    return outside


def rebuilt(outside: FakeOutside, folder: Path, **changes: Any) -> Rebuilt:
    told: list[str] = []
    found = core.rebuild(
        outside.edges,
        outside.versions,
        model=MODEL,
        model_version=1,
        folder=folder,
        progress=lambda what, done, total: told.append(f"{what}: {done} of {total}"),
        **changes,
    )
    assert told == ["reading the files of then: 0 of 1", "training: 0 of 1"]
    return found


def test_version_is_equal_bit_by_bit_when_nothing_changed(once: FakeOutside, tmp_path: Path) -> None:
    before = once.store.list("")

    found = rebuilt(once, tmp_path)

    assert (found.is_equal, found.recipe_changed, found.distance, found.problem) == (True, False, None, "")
    assert found.sha256 == registry.manifest(once.edges, model=MODEL, model_version=1).artifact_sha256
    assert once.store.list("") == before


@pytest.fixture
def imported() -> FakeOutside:
    """Version 1, which was imported."""
    outside = night_with_data()
    bring(outside)
    whole_night(outside.edges)
    return outside


def test_imported_version_is_imported_again(imported: FakeOutside, tmp_path: Path) -> None:
    assert rebuilt(imported, tmp_path).is_equal


def test_imported_version_whose_file_is_gone_is_told(imported: FakeOutside, tmp_path: Path) -> None:
    (file,) = imported.store.list("imports/")
    imported.store.delete(file.key)

    with pytest.raises(CommandFailed, match=r"it was imported from mine\.json .* is gone from bucket"):
        rebuilt(imported, tmp_path)


def test_manifest_keeps_the_version_id_of_each_file(once: FakeOutside) -> None:
    (source,) = registry.manifest(once.edges, model=MODEL, model_version=1).data
    (version,) = once.versions.list(FILE)

    assert source.version_id == version.version_id


def test_file_that_was_replaced_or_removed_since_is_read_as_it_was(tmp_path: Path) -> None:
    outside = night_with_data()
    whole_night(outside.edges)
    add_data(outside, "night-1.csv", lines=rows(normal=90, attacks=60, seed=9))
    (tmp_path / "one").mkdir()
    assert rebuilt(outside, tmp_path / "one").is_equal

    outside.store.copy(FILE, layout.removed(MODEL, "night-1.csv"))
    outside.store.delete(FILE)
    (tmp_path / "two").mkdir()
    assert rebuilt(outside, tmp_path / "two").is_equal


def test_same_content_is_as_good_where_the_version_itself_is_gone(tmp_path: Path) -> None:
    outside = night_with_data()
    whole_night(outside.edges)
    outside.store.copy(FILE, layout.removed(MODEL, "night-1.csv"))
    outside.versions.delete(outside.versions.list(FILE))

    assert rebuilt(outside, tmp_path).is_equal


def test_content_that_is_gone_for_good_is_named(tmp_path: Path) -> None:
    outside = night_with_data()
    whole_night(outside.edges)
    outside.versions.delete(outside.versions.list(FILE))
    add_data(outside, "night-1.csv", lines=rows(normal=90, attacks=60, seed=9))

    with pytest.raises(CommandFailed, match=r"night-1\.csv is gone as version 1 of kdd99-http was trained on it"):
        rebuilt(outside, tmp_path)


def weaker(model: str) -> Recipe:
    """The recipe, with weights that are held near 0."""
    recipe = recipes.load(model)

    def estimator(columns: Any) -> Any:
        made = recipe.estimator(columns)
        made.steps[-1][1].set_params(C=1e-5)
        return made

    return replace(recipe, estimator=estimator)


def test_another_estimator_makes_another_version_and_its_distance_is_told(once: FakeOutside, tmp_path: Path) -> None:
    found = rebuilt(once, tmp_path, load=weaker)

    assert not found.is_equal
    assert found.distance is not None
    assert found.distance.rows == 300
    assert 0.01 < found.distance.largest <= 1
    assert 0 <= found.distance.other_labels <= 300


def test_file_keeps_the_draw_of_then_though_the_recipe_has_another_split(once: FakeOutside, tmp_path: Path) -> None:
    def otherwise(model: str) -> Recipe:
        return replace(recipes.load(model), split=Split(holdout_ratio=0.5, seed=7))

    assert rebuilt(once, tmp_path, load=otherwise).is_equal


def test_version_that_held_out_its_newest_nights_is_equal_though_later_ones_were_trained_on_them(
    tmp_path: Path,
) -> None:
    def by_time(model: str) -> Recipe:
        return replace(recipes.load(model), split=Split(by="time", nights=1))

    outside = night_with_data()
    outside.store.delete(FILE)
    for number, run in enumerate(RUNS):
        add_data(outside, f"night-2026-11-2{number}.csv", lines=rows(normal=90, attacks=60, seed=number))
        add_data(outside, f"night-2026-11-2{number + 1}.csv", lines=rows(normal=90, attacks=60, seed=number + 1))
        make_version(outside, run, load=by_time)

    assert rebuilt_quietly(outside, tmp_path, load=by_time).is_equal


def test_row_that_was_left_out_because_its_date_was_to_come_stays_out_when_it_has_come(tmp_path: Path) -> None:
    def by_date(model: str) -> Recipe:
        dated = Split(by="time", days=1, column="seen")
        return replace(recipes.load(model), split=dated, tolerate=Tolerate(rows=0.1))

    outside = night_with_data()
    days = (f"2026-11-{19 + number % 3}" if number else "2026-12-24" for number in range(150))
    lines = [f"{row},{day}" for row, day in zip(rows(normal=90, attacks=60), days, strict=True)]
    outside.store.put(FILE, "\n".join([f"{HEADER},seen", *lines, ""]).encode())
    make_version(outside, RUN, load=by_date)
    outside.clock.sleep(60 * 86_400)

    assert rebuilt_quietly(outside, tmp_path, load=by_date).is_equal


def make_version(outside: FakeOutside, run: str, *, load: Callable[[str], Recipe]) -> None:
    going(outside, run)
    ready = preprocess.run(PreprocessTask(run=run, model=MODEL, force=True), outside.edges, SETTINGS, load=load)
    trained = train.run(training_task(ready, run=run), outside.edges, SETTINGS, load=load)
    evaluated = evaluate.run(evaluation_task(ready, trained, run=run), outside.edges, SETTINGS)
    version_model.run(versioning_task(ready, trained, evaluated, run=run), outside.edges, SETTINGS)
    Lease(outside.edges, MODEL).release(run)


def rebuilt_quietly(outside: FakeOutside, folder: Path, *, load: Callable[[str], Recipe]) -> Rebuilt:
    return core.rebuild(
        outside.edges,
        outside.versions,
        model=MODEL,
        model_version=1,
        folder=folder,
        progress=lambda *_: None,
        load=load,
    )


def test_artifact_that_is_gone_can_be_made_but_not_compared(tmp_path: Path) -> None:
    outside = night_with_data()
    whole_night(outside.edges)
    outside.store.delete(layout.version(MODEL, 1, "model.json"))
    (tmp_path / "one").mkdir()
    assert rebuilt(outside, tmp_path / "one").is_equal

    (tmp_path / "two").mkdir()
    found = rebuilt(outside, tmp_path / "two", load=weaker)
    assert (found.is_equal, found.distance) == (False, None)
    assert "model.json is missing" in found.problem


def test_version_that_is_not_there_is_refused(once: FakeOutside, tmp_path: Path) -> None:
    with pytest.raises(VersionUnknown):
        core.rebuild(
            once.edges,
            once.versions,
            model=MODEL,
            model_version=9,
            folder=tmp_path,
            progress=lambda *_: None,
        )


def test_command_says_that_it_is_equal(once: FakeOutside) -> None:
    result = FakeStage(once).run("rebuild", "1")

    assert result.exit_code == 0
    assert result.output.startswith(
        "version 1 of kdd99-http, trained again from the same files, is equal bit by bit: SHA-256 "
    )
    told = FakeStage(once).json("rebuild", "1", "--json")
    assert isinstance(told, dict)
    assert (told["is_equal"], told["recipe_changed"], told["distance"]) == (True, False, None)


def test_command_says_how_far_another_artifact_is_and_why() -> None:
    other = Rebuilt(
        model=MODEL,
        model_version=3,
        is_equal=False,
        sha256="ab",
        recipe_changed=True,
        distance=Distance(rows=1_500, other_labels=2, largest=0.0123456),
    )

    assert in_lines(other) == [
        "version 3 of kdd99-http, trained again from the same files, is another one: SHA-256 ab",
        "the recipe is not the one of then: check out the commit that trained it",
        "on 1,500 rows of the holdout 2 get another label; the largest difference of two probabilities is 0.0123",
    ]
    unknown = replace(other, recipe_changed=False, distance=None, problem="model.json is missing")
    assert in_lines(unknown)[1:] == ["how far it is cannot be told: model.json is missing"]
