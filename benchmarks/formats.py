"""Estimators by format: a cold start of the whole package with what the format needs, and a warm row.

python -m benchmarks.formats

All times are the processor's, as in `benchmarks.trees`, which has what forests of every size cost. The result of a
cold start is its ratio to an empty handler's; a warm row is the scorer alone, in microseconds. All are fitted on
2,000 rows of 41 columns with noisy labels, with scikit-learn's defaults but for what the code here says. Writes
benchmarks/results/formats.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table as Drawn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    VotingClassifier,
)
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

from benchmarks.command_line import command, lambdas_python
from benchmarks.trees import COLUMNS, ROWS_WARM, STARTS, Score, cold, warm_us
from lambdas.model.formats.all_formats import format_of
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Numeric, Recipe, at_least
from lambdas.model.training.estimator import fit
from workflows.packaging.wheels import PYTHON

ROWS = 2_000
RESULTS = Path(__file__).with_name("results") / "formats.json"


MEASURED: Mapping[str, Sequence[Any]] = {
    "scorecard": [LogisticRegression(), GaussianNB()],
    "trees": [
        DecisionTreeClassifier(random_state=0),
        AdaBoostClassifier(random_state=0),
        GradientBoostingClassifier(random_state=0),
        HistGradientBoostingClassifier(random_state=0),
        RandomForestClassifier(random_state=0),
        ExtraTreesClassifier(random_state=0),
    ],
    "onnx": [
        KNeighborsClassifier(),
        MLPClassifier(max_iter=50, random_state=0),
        SVC(probability=True, random_state=0),
        QuadraticDiscriminantAnalysis(),
        CalibratedClassifierCV(LinearSVC(random_state=0)),
        VotingClassifier([("bayes", GaussianNB()), ("linear", LogisticRegression())], voting="soft"),
    ],
}
"""By format."""


def table(rows: int, *, seed: int = 0) -> Table:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, COLUMNS))
    second = numbers[:, 0] + numbers[:, 1] * numbers[:, 2] + rng.normal(size=rows) > 0
    return Table(numbers, np.empty((rows, 0), dtype=np.str_), np.array(["a", "b"], dtype=np.str_)[second.astype(int)])


def exported(form: str, classifier: Any) -> bytes:
    """Behind StandardScaler, which trees have no need of."""
    estimator = classifier if form == "trees" else make_pipeline(StandardScaler(), classifier)
    recipe = Recipe(
        model="measured",
        columns=[Numeric(f"x{place}") for place in range(COLUMNS)],
        label="y",
        classes={"a": "a", "b": "b"},
        estimator=lambda _: clone(estimator),
        thresholds=[at_least("accuracy", bound=0.6)],
        format=form,
        cross_validation_folds=0,
    )
    return format_of(form).code().export(fit(recipe, train=table(ROWS))).content


def main() -> None:
    command(__doc__).parse_args()
    compiler = lambdas_python()
    contents = {
        type(each).__name__: (exported(form, each), form) for form, several in MEASURED.items() for each in several
    }
    ratios = cold(contents, compiler=compiler)
    scores = {name: _score(content, form) for name, (content, form) in contents.items()}
    taken_us = warm_us(scores, table(ROWS_WARM, seed=1).numeric.tolist())
    drawn = Drawn("classifier", "format", "KB", "cold, ratio", "warm, us a row", title=f"n={STARTS}")
    results: dict[str, object] = {}
    for (name, (content, form)), ratio in zip(contents.items(), ratios, strict=True):
        us = taken_us[name].quick
        kilobytes = len(content) / 1e3
        drawn.add_row(name, form, f"{kilobytes:.0f}", f"{ratio:.2f}", f"{us:.0f}")
        results[name] = {
            "format": form,
            "kilobytes": round(kilobytes),
            "cold_ratio": round(ratio, 2),
            "warm_us": round(us),
        }
    told = {"n": STARTS, "python": PYTHON, "rows": ROWS, "columns": COLUMNS, "of": results}
    RESULTS.write_text(json.dumps(told, indent=1) + "\n")
    Console().print(drawn)


def _score(content: bytes, form: str) -> Score:
    from lambdas.serve import onnx, scorecard, trees

    score: Score = {"onnx": onnx, "scorecard": scorecard, "trees": trees}[form].read(content).score
    return score


if __name__ == "__main__":
    main()
