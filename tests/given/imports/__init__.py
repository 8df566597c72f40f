"""Models that were trained elsewhere, the recipes that they are for, and what their own libraries answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe, at_least
from lambdas.model.recipe.elements import KEPT

HERE = Path(__file__).parent
NUMBERS = ("a", "b", "c")
NAMES = {2: ("no", "yes"), 3: ("low", "middle", "top")}
SERVED = (
    "binary",
    "binary_weighted",
    "several",
    "categories",
    "early_stopped",
    "forests",
    "several_of_1_7",
    "binary_of_2_1",
)
SINGLE_STEP = 1.2e-7
"""Two steps of a 32-bit float below 1: XGBoost's exp and Python's may round to neighbours."""


@dataclass(frozen=True, eq=False)
class Told:
    """What a library answered."""

    numeric: Floats
    """(n, 3); NaN is a missing number."""
    texts: list[str | None]
    """Of the column of categories, where there is one: None is a missing one."""
    labels: list[str]
    probabilities: Floats


def _estimator(_: Columns) -> Any:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=2, random_state=0)


def recipe(name: str, **changes: Any) -> Recipe:
    """The one that the model of this file is for."""
    names = NAMES[3 if name in ("several", "several_of_1_7", "forests") else 2]
    fields: dict[str, Any] = {
        "model": "imported",
        "columns": [
            *(Numeric(column, missing=KEPT) for column in NUMBERS),
            *([Categorical("d", missing="none")] if name == "categories" else []),
        ],
        "label": "y",
        "classes": {each: each for each in names},
        "positive": "yes" if len(names) == 2 else None,
        "estimator": _estimator,
        "thresholds": [at_least(metric, of=names[-1], bound=0.3) for metric in ("recall", "precision")],
    }
    return Recipe(**{**fields, **changes})


def content(name: str) -> bytes:
    return (HERE / f"{name}.json").read_bytes()


def document(name: str) -> dict[str, Any]:
    """The file, to be changed."""
    found: dict[str, Any] = json.loads(content(name))
    return found


@cache
def told(name: str) -> Told:
    answers = json.loads((HERE / f"{name}.answers.json").read_text())
    names = NAMES[len(answers["probabilities"][0])]
    rows = answers["rows"]
    return Told(
        np.array([[np.nan if each is None else each for each in row[:3]] for row in rows], dtype=np.float64),
        [row[3] for row in rows] if len(rows[0]) > len(NUMBERS) else [],
        [names[label] for label in answers["labels"]],
        np.array(answers["probabilities"], dtype=np.float64),
    )


def part(name: str) -> Part:
    """The rows. A missing category is the text that the recipe has for it."""
    of = told(name)
    texts = np.array([["none" if each is None else each] for each in of.texts], dtype=np.str_)
    empty = np.empty((len(of.labels), 0), dtype=np.str_)
    table = Table(of.numeric, texts if of.texts else empty, np.array(of.labels, dtype=np.str_))
    return Part.of(table, classes=recipe(name).class_names)
