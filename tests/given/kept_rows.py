"""Models that answer a row by what is in it, and what is kept of their answers row by row."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from chalicelib.registry.report import Report
from lambdas.model.artifact import Features
from lambdas.model.evaluation.tally.collecting import Collecting
from lambdas.model.evaluation.tally.row_answers import RowAnswers
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.serve.schema import Schema
from tests.given.guesses import COLUMNS
from tests.given.holdouts import evaluate


class ByRow:
    """An artifact that answers copies of a row alike, whichever rows it is asked with, and with many a tie."""

    schema = Schema.from_document({"columns": COLUMNS})

    def __init__(self, classes: Sequence[str], *, seed: int, noise: float = 1.0, digits: int = 2) -> None:
        self.classes = tuple(classes)
        self._seed, self._noise, self._digits = seed, noise, digits

    def score(self, features: Features) -> Answers:
        size, age = (np.asarray(features[name], dtype=np.float64) for name in ("size", "age"))
        places = np.arange(1, len(self.classes) + 1)
        chance = np.sin(np.add.outer(size * 12.9898 + age * 78.233, places * 37.719 + self._seed)) * 43758.5453
        near = -np.abs(np.subtract.outer(size + age, 8.0 * places)) / 8 + self._noise * (chance % 1)
        shares = np.round(np.exp(near) / np.exp(near).sum(axis=1, keepdims=True), self._digits)
        return Answers(self.classes, np.array(self.classes)[shares.argmax(axis=1)], shares)


class Broken:
    """An artifact that fits no row."""

    schema = ByRow.schema

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)

    def score(self, features: object) -> Answers:
        raise ValueError("another world")


def kept(
    recipe: Recipe, holdout: Table, *, judging: int = 1, at: Sequence[int] = (), told: Any = None, **versions: Any
) -> tuple[Report, RowAnswers]:
    """The report on the challenger, called `artifact`, beside the other `versions`; and the answers row by row."""
    answers = versions["artifact"].score(holdout.features(recipe))
    beside = {"champion": None, **versions}
    with tempfile.TemporaryFile() as file:
        collecting = Collecting(file, recipe=recipe)
        made = evaluate(recipe, holdout=holdout, answers=answers, at=at, keep=collecting.add, **beside)
        found = collecting.whole(judging=judging)
    del made["replay"]
    rows = {"rows": found.rows, "distinct_rows": len(found.hashes), "bytes": 1}
    document = {**made, "judging": judging, "row_answers": rows, **(told or {})}
    return Report.read(json.dumps(document, allow_nan=False).encode(), key="report.json"), found
