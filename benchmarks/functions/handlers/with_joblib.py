"""scikit-learn and joblib as most guides have it. MODEL_IN says whether the model lies in a folder or in a bucket."""

import os
from pathlib import Path
from typing import Any

import joblib
import numpy as np

COLUMNS = ("duration", "src_bytes", "dst_bytes")


def _file() -> Path:
    if "MODEL_IN_BUCKET" not in os.environ:
        return Path(os.environ.get("MODEL_IN_FOLDER") or Path(__file__).parent, "model.joblib")
    import boto3

    file = Path(os.environ["MODEL_INTO"])
    boto3.client("s3").download_file(os.environ["MODEL_IN_BUCKET"], "model.joblib", str(file))
    return file


MODEL = joblib.load(_file())


def handler(event: Any, context: Any) -> dict[str, Any]:
    rows = np.array([[float(each[name]) for name in COLUMNS] for each in event["instances"]])
    labels, shares = MODEL.predict(rows), MODEL.predict_proba(rows)
    predictions = [
        {"label": str(label), "probabilities": dict(zip(MODEL.classes_.tolist(), map(float, row), strict=True))}
        for label, row in zip(labels, shares, strict=True)
    ]
    return {"status": 200, "body": {"predictions": predictions}}
