"""A version's answers are known for every row that it was ever scored on, and no row is judged without them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import layout
from chalicelib.documents import documents
from lambdas.model.evaluation.anchor import AnchorVersion
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.recipe import Numeric, Recipe
from tests.given.anchored_nights import GREW, MODELS, RECIPE, ROWS, SAME, Stage, four_nights
from tests.given.kept_rows import Broken, kept
from tests.given.nights import MODEL
from tests.given.present import present
from tests.given.records import rewrite, silent
from workflows.backtesting import backtest
from workflows.backtesting.answered_rows import Known
from workflows.backtesting.backtest import Backtest

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def again(stage: Stage, recipe: Recipe) -> Backtest:
    return backtest.run(stage.night.edges, recipe, since=LONG_AGO, report=silent)


def verdicts(found: Backtest) -> list[tuple[str, bool, list[tuple[str, str]]]]:
    return [(each.night.run, each.passes, list(each.failing)) for each in found.judged]


def left_out(found: Backtest) -> dict[str, str]:
    return {each.run: each.why for each in found.left_out}


NAMED = {number: replace(RECIPE, anchor=number) for number in (1, 2, 3, 4, 99)}


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_nights_of_the_same_rows_are_judged_against_any_version(number: int) -> None:
    stage = four_nights()

    found = again(stage, NAMED[number])

    at_once = []
    for made, champion in ((1, None), (2, 1), (3, 2), (4, 3)):
        anchor = None if champion is None else number
        then = Stage(stage.night, NAMED[number])
        told, _ = then.judged(made, rows=300, champion=champion, anchor=anchor, named=True)
        failing = [(rule.name, rule.reason) for rule in told.rules if not rule.passed]
        at_once.append((f"run-{made}", told.passed, failing))
    assert verdicts(found) == at_once
    assert any(
        name.endswith(f"against the anchor, version {number}") for *_, failing in at_once for name, _ in failing
    ) == (number == 2)


def test_nights_against_another_anchor_are_counted() -> None:
    found = again(four_nights(), NAMED[2])

    assert [each.night.run for each in found.judged if each.other_anchor] == ["run-2"]
    summary = found.summary()
    assert (summary["other_anchor"], summary["has_anchor"], summary["lacks_anchor"]) == (1, 0, 0)


def test_recipe_as_it_is_reproduces_what_was_judged() -> None:
    for sizes in (SAME, GREW):
        found = again(four_nights(sizes), RECIPE)

        assert verdicts(found) == [
            (
                each.night.run,
                each.night.report.passed,
                [(rule.name, rule.reason) for rule in each.night.report.rules if not rule.passed],
            )
            for each in found.judged
        ]
        assert len(found.judged) == 4


def test_night_with_new_rows_is_left_out_where_nobody_scored_the_version_on_them() -> None:
    found = again(four_nights(GREW), NAMED[1])

    assert left_out(found) == {
        "run-4": "its anchor was version 2, the recipe's is version 1; and as far as answers are kept, that one was"
        " scored on 500 of its 600 rows"
    }
    assert [each.night.run for each in found.judged] == ["run-1", "run-2", "run-3"]


def test_version_that_was_scored_on_a_later_night_is_known_on_earlier_ones() -> None:
    found = again(four_nights(GREW), NAMED[3])

    assert not found.left_out
    assert [each.night.run for each in found.judged if each.other_anchor] == ["run-2", "run-3"]


def test_copies_of_a_row_are_counted_where_it_is_unknown() -> None:
    stage = four_nights()
    rows = np.r_[np.arange(300), [700, 700, 701]]
    report, found = kept(
        RECIPE,
        ROWS.take(rows),
        told={"champion_model_version": 3, "run": "run-4"},
        artifact=MODELS[4],
        champion=MODELS[3],
        anchor=AnchorVersion(model_version=2, artifact=MODELS[2]),
    )
    stage.night.store.put(layout.row_answers(MODEL, "run-4"), found.encode())
    stage.night.store.put(layout.run_document("run-4", "report"), report.encode())

    assert left_out(again(stage, NAMED[1]))["run-4"].endswith("that one was scored on 300 of its 303 rows")


def test_version_that_does_not_exist_was_scored_on_no_row() -> None:
    found = again(four_nights(), NAMED[99])

    assert left_out(found)["run-2"].endswith("scored on 0 of its 300 rows")
    assert [each.night.run for each in found.judged] == ["run-1"]


def test_answers_to_rows_of_other_columns_are_not_these_rows() -> None:
    """The hash of a row does not tell what its columns are called."""
    stage = four_nights()
    other = replace(RECIPE, columns=[Numeric("width", minimum=0), Numeric("height")])
    _, found = kept(RECIPE, ROWS.take(np.arange(300)), artifact=MODELS[1])
    for run in ("run-1", "run-2", "run-3"):
        renamed = replace(found, columns=("width", "height"))
        stage.night.store.put(layout.row_answers(MODEL, run), renamed.encode())

    assert left_out(again(stage, replace(other, anchor=1)))["run-4"].endswith("scored on 0 of its 300 rows")


def test_row_that_two_nights_answer_otherwise_is_unknown() -> None:
    stage = four_nights()
    twisted = {0: 1, 1: 0}
    _, found = kept(RECIPE, ROWS.take(np.arange(300)), artifact=MODELS[1])
    labels = found.labels["challenger"].copy()
    labels[:7] = [twisted[each] for each in labels[:7].tolist()]
    stage.night.store.put(layout.row_answers(MODEL, "run-1"), replace(found, labels={"challenger": labels}).encode())

    assert left_out(again(stage, NAMED[1]))["run-4"].endswith("scored on 293 of its 300 rows")


def test_night_whose_answers_are_damaged_is_named_and_helps_no_other_one() -> None:
    stage = four_nights()
    for run in ("run-1", "run-2", "run-3"):
        stage.night.store.put(layout.row_answers(MODEL, run), b"damaged")

    found = left_out(again(stage, NAMED[1]))
    assert found["run-4"].endswith("scored on 0 of its 300 rows")
    assert "run-3" not in found  # its own anchor was version 1

    found = left_out(again(stage, NAMED[3]))
    assert "row-answers/kdd99-http/run-2.zip is damaged: it is no whole zip file" in found["run-2"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"row_answers": None}, "an earlier release kept no answers row by row"),
        ({"row_answers": {"problem": "9 rows are more than 8"}}, "were not kept row by row: 9 rows are more than 8"),
        ({"judging": 2}, "are of another judging than its report"),
        ({"matrix": [[1, 2], [3, 4]], "comparison": None, "champion": {"scored": False, "problem": "x"}}, "another"),
    ],
)
def test_night_that_lacks_its_answers_says_why(changes: dict[str, Any], said: str) -> None:
    stage = four_nights()
    rewrite(stage.night, layout.run_document("run-4", "report"), **changes)

    found = left_out(again(stage, NAMED[1]))

    assert said in found["run-4"]


def test_answers_of_another_live_model_are_not_those_of_the_report() -> None:
    stage = four_nights()
    _, found = stage.judged(4, rows=300, champion=1, anchor=2)
    stage.night.store.put(layout.row_answers(MODEL, "run-4"), found.encode())

    assert "are of another judging than its report" in left_out(again(stage, NAMED[1]))["run-4"]


@pytest.mark.parametrize(
    ("lost", "of"), [("labels", "champion"), ("labels", "anchor"), ("ranks", "champion"), ("ranks", "challenger")]
)
def test_night_whose_answers_lack_a_version_that_was_scored_is_named(lost: str, of: str) -> None:
    stage = four_nights()
    found = RowAnswers.decode(present(stage.night.store.find(layout.row_answers(MODEL, "run-4"))).body)
    without: Any = {lost: {name: each for name, each in getattr(found, lost).items() if name != of}}
    stage.night.store.put(layout.row_answers(MODEL, "run-4"), replace(found, **without).encode())
    report = layout.run_document("run-4", "report")
    told = documents.find(stage.night.store, report)
    champion = {name: each for name, each in told["champion"].items() if name != "matrix"}
    rewrite(stage.night, report, champion=champion, comparison={**told["comparison"], "cells": []})

    why = left_out(again(stage, NAMED[1]))["run-4"]

    assert f"row-answers/kdd99-http/run-4.zip is damaged: its report says that {of} was scored" in why
    assert "set compare_with_champion=False to leave them" in why


def test_night_whose_answers_are_gone_says_so() -> None:
    stage = four_nights()
    stage.night.store.delete(layout.row_answers(MODEL, "run-4"))

    said = left_out(again(stage, NAMED[1]))["run-4"]

    assert said.endswith("its answers row by row are gone: they go after 90 days, and with a file that is erased")


def test_nights_before_the_first_that_is_judged_tell_their_answers_too() -> None:
    stage = four_nights(GREW)
    last = backtest.run(stage.night.edges, NAMED[3], since=datetime(2026, 11, 22, tzinfo=UTC), report=silent)

    assert [each.night.run for each in last.judged] == ["run-2", "run-3", "run-4"]
    stage.night.store.delete(layout.run_document("run-4", "report"))
    assert "run-3" in {each.night.run for each in again(stage, NAMED[3]).judged}


def test_live_version_that_could_not_be_scored_has_no_answers() -> None:
    stage = four_nights()
    report, found = kept(
        RECIPE,
        ROWS.take(np.arange(300)),
        told={"champion_model_version": 3, "run": "run-4"},
        artifact=MODELS[4],
        champion=Broken(RECIPE.class_names),
        anchor=AnchorVersion(model_version=2, artifact=MODELS[2]),
    )
    stage.night.store.put(layout.row_answers(MODEL, "run-4"), found.encode())
    stage.night.store.put(layout.run_document("run-4", "report"), report.encode())

    (night,) = [each for each in again(stage, NAMED[1]).judged if each.night.run == "run-4"]
    assert night.other_anchor and not night.passes


ANSWERS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 2)), max_size=12)


@given(st.lists(ANSWERS, max_size=4), st.lists(st.integers(0, 11), max_size=8))
def test_known_is_what_no_two_answers_contradict(nights: list[list[tuple[int, int]]], asked: list[int]) -> None:
    many = [
        (
            np.array([row for row, _ in night], dtype=np.uint64),
            np.array([place for _, place in night], dtype=np.int64),
        )
        for night in nights
    ]

    is_known, places = Known.of(many).among(np.array(asked, dtype=np.uint64))

    told = [{place for night in nights for row, place in night if row == each} for each in asked]
    assert is_known.tolist() == [len(each) == 1 for each in told]
    assert places.tolist() == [min(each) if len(each) == 1 else 0 for each in told]
