"""Rows as SageMaker's own XGBoost gets them, and what XGBoost made of them: `make_xgboost.py` says how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lambdas.model.data.part import Part
from lambdas.model.folding.total import Rows
from lambdas.model.formats import encoded_rows
from lambdas.model.formats.encoded import Encoding
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Numeric, Recipe, XGBoost, at_least
from lambdas.model.training import built_in
from tests.given import data

HERE = Path(__file__).parent
ROWS = 400
FLAGS = ("REJ", "S0", "SF")


def recipe(classes: int, **changes: Any) -> Recipe:
    names = [f"class {place}" for place in range(classes)]
    given = {
        "columns": [Numeric("size"), Numeric("age", missing="median"), Categorical("flag")],
        "classes": {name: name for name in names},
        "positive": names[1] if classes == 2 else None,
        "thresholds": [at_least(ratio, of=name, bound=0.1) for name in names for ratio in ("recall", "precision")],
        "estimator": XGBoost(num_round=12, max_depth=3),
        "engine": "sagemaker",
    }
    return data.recipe(**{**given, **changes})


def table(classes: int, *, seed: int = 0, unknown: bool = False) -> Table:
    """Rows whose class has to do with all columns; with `unknown`, some of a category that no other row has."""
    rng = np.random.default_rng(seed)
    numbers = np.column_stack([rng.lognormal(5, 3, ROWS), rng.normal(size=ROWS)])
    numbers[rng.random(ROWS) < 0.1, 1] = np.nan
    flags = rng.choice([*FLAGS, *(["RSTO"] if unknown else [])], size=ROWS)
    score = np.log(numbers[:, 0]) + 2 * np.nan_to_num(numbers[:, 1]) + 3 * (flags == "S0") + rng.normal(size=ROWS)
    places = np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))
    return Table(numbers, flags[:, None], np.array([f"class {place}" for place in places]))


def encoded(classes: int) -> tuple[Encoding, bytes]:
    """How the rows are encoded, and the text that the job reads."""
    made = recipe(classes)
    part = Part.of(table(classes), classes=made.class_names)
    encoding, seen = built_in.encoding_of(made, rows=Rows.of(part), is_scaled=False)
    return encoding, encoded_rows.csv(seen.open("all"), encoding=encoding)


def file(classes: int, name: str) -> bytes:
    """`rows.csv`, `xgboost-model` or `answers.json`."""
    return (HERE / f"{classes}-classes" / name).read_bytes()
