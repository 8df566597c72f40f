"""docs/backtest.md quotes what the command says, and each line of its table is tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib import layout, limits
from lambdas import recipes
from lambdas.model.evaluation.tally import row_answers
from lambdas.model.evaluation.tally.collecting import too_large
from lambdas.model.gate.joint import CELLS_MAX
from lambdas.model.gate.thresholds import at_least
from lambdas.model.recipe import Recipe
from tests.contract.docs import pages
from tests.contract.source.sources import ROOT
from tests.fakes.stage import FakeStage
from tests.given import data
from tests.given.anchored_nights import GREW, RECIPE, SAME, four_nights
from tests.given.judged_nights import judged_nights, recipe_file
from tests.given.nights import MODEL
from tests.given.records import rewrite, silent
from workflows.backtesting import backtest
from workflows.backtesting.backtest import Backtest

PAGE = pages.PAGES["backtest.md"]
TABLE = dict(row for row in pages.rows(PAGE) if len(row) == 2)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NAMES = {run: f"kdd99-http-nightly-202611{day}T0300Z" for day, run in enumerate(("first", "bad", "better"), 21)}


def test_nights_are_told_as_the_page_quotes_them(tmp_path: Path) -> None:
    stage = FakeStage(judged_nights(tmp_path))
    recipe = recipe_file(tmp_path, thresholds='at_least("accuracy", bound=0.91, margin=None)')
    said = stage.run("backtest", "--recipe", str(recipe)).output

    (quoted,) = pages.blocks(PAGE, "text")
    for run, name in NAMES.items():
        quoted = quoted.replace(name, run)
    assert quoted.split() == said.split()[: len(quoted.split())]


def again(recipe: Recipe, *, sizes: tuple[int, ...] = SAME, lost: str = "", **last: object) -> Backtest:
    """Four nights judged again; the answers of one of them are lost, and the last one's report has these fields."""
    night = four_nights(sizes).night
    if lost:
        night.store.delete(layout.row_answers(MODEL, lost))
    if last:
        rewrite(night, layout.run_document("run-4", "report"), **last)
    return backtest.run(night.edges, recipe, since=LONG_AGO, report=silent)


def left_out(found: Backtest) -> list[str]:
    return [each.run for each in found.left_out]


def another_class() -> None:
    curve = replace(RECIPE, positive="good", thresholds=[*RECIPE.thresholds, at_least("roc_auc", bound=0.5)])
    assert left_out(again(curve)) == []
    assert left_out(again(curve, lost="run-2")) == ["run-2"]


def another_anchor() -> None:
    third = replace(RECIPE, anchor=3)
    assert [each.night.run for each in again(third, sizes=GREW).judged if each.other_anchor] == ["run-2", "run-3"]
    found = again(replace(RECIPE, anchor=1), sizes=GREW)
    assert left_out(found) == ["run-4"] and "on 500 of its 600 rows" in found.left_out[0].why
    assert not any("the anchor" in name for each in again(third).judged[2:] for name, _ in each.failing)
    assert left_out(again(third, anchor=None)) == []
    assert left_out(again(replace(RECIPE, anchor=1), sizes=GREW, anchor=None)) == ["run-4"]


def live_anchor() -> None:
    (last,) = [each for each in again(replace(RECIPE, anchor=3), sizes=GREW).judged if each.night.run == "run-4"]
    assert last.night.report.champion_model_version == 3 and not last.other_anchor
    assert not any("the anchor" in name for name, _ in last.failing)


def ratchet_of_a_night_without() -> None:
    found = again(RECIPE, anchor=None)
    assert [each.night.run for each in found.judged if each.lacks_anchor] == ["run-4"] and not found.left_out


def ratchet_that_moved() -> None:
    found = again(replace(RECIPE, thresholds=[at_least("accuracy", bound=0.51, margin=0.2)]))
    assert [each.night.run for each in found.judged if each.has_anchor] == ["run-2", "run-3", "run-4"]


def other_classes() -> None:
    classes = {"ok.": "fine", "spam.": "bad", "worm.": "bad"}
    assert len(left_out(again(replace(RECIPE, classes=classes)))) == 4


TRIED: dict[str, Callable[[], None]] = {
    "an area under the curve of another positive class": another_class,
    "`anchor=3`, where the night's was another version, or none": another_anchor,
    "`anchor=3`, where version 3 was live that night": live_anchor,
    "the ratchet, where the night's recipe had no anchor": ratchet_of_a_night_without,
    "the ratchet, where by this recipe the anchor may have moved otherwise": ratchet_that_moved,
    "other classes": other_classes,
}


def test_no_line_of_the_table_is_untried() -> None:
    assert [name for name in TABLE if name != "what a recipe asks for"] == list(TRIED)


@pytest.mark.parametrize("line", TRIED)
def test_a_night_is_judged_as_the_line_says(line: str) -> None:
    TRIED[line]()


def test_recipe_as_it_is_gives_the_verdicts_that_it_gave() -> None:
    for sizes in (SAME, GREW):
        assert all(each.passes == each.night.report.passed for each in again(RECIPE, sizes=sizes).judged)


def test_limits_and_places_are_those_of_the_code() -> None:
    for said in (
        f"more than {limits.ROW_ANSWER_ROWS:,} rows",
        f"more than {limits.ROW_ANSWER_BYTES // 1_000_000} MB before they are packed",
        f"after {limits.ROW_ANSWER_DAYS} days",
        f"`{layout.row_answers('MODEL', 'RUN')}`",
        f"more than {CELLS_MAX:,} combinations",
        f"`{row_answers.RowAnswers.__name__}`",
    ):
        assert said in " ".join(PAGE.split())
    assert (ROOT / "lambdas/model/evaluation/tally/row_answers.py").exists()


@pytest.mark.parametrize(("classes", "is_too_large"), [(5, False), (6, True)])
def test_a_million_rows_of_six_classes_are_too_large(classes: int, is_too_large: bool) -> None:
    names = {f"raw {number}": f"class {number}" for number in range(classes)}
    recipe = data.numeric_recipe(classes=names, positive=None, thresholds=[at_least("accuracy", bound=0.9)])

    assert bool(too_large(1_000_000, recipe=recipe, free_bytes=10**12)) == is_too_large


def test_recipe_is_a_name_or_a_file_that_is_named_as_the_model(tmp_path: Path) -> None:
    assert recipes.load(MODEL).model == recipes.load_file(recipe_file(tmp_path)).model
