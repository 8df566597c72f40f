from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED
from chalicelib.errors import BadRequest, CommandFailed, ModelUnknown, RecipeInvalid
from lambdas import recipes
from tests.fakes.edges import FakeOutside
from tests.fakes.stage import FakeStage
from tests.given.anchored_nights import GREW, TEXT, Stage, four_nights
from tests.given.judged_nights import NIGHTS, end, judge, judged_nights, recipe_file
from tests.given.nights import MODEL, content, outside
from tests.given.records import rewrite

GOOD = 'at_least("recall", of="good", bound=0.3)'
STRICT = 'at_least("accuracy", bound=0.91)'


def stage_of(night: FakeOutside) -> FakeStage:
    return FakeStage(night)


def strict(folder: Path) -> tuple[str, ...]:
    return "backtest", "--recipe", str(recipe_file(folder, thresholds=STRICT))


def words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_each_night_is_told_with_what_was_and_what_the_recipe_says(tmp_path: Path) -> None:
    result = stage_of(judged_nights(tmp_path)).run(*strict(tmp_path))

    said = words(result.output)
    assert result.exit_code == 0
    assert said[0] == "night (UTC) then recipe run"
    assert said[1] == "2026-11-21 03:00 Promoted refused first"
    assert said[2] == "accuracy: 0.8975 < 0.91 (each end 95 % sure: 0.869065 to 0.921436)"
    assert "2026-11-22 03:00 ModelRejected refused * bad" in said
    assert "2026-11-23 03:00 Promoted passes * better" in said
    assert said[said.index("2026-11-24 03:00 RolledBack refused canary") + 1].startswith("went wrong: rolled back by")


def test_summary_says_what_the_recipe_would_have_saved_and_cost(tmp_path: Path) -> None:
    said = words(stage_of(judged_nights(tmp_path)).run(*strict(tmp_path)).output)

    assert said[-6].endswith("kdd99_http.py, 3 of 7 nights would have passed the gate; 4 went live then.")
    assert said[-5:] == [
        "It would have saved you 2 nights that went wrong.",
        "It would have cost you 1 night that went live with nothing known to be wrong.",
        "1 night that the gate refused would have passed; nobody knows how that would have gone on.",
        "* 3 nights would have met another live model, because of what came before: judged against the one that"
        " served.",
        "Replay and canary come after the gate, and are not repeated.",
    ]


def test_what_went_wrong_and_passes_is_told_too(tmp_path: Path) -> None:
    stage = stage_of(judged_nights(tmp_path))

    said = words(stage.run("backtest", "--recipe", str(recipe_file(tmp_path))).output)

    assert said[-5].endswith("5 of 7 nights would have passed the gate; 4 went live then.")
    assert said[-2] == "2 nights that went wrong would have passed."


def test_a_narrow_screen_breaks_no_date_and_nothing_is_wider(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    run = "kdd99-http-nightly-20261121T0300Z"
    judge(night, recipes.load_file(recipe_file(tmp_path)), run=run, wrong=0.3, live=0.08)
    end(night, run=run, outcome=MODEL_REJECTED)

    output = stage_of(night).run(*strict(tmp_path), width=80).output

    assert all(len(line) <= 80 for line in output.splitlines())
    assert "2026-11-29 03:00  ModelRejected  refused *  kdd99-http-nightly-20261121T0300Z" in output


def test_nights_are_told_to_programs(tmp_path: Path) -> None:
    found = cast(Any, stage_of(judged_nights(tmp_path)).json(*strict(tmp_path), "--json"))

    assert (found["model"], found["summary"]["saved"], found["left_out"]) == (MODEL, 2, [])
    assert [each["run"] for each in found["nights"]] == list(NIGHTS)
    first = found["nights"][0]
    assert first["failing"] == [
        {"rule": "accuracy", "reason": "0.8975 < 0.91 (each end 95 % sure: 0.869065 to 0.921436)"},
    ]
    facts = ("at", "outcome", "passed_then", "passes", "model_version", "against_model_version", "wrong", "cost")
    assert [first[fact] for fact in facts] == [
        "2026-11-21T03:00:00.000Z",
        "Promoted",
        True,
        False,
        1,
        None,
        None,
        True,
    ]


def test_nothing_is_written(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    before, changes = content(night), len(night.history.effects)

    stage_of(night).run(*strict(tmp_path))

    assert content(night) == before
    assert len(night.history.effects) == changes


def test_report_that_does_not_tell_enough_is_named(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    judge(
        night,
        recipes.load_file(recipe_file(tmp_path)),
        run="old",
        wrong=0.05,
        live=0.08,
        without={"comparison": None, "row_answers": None},
    )
    end(night, run="old", outcome=MODEL_REJECTED)

    said = words(stage_of(night).run(*strict(tmp_path)).output)

    assert any(line.startswith("left out: old: its report holds no joint counts of both models") for line in said)
    assert any(line.endswith("would have passed the gate; 4 went live then, 1 night left out.") for line in said)


def test_where_no_night_can_be_judged_the_reasons_stand_alone(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    for run in NIGHTS:
        night.store.put(layout.run_document(run, "report"), b"{")

    said = words(stage_of(night).run(*strict(tmp_path)).output)

    assert said[0].startswith("left out: first: ")
    assert any("0 of 0 nights" in line for line in said)


def test_no_night_at_all_is_an_error_with_the_way_out(tmp_path: Path) -> None:
    result = stage_of(judged_nights(tmp_path)).run(*strict(tmp_path), "--since", "1h")

    assert isinstance(result.exception, CommandFailed)
    assert "no run of kdd99-http was judged since 2026-11-29 02:00: look further back with --since" in str(
        result.exception
    )


@pytest.mark.parametrize("since", ["yesterday", "90", "2026-13-01", "3m"])
def test_time_that_is_none_is_refused(since: str, tmp_path: Path) -> None:
    result = stage_of(judged_nights(tmp_path)).run(*strict(tmp_path), "--since", since)

    assert isinstance(result.exception, BadRequest)


@pytest.mark.parametrize(("since", "runs"), [("2026-11-26", 2), ("3d", 2), ("8d", 7), ("1w", 6), ("99999w", 7)])
def test_nights_since_a_time_are_judged(since: str, runs: int, tmp_path: Path) -> None:
    found = cast(Any, stage_of(judged_nights(tmp_path)).json(*strict(tmp_path), "--since", since, "--json"))

    assert len(found["nights"]) == runs


def test_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "kdd99_http.py"
    file.write_text("RECIPE = 1")

    result = stage_of(outside()).run("backtest", "--recipe", str(file))

    assert isinstance(result.exception, RecipeInvalid)


def test_model_that_the_stage_has_not_is_refused(tmp_path: Path) -> None:
    stage = FakeStage(FakeOutside("loans"))

    assert isinstance(stage.run(*strict(tmp_path)).exception, ModelUnknown)


def test_what_no_counts_can_tell_of_the_anchor_is_said(tmp_path: Path) -> None:
    night = judged_nights(tmp_path)
    gone = {"model_version": 1, "named": False, "problem": "it was pruned", "comparison": None, "row_answers": None}
    rewrite(night, layout.run_document("bad", "report"), anchor=None)
    rewrite(night, layout.run_document("better", "report"), anchor={**gone, "advances": False, "why": "it is gone"})

    said = " ".join(words(stage_of(night).run("backtest", "--recipe", str(recipe_file(tmp_path))).output))

    assert (
        "1 night had no anchor, because their recipe had none: judged without one. A recipe that names a version,"
        " such as anchor=1, is judged against that." in said
    )
    assert (
        "Judged against the anchor that it had then: 1 night. By another recipe it may have been another version: to"
        " judge against that one, name it in the recipe, such as anchor=1." in said
    )


def anchored(stage: Stage, folder: Path, *, anchor: int) -> str:
    """What is said of these nights by a recipe that names its anchor."""
    recipe = recipe_file(folder, thresholds=TEXT, fields=f"anchor={anchor},")
    return " ".join(words(stage_of(stage.night).run("backtest", "--recipe", str(recipe)).output))


def test_nights_that_are_judged_against_another_anchor_are_told(tmp_path: Path) -> None:
    said = anchored(four_nights(), tmp_path, anchor=2)

    assert (
        "Judged against the version that the recipe names, which was not their anchor: 1 night, by the answers that"
        " are kept row by row." in said
    )
    assert "Judged against the anchor that it had then" not in said
    assert "had no anchor" not in said


def test_night_with_rows_that_the_anchor_was_not_scored_on_is_told_with_their_number(tmp_path: Path) -> None:
    said = anchored(four_nights(GREW), tmp_path, anchor=1)

    assert (
        "left out: run-4: its anchor was version 2, the recipe's is version 1; and as far as answers are kept, that"
        " one was scored on 500 of its 600 rows" in said
    )


def test_area_of_another_class_is_judged_by_the_answers_row_by_row(tmp_path: Path) -> None:
    recipe = recipe_file(tmp_path, thresholds=f'at_least("roc_auc", bound=0.5), {TEXT}, {GOOD}')
    recipe.write_text(recipe.read_text().replace('positive="bad"', 'positive="good"'))
    stage = four_nights()
    stage.night.store.delete(layout.row_answers(MODEL, "run-4"))

    found = cast(Any, stage_of(stage.night).json("backtest", "--recipe", str(recipe), "--json"))

    assert [(each["run"], each["passes"]) for each in found["nights"]] == [
        *(("run-1", True), ("run-2", True), ("run-3", False))
    ]
    assert [each["why"] for each in found["left_out"]] == [
        "its roc_auc is of bad, the recipe's of good; and its answers row by row are gone: they go after 90 days, and"
        " with a file that is erased"
    ]
