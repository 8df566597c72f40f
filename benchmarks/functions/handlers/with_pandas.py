"""scikit-learn and joblib, asked through a DataFrame."""

from pathlib import Path
from typing import Any

import joblib
import pandas as pd

COLUMNS = ["duration", "src_bytes", "dst_bytes"]
MODEL = joblib.load(Path(__file__).parent / "model.joblib")


def handler(event: Any, context: Any) -> dict[str, Any]:
    rows = pd.DataFrame(event["instances"])[COLUMNS].astype(float).to_numpy()
    labels, shares = MODEL.predict(rows), MODEL.predict_proba(rows)
    predictions = [
        {"label": str(label), "probabilities": dict(zip(MODEL.classes_.tolist(), map(float, row), strict=True))}
        for label, row in zip(labels, shares, strict=True)
    ]
    return {"status": 200, "body": {"predictions": predictions}}
