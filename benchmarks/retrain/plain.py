"""The night of kdd99-http as a plain script of pandas and scikit-learn: what somebody would write without nightswap.

python benchmarks/retrain/plain.py NIGHT FILE... [--live MODEL]

It reads the files, refuses bad rows, splits off a holdout, describes the data, cross-validates, fits, saves the model
with joblib, scores it and the live one on the holdout, and decides. NIGHT is the folder for model.joblib and
report.json. It imports nothing of this project, and each step is as the libraries document it:

- reading with the types named, labels as categories: pandas, Scaling to large datasets, Use efficient datatypes
- duplicates and rows of both parts: pandas, DataFrame.duplicated and DataFrame.merge with `indicator`
- split, pipeline and cross-validation: scikit-learn, Getting started, and Common pitfalls (fit the scaler inside)
- solver newton-cholesky for many more rows than features: scikit-learn, LogisticRegression, `solver`; its tolerance
  reaches the same optimum as the product, to the digits that a probability is compared by
- saving: scikit-learn, Model persistence, joblib

It does what a night of the product does, by the same rules: 3 folds on at most 50,000 rows, quartiles of at most
20,000 rows, and rows compared with one another up to a million. What it leaves out: it names only the first bad row,
tells no uncertainty, keeps nothing of the files for the next night, and holds all rows in memory.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = ["duration", "src_bytes", "dst_bytes"]
NORMAL, ATTACKS = "normal.", ["back.", "phf.", "satan.", "ipsweep.", "portsweep."]
TYPES = {**dict.fromkeys(FEATURES, "float64"), "label": "category"}
SEED, HOLDOUT = 42, 0.2
BOUNDS = {"recall": 0.98, "precision": 0.95, "false_positive_rate": 0.001, "support": 100}
FOLDS, FOLDED_ROWS, QUARTILE_ROWS, COMPARED_ROWS = 3, 50_000, 20_000, 1_000_000


def read(files: list[str]) -> pd.DataFrame:
    data = pd.concat([checked(pd.read_csv(file, dtype=TYPES), file) for file in files], ignore_index=True)
    data["attack"] = data.pop("label").isin(ATTACKS)
    return data


def checked(data: pd.DataFrame, file: str) -> pd.DataFrame:
    """Raises ValueError for what the recipe refuses: other columns, missing and negative numbers, unknown labels."""
    if list(data.columns) != [*FEATURES, "label"]:
        raise ValueError(f"{file} has the columns {list(data.columns)}")
    bad = (data[FEATURES].isna() | np.isinf(data[FEATURES]) | (data[FEATURES] < 0)).any(axis="columns")
    if bad.any():
        raise ValueError(f"{file} has bad numbers in {bad.sum()} rows, first in {bad.idxmax()}")
    unknown = ~data["label"].isin([NORMAL, *ATTACKS])
    if unknown.any():
        raise ValueError(f"{file} has unknown labels: {data['label'][unknown].unique().tolist()}")
    return data


def profile(data: pd.DataFrame, train: pd.DataFrame, holdout: pd.DataFrame) -> dict[str, Any]:
    sides = {"all": data, "train": train, "holdout": holdout}
    found: dict[str, Any] = {
        "attacks": {name: int(side["attack"].sum()) for name, side in sides.items()},
        "rows": {name: len(side) for name, side in sides.items()},
        "columns": data[FEATURES].agg(["min", "mean", "max"]).to_dict(),
        "quartiles": data[FEATURES]
        .sample(min(len(data), QUARTILE_ROWS), random_state=SEED)
        .quantile([0.25, 0.5, 0.75], interpolation="nearest")
        .to_dict(),
    }
    if len(data) <= COMPARED_ROWS:
        both = holdout.merge(train.drop_duplicates(), how="left", indicator=True)
        found["duplicate_rows"] = int(data.duplicated().sum())
        found["holdout_rows_in_train"] = int((both["_merge"] == "both").sum())
    return found


def pipeline() -> Any:
    return make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky", tol=1e-10))


def cross_validated(train: pd.DataFrame) -> list[float]:
    rows = train
    if len(train) > FOLDED_ROWS:
        rows, _ = train_test_split(train, train_size=FOLDED_ROWS, stratify=train["attack"], random_state=SEED)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    scores = cross_val_score(pipeline(), rows[FEATURES], rows["attack"], cv=folds, scoring="average_precision")
    return [float(score) for score in scores]


def scored(model: Any, holdout: pd.DataFrame) -> dict[str, Any]:
    probabilities = model.predict_proba(holdout[FEATURES])[:, 1]
    (tn, fp), (fn, tp) = confusion_matrix(holdout["attack"], probabilities >= 0.5).tolist()
    return {
        "matrix": [[tn, fp], [fn, tp]],
        "recall": tp / (tp + fn),
        "precision": tp / (tp + fp),
        "false_positive_rate": fp / (fp + tn),
        "support": tp + fn,
        "average_precision": float(average_precision_score(holdout["attack"], probabilities)),
        "roc_auc": float(roc_auc_score(holdout["attack"], probabilities)),
    }


def passed(new: dict[str, Any], live: dict[str, Any] | None) -> bool:
    """It reaches the bounds, and finds no less than the live model does."""
    enough = all(new[name] >= BOUNDS[name] for name in ("recall", "precision", "support"))
    not_worse = live is None or (new["recall"] >= live["recall"] and new["precision"] >= live["precision"])
    return enough and new["false_positive_rate"] <= BOUNDS["false_positive_rate"] and not_worse


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("night", type=Path)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--live", type=Path, help="model.joblib of an earlier night")
    asked = parser.parse_args()
    data = read(asked.files)
    train, holdout = train_test_split(data, test_size=HOLDOUT, stratify=data["attack"], random_state=SEED)
    described = profile(data, train, holdout)
    del data
    folds = cross_validated(train)
    asked.night.mkdir(exist_ok=True)
    joblib.dump(pipeline().fit(train[FEATURES], train["attack"]), asked.night / "model.joblib")
    new = scored(joblib.load(asked.night / "model.joblib"), holdout)
    live = scored(joblib.load(asked.live), holdout) if asked.live else None
    report = {"profile": described, "folds": folds, "new": new, "live": live, "passed": passed(new, live)}
    (asked.night / "report.json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps({"matrix": new["matrix"], "passed": report["passed"]}))


if __name__ == "__main__":
    main()
