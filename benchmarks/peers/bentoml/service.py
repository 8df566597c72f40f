"""BentoML and scikit-learn, as BentoML's documentation advises.

- A class with @bentoml.service that loads its model once, in __init__, and methods with @bentoml.api:
  https://docs.bentoml.com/en/latest/build-with-bentoml/services.html
- The request and the answer are models of pydantic:
  https://docs.bentoml.com/en/latest/build-with-bentoml/iotypes.html
- One worker, its default, as all servers here have one process that scores; `workers="cpu_count"` is its advice for
  more: https://docs.bentoml.com/en/latest/build-with-bentoml/parallelize-requests.html
- No adaptive batching: it waits for more requests to score at once, and pays where a model takes long:
  https://docs.bentoml.com/en/latest/get-started/adaptive-batching.html
- `async def`, as the services page shows for what does not block.
- No line is logged for each request (`logging.access.enabled`), because the contract server writes none either:
  https://docs.bentoml.com/en/latest/reference/bentoml/configurations.html
- `bentoml serve service:Connections` runs it: https://docs.bentoml.com/en/latest/get-started/hello-world.html
"""

import os
from typing import Annotated

import bentoml
import joblib
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]


class Connection(BaseModel):
    model_config = ConfigDict(extra="forbid")

    duration: Number
    src_bytes: Number
    dst_bytes: Number


class Prediction(BaseModel):
    label: str
    probability: float
    probabilities: dict[str, float]


class Answer(BaseModel):
    predictions: list[Prediction]


@bentoml.service(logging={"access": {"enabled": False}})
class Connections:
    def __init__(self) -> None:
        self.model = joblib.load(os.environ["MODEL"])

    @bentoml.api
    async def predict(self, instances: Annotated[list[Connection], Field(min_length=1, max_length=1000)]) -> Answer:
        rows = np.array([[each.duration, each.src_bytes, each.dst_bytes] for each in instances])
        names, found = self.model.classes_.tolist(), self.model.predict_proba(rows)
        return Answer(
            predictions=[
                Prediction(
                    label=names[best], probability=of_row[best], probabilities=dict(zip(names, of_row, strict=True))
                )
                for best, of_row in zip(found.argmax(axis=1), found.tolist(), strict=True)
            ]
        )
