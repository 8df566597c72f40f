"""What is served, scored as it is served: one interface for each artifact format.

Evaluate and the comparison with the champion score through the very code of `lambdas/serve`. An artifact is JSON or
another format that is safe to read from anyone, never a pickle.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ArtifactInvalid
from lambdas.model.answers import Answers
from lambdas.serve.refusal import listed
from lambdas.serve.schema import REFUSED, CategoryColumn, Schema
from lambdas.serve.scorecard import FORMAT, Scorecard, ScorecardInvalid

Features = Mapping[str, NDArray[np.generic]]
"""Columns by name, each of shape (n,); there may be more than the artifact takes."""


class Artifact(Protocol):
    """A model of some format, ready to score."""

    @property
    def format(self) -> str: ...

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def schema(self) -> Schema: ...

    def score(self, features: Features) -> Answers:
        """Raises ArtifactInvalid when a column is missing, or holds a category that the artifact refuses."""


@dataclass(frozen=True)
class ScorecardArtifact:
    """The format `scorecard`."""

    scorecard: Scorecard
    format: str = FORMAT

    @property
    def classes(self) -> tuple[str, ...]:
        return self.scorecard.classes

    @property
    def schema(self) -> Schema:
        return self.scorecard.schema

    def score(self, features: Features) -> Answers:
        columns = _columns(self.schema, features=features)
        scored = [self.scorecard.score(row) for row in zip(*columns, strict=True)]
        labels = np.array([label for label, _ in scored], dtype=np.str_)
        probabilities = np.array([shares for _, shares in scored], dtype=np.float64)
        return Answers(self.classes, labels, probabilities.reshape(len(scored), len(self.classes)))


def _read_scorecard(document: Mapping[str, Any]) -> Artifact:
    try:
        return ScorecardArtifact(Scorecard.from_document(document))
    except ScorecardInvalid as exc:
        raise ArtifactInvalid(f"{exc}: retrain the model with this release") from exc


READERS: dict[str, Callable[[Mapping[str, Any]], Artifact]] = {FORMAT: _read_scorecard}
"""Each format's reader."""


def load(content: bytes) -> Artifact:
    """Raises ArtifactInvalid for content that is no artifact, or one of an unknown format or version."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as exc:
        raise ArtifactInvalid(f"the artifact is no JSON: expected one of {', '.join(READERS)}") from exc
    kind = document.get("format") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in READERS:
        raise ArtifactInvalid(f"the artifact's format is {kind!r}: expected one of {', '.join(READERS)}")
    return READERS[kind](document)


def dump(document: Mapping[str, Any]) -> bytes:
    """The artifact's bytes: the same ones for the same document; raises ValueError for NaN and infinities."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _columns(schema: Schema, *, features: Features) -> list[list[float | str]]:
    """The columns that the artifact takes, in its order, as Python values."""
    missing = [column.name for column in schema.columns if column.name not in features]
    if missing:
        raise ArtifactInvalid(f"the artifact takes {', '.join(missing)}, which the data does not have")
    for column in schema.columns:
        if (features[column.name].dtype.kind == "U") != isinstance(column, CategoryColumn):
            raise ArtifactInvalid(f"the artifact takes {column.name} as another kind of column than the data has")
        if isinstance(column, CategoryColumn) and column.unknown == REFUSED:
            _check_levels(column, texts=features[column.name])
    return [features[column.name].tolist() for column in schema.columns]


def _check_levels(column: CategoryColumn, *, texts: NDArray[np.generic]) -> None:
    strange = set(np.unique(texts).tolist()) - column.levels
    if strange:
        raise ArtifactInvalid(
            f"the artifact refuses unknown categories, and column {column.name} holds {listed(strange)}: "
            "OneHotEncoder(handle_unknown='ignore') takes them"
        )
