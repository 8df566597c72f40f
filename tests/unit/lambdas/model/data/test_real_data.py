"""KDD Cup 1999, http: the figures that the whole job has to reproduce, from bytes to verdict."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from chalicelib.edges.object_store import Stored
from lambdas import recipes
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.metrics.confusion import confusion_matrix
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe, Split
from lambdas.model.splitting.split import STRATIFIED, Draw
from lambdas.model.training.estimator import fit
from lambdas.pieces import piece_of
from lambdas.splits import Splits
from tests.given import data
from tests.given.holdouts import evaluate

FILE, ETAG = "kdd_http.csv.gz", "1"


FIRST_RULE = Splits({(FILE, ETAG): Draw(STRATIFIED, 0.2, 42, "")})
"""The draw of the first releases, without a salt."""
OWN_DRAW = Splits({})
"""The draw of a file that is new, as `make run` has it: salted by its text."""
DEFAULT, EXACT = LogisticRegression(), LogisticRegression(solver="newton-cholesky", tol=1e-10, max_iter=1000)
FITTED_BY = {"part by part": None, "scikit-learn, newton-cholesky": EXACT, "scikit-learn, lbfgs": DEFAULT}
DRAWN = {"today's": OWN_DRAW, "the first": FIRST_RULE}
PAGE = (Path(__file__).parents[5] / "docs/estimators.md").read_text("utf-8")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("rule", "by", "missed"),
    [
        ("today's", "part by part", 4),
        ("today's", "scikit-learn, newton-cholesky", 4),
        ("today's", "scikit-learn, lbfgs", 5),
        ("the first", "part by part", 5),
        ("the first", "scikit-learn, newton-cholesky", 5),
        ("the first", "scikit-learn, lbfgs", 5),
    ],
)
def test_each_solver_gives_its_known_matrix_and_the_page_tells_it(rule: str, by: str, missed: int) -> None:
    recipe = recipes.load("kdd99-http")
    prepared = data.prepared([piece(DRAWN[rule])], recipe=recipe)
    train, holdout = prepared.train, prepared.holdout
    ours = fit(recipe, train=train).estimator
    by_scikit_learn = FITTED_BY[by] and make_pipeline(StandardScaler(), clone(FITTED_BY[by]))
    fitted = by_scikit_learn.fit(train.numeric, train.labels) if by_scikit_learn else ours

    apart = np.abs(fitted.predict_proba(holdout.numeric) - ours.predict_proba(holdout.numeric)).max()

    counts = [[113_058, 0], [missed, 442 - missed]]
    said = "none" if fitted is ours else "1e-6" if apart <= 1e-6 else f"{apart:.3f}"
    assert matrix(fitted, holdout) == counts
    assert f"| {rule} | {by} | {fitted[-1].intercept_[0]:.2f} | {said} | `{counts}` |" in PAGE


def matrix(estimator: Any, holdout: Table) -> list[list[int]]:
    answered = estimator.predict(holdout.numeric)
    counted: list[list[int]] = confusion_matrix(holdout.labels, answered, labels=["normal", "attack"]).tolist()
    return counted


def piece(known: Splits, *, recipe: Recipe | None = None) -> Any:
    content = Path(os.environ["NIGHTSWAP_TEST_DATA"], FILE).read_bytes()
    by = recipe or recipes.load("kdd99-http")
    return piece_of(FILE, stored=Stored(content, etag=ETAG), recipe=by, known=known)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("split", "rows", "attacks", "seen"),
    [(Split(), 113_500, 442, 84_504), (Split(duplicates="together"), 114_598, 35, 0)],
)
def test_copies_of_the_holdout_were_seen_in_training_unless_they_stay_together(
    split: Split, rows: int, attacks: int, seen: int
) -> None:
    """docs/splits.md has these figures."""
    recipe = replace(recipes.load("kdd99-http"), split=split)

    profile = data.prepared([piece(OWN_DRAW, recipe=recipe)], recipe=recipe).profile

    assert (profile["holdout_rows"], profile["classes"]["attack"]["holdout"]) == (rows, attacks)
    assert profile["holdout_rows_in_train"] == seen


@pytest.mark.real_data
def test_kdd99_http_gives_the_known_matrix() -> None:
    recipe = recipes.load("kdd99-http")

    prepared = data.prepared([piece(OWN_DRAW)], recipe=recipe)
    train, holdout = (Table.from_files(part.to_files()) for part in (prepared.train, prepared.holdout))
    fitted = fit(recipe, train=train)
    served = load(export(fitted).content)
    answers = Answers.from_files(fitted.answers(holdout).to_files())
    report = evaluate(recipe, artifact=served, holdout=holdout, answers=answers, champion=served)

    profile = prepared.profile
    assert (profile["rows"], profile["duplicate_rows"]) == (567_498, 345_596)
    assert profile["classes"]["attack"] == {"rows": 2_211, "train": 1_769, "holdout": 442}
    (tn, fp), (fn, tp) = report["matrix"]
    assert {"tn": tn, "fp": fp, "fn": fn, "tp": tp} == {"tn": 113_058, "fp": 0, "fn": 4, "tp": 438}
    assert report["parity"]["label_mismatches"] == 0
    assert report["parity"]["largest_difference"] <= 1e-12
    assert report["passed"], report["reason"]
    assert fitted.facts["cross_validation"]["mean"] > 0.9
