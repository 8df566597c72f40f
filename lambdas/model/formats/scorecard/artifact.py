"""Reads a scorecard back and scores rows with it, by the code that serves it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import Features, rows
from lambdas.model.predictions import Answers
from lambdas.serve import scorecard
from lambdas.serve.schema import ModelInvalid, Schema


@dataclass(frozen=True)
class ScorecardArtifact:
    """An `Artifact`."""

    scorecard: scorecard.Scorecard

    @property
    def classes(self) -> tuple[str, ...]:
        return self.scorecard.classes

    @property
    def schema(self) -> Schema:
        return self.scorecard.schema

    def score(self, features: Features) -> Answers:
        scored = [self.scorecard.score(row) for row in rows(self.schema, features=features)]
        labels = np.array([label for label, _ in scored], dtype=np.str_)
        probabilities = np.array([shares for _, shares in scored], dtype=np.float64)
        return Answers(self.classes, labels, probabilities.reshape(len(scored), len(self.classes)))


def load(content: bytes) -> ScorecardArtifact:
    """Raises ArtifactInvalid for content that is no scorecard, or one of a version that this release cannot read."""
    try:
        return ScorecardArtifact(scorecard.read(content))
    except ModelInvalid as exc:
        raise ArtifactInvalid(f"{exc}: retrain the model with this release") from exc
