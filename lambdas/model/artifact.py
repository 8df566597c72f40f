"""Scores an artifact as the code that serves it does, whatever its format.

Evaluate and the comparison with the champion both score through `lambdas/serve`, or hold each call's answers against
it. An artifact is JSON or another format that is safe to read from an untrusted source, never a pickle. Only
`formats` reads and writes artifacts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ArtifactInvalid
from lambdas.model.arrays import Floats
from lambdas.model.predictions import Answers
from lambdas.serve.refusal import listed
from lambdas.serve.schema import CLIPPED, REFUSED, CategoryColumn, Column, NumberColumn, Schema
from lambdas.serve.seldom.date_texts import text_of

Features = Mapping[str, NDArray[np.generic]]
"""Columns by name, each of shape (n,); there may be more than the artifact takes."""


class Artifact(Protocol):
    """A model of some format, ready to score."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def schema(self) -> Schema: ...

    def score(self, features: Features) -> Answers:
        """The most probable classes and the probabilities of the rows. Raises ArtifactInvalid when a column is
        missing, or holds a category that the artifact refuses."""


@runtime_checkable
class Additive(Protocol):
    """An artifact that answers with the class of the highest score, which is a sum over the columns. A threshold is
    taken off the constant of its class."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    @property
    def constants(self) -> Floats:
        """(k,): what each class's score begins with."""

    def added(self, features: Features, *, column: str) -> Floats:
        """(n, k): what the column adds to the score of each class; nothing by one that the artifact does not take."""


def served(artifact: Artifact, features: Features) -> Answers:
    """What the artifact answers where it serves: by its operating point, if it has one. Raises as `score` does."""
    try:
        return artifact.score(features).at(artifact.schema.operating_point)
    except ValueError as exc:
        raise ArtifactInvalid(f"the artifact's operating point does not fit it: {exc}") from exc


def rows(schema: Schema, *, features: Features) -> zip[tuple[float | str, ...]]:
    """The rows as the artifact takes them: Python values in the order of its columns. Raises ArtifactInvalid."""
    return zip(*(column.tolist() for column in columns(schema, features=features)), strict=True)


def columns(schema: Schema, *, features: Features) -> list[NDArray[np.generic]]:
    """(n,) each: the same as the artifact's columns, in their order. Raises ArtifactInvalid."""
    missing = [column.name for column in schema.columns if column.name not in features]
    if missing:
        raise ArtifactInvalid(f"the artifact takes {', '.join(missing)}, which the data does not have")
    found = []
    for column in schema.columns:
        if (features[column.name].dtype.kind == "U") != isinstance(column, CategoryColumn):
            raise ArtifactInvalid(f"the artifact takes {column.name} as another kind of column than the data has")
        if isinstance(column, CategoryColumn) and column.unknown == REFUSED:
            _check_levels(column, texts=features[column.name])
        taken = as_taken(column, features[column.name])
        if isinstance(column, NumberColumn) and not _keeps_missing(column) and np.isnan(taken).any():
            raise ArtifactInvalid(
                f"the artifact takes no missing value of {column.name}, and the data has one: it was made by a recipe"
                " without `missing` for that column"
            )
        found.append(taken)
    return found


def _keeps_missing(column: NumberColumn) -> bool:
    return column.missing is not None and np.isnan(column.missing).item()


def as_taken(column: Column, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """(n,): what a request with these values, of which NaN is a missing one, is scored with."""
    if not isinstance(column, NumberColumn) or (column.missing is None and column.outside != CLIPPED):
        return values
    numbers = np.asarray(values, dtype=np.float64)
    if column.outside == CLIPPED:
        numbers = np.clip(numbers, column.minimum, column.maximum)
    return numbers if column.missing is None else np.where(np.isnan(numbers), column.missing, numbers)


def as_json(values: NDArray[np.generic], *, is_date: bool = False) -> list[Any]:
    """As a request has them: null in the place of a missing number, and the texts of dates."""
    told = [None if value != value else value for value in values.tolist()]  # NaN alone differs from itself
    return [None if each is None else text_of(each) for each in told] if is_date else told


def _check_levels(column: CategoryColumn, *, texts: NDArray[np.generic]) -> None:
    strange = set(np.unique(texts).tolist()) - column.levels
    if strange:
        raise ArtifactInvalid(
            f"the artifact refuses unknown categories, and column {column.name} holds {listed(strange)}: "
            "OneHotEncoder(handle_unknown='ignore') takes them"
        )
