"""FastAPI and scikit-learn, as FastAPI's documentation advises.

- `fastapi[standard]`, which brings uvicorn with uvloop and httptools, and `uvicorn main:app` to run it:
  https://fastapi.tiangolo.com/deployment/manually/
- One process, as in a container that is replicated: https://fastapi.tiangolo.com/deployment/docker/
- The model is loaded once, before requests are taken, by a lifespan: https://fastapi.tiangolo.com/advanced/events/
- The request and the answer are models of pydantic, with bounds by Field, and unknown fields forbidden:
  https://fastapi.tiangolo.com/tutorial/body-fields/ and https://fastapi.tiangolo.com/tutorial/response-model/
- `async def`, because a function that only computes is better so: https://fastapi.tiangolo.com/async/
- scikit-learn's model comes from joblib: https://scikit-learn.org/stable/model_persistence.html
- No line is logged for each request: uvicorn's `--no-access-log`, because the contract server writes none either.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import joblib
import numpy as np
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
loaded: dict[str, Any] = {}


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    loaded["model"] = joblib.load(os.environ["MODEL"])
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
    model = loaded["model"]
    rows = np.array([[each.duration, each.src_bytes, each.dst_bytes] for each in asked.instances])
    names, found = model.classes_.tolist(), model.predict_proba(rows)
    return Answer(
        predictions=[
            Prediction(
                label=names[best], probability=of_row[best], probabilities=dict(zip(names, of_row, strict=True))
            )
            for best, of_row in zip(found.argmax(axis=1), found.tolist(), strict=True)
        ]
    )
