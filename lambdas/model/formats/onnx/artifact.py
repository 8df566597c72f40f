"""Reads a graph back, and scores rows by the code that serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.errors import ArtifactInvalid, LayersMissing
from lambdas.model.artifact import Features, rows
from lambdas.model.predictions import Answers
from lambdas.serve import onnx
from lambdas.serve.schema import ModelInvalid, Schema

ROWS_AT_A_TIME = 16
"""A graph of neighbours holds the distances from each of them to every row of the training."""


@dataclass(frozen=True)
class OnnxArtifact:
    """An `Artifact`."""

    model: onnx.Onnx

    @property
    def classes(self) -> tuple[str, ...]:
        return self.model.classes

    @property
    def schema(self) -> Schema:
        return self.model.schema

    def score(self, features: Features) -> Answers:
        laid = [self.model.laid(row) for row in rows(self.schema, features=features)]
        labels: list[str] = []
        found = [np.empty((0, len(self.classes)))]
        for begin in range(0, len(laid), ROWS_AT_A_TIME):
            try:
                some, probabilities = self.model.run(laid[begin : begin + ROWS_AT_A_TIME])
            except self.model.refused as exc:
                raise ArtifactInvalid(f"onnxruntime cannot score these rows: {exc}") from exc
            labels += some
            found.append(np.array(probabilities))
        return Answers(self.classes, np.array(labels, dtype=np.str_), np.concatenate(found))


def load(content: bytes) -> OnnxArtifact:
    """Raises ArtifactInvalid for content that is no graph of this format, or of a version that it cannot read,
    LayersMissing without onnxruntime."""
    try:
        return OnnxArtifact(onnx.read(content))
    except ModelInvalid as exc:
        raise ArtifactInvalid(f"{exc}: retrain the model with this release") from exc
    except ModuleNotFoundError as exc:
        raise LayersMissing(
            f"the format onnx needs {exc.name}, which is not here: run make setup-onnx on this machine, or nightswap"
            " deploy where Evaluate lacks it",
            layers=["onnxruntime"],
        ) from exc
