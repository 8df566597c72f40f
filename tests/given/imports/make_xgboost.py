"""Makes the models of XGBoost that the tests import, and what XGBoost itself answers: run it to make them anew.

    python3 -m venv /tmp/xgb; /tmp/xgb/bin/pip install xgboost-cpu==3.2.0 scikit-learn pandas
    /tmp/xgb/bin/python tests/given/imports/make_xgboost.py

`several_of_1_7` and `binary_of_2_1` are `several` and `binary` as XGBoost 1.7.6 and 2.1.4 made them, whose
base_score has another form.

Its environment is no part of the project's. Beside each model NAME.json stands NAME.answers.json: rows (null is a
missing number), XGBoost's probabilities for them as it writes 32-bit floats, and its labels. Of the rows some are
random, and the others at the edges: each threshold, the 32-bit floats beside it, nothing known, the largest numbers.
"""

from __future__ import annotations

import json
import pathlib
import sys
from typing import Any

import numpy as np
import pandas as pd
import xgboost  # type: ignore[import-not-found]  # its environment is no part of the project's

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))
from tests import http_connections  # noqa: E402

CONNECTION = ["duration", "src_bytes", "dst_bytes"]
NUMBERS = ["a", "b", "c"]
LEVELS = ["icmp", "tcp", "udp", "x 25"]
RANDOM_ROWS, EDGE_ROWS = 150, 250
LARGEST = 3.4e38


def table(rows: int, *, seed: int, categories: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, len(NUMBERS)))
    numbers[:, 1] = np.round(numbers[:, 1], 1)
    numbers[rng.random(numbers.shape) < 0.05] = np.nan
    found = pd.DataFrame(numbers, columns=NUMBERS)
    if categories:
        texts = rng.choice(LEVELS, size=rows)
        found["d"] = pd.Categorical(texts, categories=["udp", "icmp", "x 25", "tcp"])  # not in their order
    return found


def labels(data: pd.DataFrame, *, classes: int, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    score = np.nan_to_num(data["a"]) - np.abs(np.nan_to_num(data["b"])) + rng.normal(scale=0.5, size=len(data))
    if "d" in data:
        score = score + data["d"].isin(["udp", "x 25"]) * 1.0
    return np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def edges(model: dict[str, Any], data: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Rows of the data in which one number is at a threshold or beside it, or is none, or as large as can be."""
    rng = np.random.default_rng(seed)
    learner = model["learner"]
    at = []
    for tree in learner["gradient_booster"]["model"]["trees"]:
        for place, feature in enumerate(tree["split_indices"]):
            if tree["left_children"][place] != -1 and not tree["split_type"][place]:
                threshold = np.float32(tree["split_conditions"][place])
                up, down = np.float32(np.inf), np.float32(-np.inf)
                at += [(feature, float(each)) for each in (threshold, np.nextafter(threshold, up))]
                at += [(feature, float(np.nextafter(threshold, down))), (feature, float(threshold) * (1 + 2e-8))]
    at += [(feature, each) for feature in range(len(NUMBERS)) for each in (np.nan, LARGEST, -LARGEST, 0.0, -0.0)]
    chosen = [at[place] for place in rng.permutation(len(at))[: EDGE_ROWS - 1]]
    rows = data.iloc[rng.integers(len(data), size=len(chosen) + 1)].reset_index(drop=True)
    names = learner["feature_names"]
    for row, (feature, value) in enumerate(chosen):
        rows.loc[row, names[feature]] = value
    rows.loc[len(rows) - 1, NUMBERS] = np.nan
    return rows


def made(name: str, *, classes: int, categories: bool = False, **parameters: Any) -> None:
    data = table(1500, seed=1, categories=categories)
    known = labels(data, classes=classes, seed=2)
    evaluated = {}
    if "early_stopping_rounds" in parameters:
        other = table(300, seed=5, categories=categories)
        evaluated = {"eval_set": [(other, labels(other, classes=classes, seed=6))], "verbose": False}
    model = xgboost.XGBClassifier(random_state=0, enable_categorical=categories, **parameters)
    model.fit(data, known, **evaluated)
    file = HERE / f"{name}.json"
    model.save_model(file)
    document = json.loads(file.read_text())
    file.write_text(json.dumps(document, separators=(",", ":")))
    if parameters.get("booster") == "gblinear" or parameters.get("booster") == "dart":
        return
    new = table(RANDOM_ROWS, seed=3, categories=categories)
    rows = pd.concat([new, edges(document, new, seed=4)], ignore_index=True)
    if categories:
        rows["d"] = pd.Categorical(rows["d"], categories=["udp", "icmp", "x 25", "tcp"])
        rows.loc[::17, "d"] = None
    shares = model.predict_proba(rows)
    told = {
        "xgboost": xgboost.__version__,
        "rows": [[None if pd.isna(value) else value for value in row] for row in rows.itertuples(index=False)],
        "probabilities": [[float(str(share)) for share in row] for row in shares],
        "labels": [int(label) for label in model.predict(rows)],
    }
    (HERE / f"{name}.answers.json").write_text(json.dumps(told, separators=(",", ":")))


def made_of_connections() -> None:
    """For the recipe kdd99-http, on the rows of the tests: class 1 is an attack."""
    cells = [line.split(",") for line in http_connections.rows(seed=7)]
    data = pd.DataFrame([[float(cell) for cell in row[:3]] for row in cells], columns=CONNECTION)
    known = [int(row[3] not in ("normal", "normal.")) for row in cells]
    model = xgboost.XGBClassifier(n_estimators=10, max_depth=3, random_state=0).fit(data, known)
    model.save_model(HERE / "connections.json")


made_of_connections()
made("binary", classes=2, n_estimators=12, max_depth=4)
made("binary_weighted", classes=2, n_estimators=8, max_depth=3, base_score=0.2, scale_pos_weight=3.0)
made("several", classes=3, n_estimators=6, max_depth=3)
made("categories", classes=2, categories=True, n_estimators=8, max_depth=4, max_cat_to_onehot=1)
made("early_stopped", classes=2, n_estimators=40, max_depth=3, learning_rate=0.6, early_stopping_rounds=3)
made("forests", classes=3, n_estimators=2, num_parallel_tree=3, max_depth=3, subsample=0.7)
made("dart", classes=2, n_estimators=1, max_depth=1, booster="dart")
made("gblinear", classes=2, n_estimators=1, booster="gblinear")
sys.stdout.write(f"made with XGBoost {xgboost.__version__}\n")
