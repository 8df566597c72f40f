"""FastAPI and ONNX Runtime, as their documentations advise.

FastAPI is used as in ../fastapi/main.py, with the same sources. The graph is scikit-learn's model, converted by
skl2onnx without a map of the probabilities, as its documentation does for speed:
https://onnx.ai/sklearn-onnx/auto_examples/plot_convert_zipmap.html
One thread within an operator, because a row of three numbers is no work to share, and ONNX Runtime's threads wait
actively for it: https://onnxruntime.ai/docs/performance/tune-performance/threading.html
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
NAMES = ("attack", "normal")
loaded: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    loaded["session"] = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])
    yield
    loaded.clear()


app = FastAPI(lifespan=lifespan)


class Connection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    duration: Number
    src_bytes: Number
    dst_bytes: Number


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    instances: Annotated[list[Connection], Field(min_length=1, max_length=1000)]


class Prediction(BaseModel):
    label: str
    probability: float
    probabilities: dict[str, float]


class Answer(BaseModel):
    predictions: list[Prediction]


@app.post("/predict")
async def predict(asked: Asked) -> Answer:
    rows = np.array([[each.duration, each.src_bytes, each.dst_bytes] for each in asked.instances], dtype=np.float32)
    labels, found = loaded["session"].run(None, {"X": rows})
    return Answer(
        predictions=[
            Prediction(label=label, probability=max(of_row), probabilities=dict(zip(NAMES, of_row, strict=True)))
            for label, of_row in zip(labels, found.tolist(), strict=True)
        ]
    )
