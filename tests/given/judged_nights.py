"""Nights that the gate judged, each with the report, the outcome and the moves of the alias that it left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chalicelib import layout
from chalicelib.contracts.decisions import MODEL_REJECTED, NOTHING_NEW, PROMOTED, ROLLED_BACK
from chalicelib.contracts.runs import RunOutcome
from chalicelib.promotion import promotion
from chalicelib.registry import models
from chalicelib.registry.live import look
from chalicelib.runs import outcomes
from lambdas import recipes
from lambdas.model.recipe import Recipe
from tests.fakes.edges import FakeOutside
from tests.given import data
from tests.given.guesses import Guess
from tests.given.kept_rows import kept
from tests.given.moves import ask
from tests.given.nights import MODEL, going, outside, promote, register, shift

DAY = 24 * 3600.0
TEXT = """
from lambdas.model.recipe import Columns, Numeric, Recipe, at_least, at_most


def estimator(_: Columns) -> object:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression()


RECIPE = Recipe(
    model="kdd99-http",
    columns=[Numeric("size", minimum=0), Numeric("age")],
    label="label",
    classes={{"ok.": "good", "spam.": "bad"}},
    positive="bad",
    estimator=estimator,
    thresholds=[{thresholds}],
    {fields}
)
"""
AS_IT_IS = 'at_least("recall", of="bad", bound=0.8), at_least("accuracy", bound=0.8, sure=0.9)'

NIGHTS = ("first", "bad", "better", "canary", "few", "again", "regretted")
PROMOTED_ONES = ["first", "better", "again", "regretted"]


def recipe_file(folder: Path, *, thresholds: str = AS_IT_IS, fields: str = "") -> Path:
    file = folder / "kdd99_http.py"
    file.write_text(TEXT.format(thresholds=thresholds, fields=fields))
    return file


def judged_nights(folder: Path) -> FakeOutside:
    """A night a day from 2026-11-21 on, named as NIGHTS; each ends as the gate decided by the recipe AS_IT_IS.

    `first` has no champion, `bad` is rejected, `canary` is rolled back by its canary, `few` has too few rows, `again`
    was judged again, and an operator rolled `regretted` back on the day after.
    """
    recipe = recipes.load_file(recipe_file(folder))
    night = outside()
    judge(night, recipe, run="first", wrong=0.1, live=None)
    _promoted(night, "first")
    judge(night, recipe, run="bad", wrong=0.5, live=0.1)
    end(night, run="bad", outcome=MODEL_REJECTED)
    judge(night, recipe, run="better", wrong=0.08, live=0.1)
    _promoted(night, "better")
    judge(night, recipe, run="canary", wrong=0.09, live=0.08)
    canary = register(night.edges, run="canary", fingerprint="canary")
    promotion.move_alias(night.edges, shift(night.edges, canary, run="canary"))
    ask(night.edges, "rollback", model_version=2, name="rollback-8899aabbccddeeff")
    end(night, run="canary", outcome=ROLLED_BACK, reason="errors: 9 of 20 calls")
    judge(night, recipe, run="few", wrong=0.04, live=0.08, rows=12)
    end(night, run="few", outcome=MODEL_REJECTED)
    judge(night, recipe, run="again", wrong=0.5, live=0.08)
    judge(night, recipe, run="again", wrong=0.07, live=0.08, judging=2)
    _promoted(night, "again")
    judge(night, recipe, run="regretted", wrong=0.09, live=0.07)
    _promoted(night, "regretted")
    ask(night.edges, "rollback", reason="customers complain")
    end(night, run="idle", outcome=NOTHING_NEW)
    return night


def judge(
    night: FakeOutside,
    recipe: Recipe,
    *,
    run: str,
    wrong: float,
    live: float | None,
    rows: int = 400,
    judging: int = 1,
    without: Mapping[str, Any] | None = None,
) -> None:
    """Leave the report of a run whose model, and the live one, are wrong on these shares of the rows; and what they
    answered row by row."""
    going(night, run)
    holdout = data.table(recipe, rows=rows, seed=7)
    made = Guess(wrong, seed=1, holdout=holdout)
    champion = None if live is None else Guess(live, seed=2, holdout=holdout)
    seen = models.champion(night.edges, look(night.edges, model=MODEL), model=MODEL)
    told = {"run": run, "fingerprint": run, "champion_model_version": seen, **(without or {})}
    report, answers = kept(recipe, holdout, judging=judging, told=told, artifact=made, champion=champion)
    night.store.put(layout.row_answers(MODEL, run), answers.encode())
    night.store.put(layout.run_document(run, "report"), report.encode())


def end(night: FakeOutside, *, run: str, outcome: str, reason: str = "as the gate said") -> None:
    """End the run; the next one is a day later."""
    outcomes.record(night.edges, RunOutcome(run=run, model=MODEL, outcome=outcome, reason=reason, error=None))
    night.clock.sleep(DAY)


def _promoted(night: FakeOutside, run: str) -> None:
    promote(night.edges, run=run, fingerprint=run)
    end(night, run=run, outcome=PROMOTED)
