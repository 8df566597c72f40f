"""Saves the model as a folder of mlflow: python save.py MODEL.joblib FOLDER. See scored.py for the sources."""

import sys
from pathlib import Path

import mlflow.pyfunc
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema

COLUMNS = ("duration", "src_bytes", "dst_bytes")

model, folder = sys.argv[1:]
mlflow.pyfunc.save_model(
    folder,
    python_model=str(Path(__file__).with_name("scored.py")),
    artifacts={"model": model},
    signature=ModelSignature(inputs=Schema([ColSpec(DataType.double, name) for name in COLUMNS])),
    pip_requirements=[],
)
