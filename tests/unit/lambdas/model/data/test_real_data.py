"""KDD Cup 1999, http: the figures that the whole job has to reproduce, from bytes to verdict."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chalicelib.edges.object_store import Stored
from lambdas import recipes
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.training.estimator import fit
from lambdas.pieces import piece_of
from lambdas.splits import Splits
from tests.given import data
from tests.given.holdouts import evaluate


@pytest.mark.real_data
def test_kdd99_http_gives_the_known_matrix() -> None:
    recipe = recipes.load("kdd99-http")
    content = Path(os.environ["NIGHTSWAP_TEST_DATA"], "kdd_http.csv.gz").read_bytes()

    piece = piece_of("kdd_http.csv.gz", stored=Stored(content, etag="1"), recipe=recipe, known=Splits({}))

    prepared = data.prepared([piece], recipe=recipe)
    train, holdout = (Table.from_files(part.to_files()) for part in (prepared.train, prepared.holdout))
    fitted = fit(recipe, train=train)
    served = load(export(fitted).content)
    answers = Answers.from_files(fitted.answers(holdout).to_files())
    report = evaluate(recipe, artifact=served, holdout=holdout, answers=answers, champion=served)

    profile = prepared.profile
    assert (profile["rows"], profile["duplicate_rows"]) == (567_498, 345_596)
    assert profile["classes"]["attack"] == {"rows": 2_211, "train": 1_769, "holdout": 442}
    (tn, fp), (fn, tp) = report["matrix"]
    expected = {"tn": 113_058, "fp": 0, "fn": 5, "tp": 437}
    assert {"tn": tn, "fp": fp, "fn": fn, "tp": tp} == {name: pytest.approx(n, abs=2) for name, n in expected.items()}
    assert report["parity"]["label_mismatches"] == 0
    assert report["parity"]["largest_difference"] <= 1e-12
    assert report["passed"], report["reason"]
    assert fitted.facts["cross_validation"]["mean"] > 0.9
