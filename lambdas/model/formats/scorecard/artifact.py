"""Reads a scorecard back and scores rows with it, as the code that serves it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Floats
from lambdas.model.artifact import Features, as_taken, columns
from lambdas.model.formats.scorecard import by_column
from lambdas.model.predictions import Answers
from lambdas.serve import scorecard
from lambdas.serve.schema import ModelInvalid, Schema


@dataclass(frozen=True)
class ScorecardArtifact:
    """An `Artifact`, and `Additive`."""

    scorecard: scorecard.Scorecard

    @property
    def classes(self) -> tuple[str, ...]:
        return self.scorecard.classes

    @property
    def schema(self) -> Schema:
        return self.scorecard.schema

    def score(self, features: Features) -> Answers:
        return by_column.score(self.scorecard, columns(self.schema, features=features))

    @property
    def constants(self) -> Floats:
        constants: Floats = self._of_classes([np.array([line.intercept]) for line in self.scorecard.lines])[0]
        point = self.schema.operating_point
        if point is not None:
            constants[self.classes.index(point.positive)] -= point.log_odds
        return constants

    def added(self, features: Features, *, column: str) -> Floats:
        names = [each.name for each in self.schema.columns]
        numbers = features[column]
        if column not in names:
            return self._of_classes([np.zeros(len(numbers)) for _ in self.scorecard.lines])
        place = names.index(column)
        numbers = as_taken(self.schema.columns[place], numbers)
        made = {place: numbers}
        for value, (position, function, _) in enumerate(self.scorecard.values, start=len(names)):
            if position == place:
                made[value] = np.array([function(number) for number in numbers.tolist()], dtype=np.float64)
        return self._of_classes([_added(line, made, rows=len(numbers)) for line in self.scorecard.lines])

    def _of_classes(self, scores: Sequence[Floats]) -> Floats:
        """(n, k), from (n,) of each line: two classes share one, which is the second's, and the first's is 0."""
        if len(scores) < len(self.classes):
            scores = [np.zeros(len(scores[0])), *scores]
        return np.column_stack(scores)


def _added(line: scorecard.Line, made: Mapping[int, NDArray[np.generic]], *, rows: int) -> Floats:
    """(n,): what a column adds to a line's score, by itself and by values that are made of it, at their places."""
    total = np.zeros(rows)
    for position, centre, weight in line.numbers:
        if position in made:
            total += (made[position].astype(np.float64) - centre) * weight
    for position, weights, unknown in line.categories:
        if position in made:
            levels, places = np.unique(made[position], return_inverse=True)
            total += np.array([weights.get(level, unknown) for level in levels.tolist()])[places]
    return total


def load(content: bytes) -> ScorecardArtifact:
    """Raises ArtifactInvalid for content that is no scorecard, or one of a version that this release cannot read."""
    try:
        return ScorecardArtifact(scorecard.read(content))
    except ModelInvalid as exc:
        raise ArtifactInvalid(f"{exc}: retrain the model with this release") from exc
