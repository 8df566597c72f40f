"""Stands in the place of Linear Learner's image: fits as it is told, measures itself, and leaves what is documented.

`python -m tests.sagemaker.adapter.linear_learner FOLDER` finds in the folder what SageMaker prepares. What fits is
scikit-learn's logistic regression with both penalties, on the rows of the channel `train`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OF_THE_LOSS = "epoch=0, validation binary_classification_cross_entropy_objective <loss>="
LINES = {
    "validation:objective_loss": f"#quality_metric: host=algo-1, {OF_THE_LOSS}",
    "validation:binary_classification_accuracy": (
        "#quality_metric: host=algo-1, validation binary_classification_accuracy <score>="
    ),
    "validation:binary_f_beta": "#quality_metric: host=algo-1, validation binary_f_1.000 <score>=",
    "validation:roc_auc_score": "#quality_metric: host=algo-1, validation roc_auc_score <score>=",
}
"""How the line of each metric begins. Source: the MetricDefinitions of the algorithm, with which
DescribeHyperParameterTuningJob answers."""
LEAST = 1e-12
"""Stands in the place of no penalty."""


def main(base: Path) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, f1_score, log_loss, roc_auc_score

    from tests.given.built_ins import linear_model

    told = json.loads((base / "input/config/hyperparameters.json").read_text())
    X, y = _rows(base / "input/data/train")
    if X.shape[1] != int(told["feature_dim"]):
        raise SystemExit(f"feature_dim is {told['feature_dim']}, and a row has {X.shape[1]}")
    l1, wd = float(told.get("l1", 0)), float(told.get("wd", 0))
    both = max(l1 + wd, LEAST)
    fitted = LogisticRegression(
        C=1 / (both * len(y)), l1_ratio=l1 / both, solver="saga", max_iter=200 * int(told.get("epochs", 15))
    ).fit(X, y)
    held_out, true = _rows(base / "input/data/validation")
    of_one = fitted.predict_proba(held_out)[:, 1]
    measured = {
        "validation:objective_loss": log_loss(true, of_one),
        "validation:binary_classification_accuracy": accuracy_score(true, of_one > 0.5),
        "validation:binary_f_beta": f1_score(true, of_one > 0.5),
        "validation:roc_auc_score": roc_auc_score(true, of_one),
    }
    for name, value in measured.items():
        print(f"{LINES[name]}{float(value)!r}", flush=True)  # noqa: T201 - for the log of the job
    (base / "model/model_algo-1").write_bytes(linear_model(fitted.coef_, fitted.intercept_))


def _rows(channel: Path) -> Any:
    from tests.given.built_ins import read_rows

    return read_rows([each.read_bytes() for each in sorted(channel.iterdir())])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
