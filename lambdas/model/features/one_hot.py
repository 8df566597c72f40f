"""Translates a fitted OneHotEncoder: each of its outputs is a table over the levels of a categorical column."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.arrays import Floats, Integers
from lambdas.model.features.linear import Feature, LevelFeature

ENCODES_NUMBERS = (
    "OneHotEncoder stands over a column that is declared Numeric: declare it Categorical, or give the encoder"
    " columns.categorical alone"
)


def why_not(step: Any) -> str:
    """Why an unfitted OneHotEncoder cannot be served; empty where it can."""
    if step.feature_name_combiner != "concat":
        return "feature_name_combiner is set: leave it out"
    names = [] if isinstance(step.categories, str) else [name for names in step.categories for name in names]
    if any(isinstance(name, str) for name in names):
        return (
            "it is fitted on codes of the categories, so its categories cannot name them: use allowed of Categorical"
        )
    return ""


def one_hot(step: Any, features: list[Feature]) -> list[Feature]:
    """Encodes every level with the fitted encoder, so dropped and infrequent categories come out as it maps them."""
    columns = [feature for feature in features if isinstance(feature, LevelFeature) and not feature.through]
    if len(columns) != len(features):
        raise EstimatorUnsupported(ENCODES_NUMBERS)
    owners = _owners(step, count=len(columns))
    refuses = [step.handle_unknown == "error" or column.refuses_unknown for column in columns]
    encoded = _encoded(step, probes=_probes(columns, refuses=refuses))
    return [
        _one_hot(columns[owner], encoded=_column(encoded, place), refuses=refuses[owner])
        for place, owner in enumerate(owners)
    ]


def _owners(step: Any, *, count: int) -> list[int]:
    """The input column of each output column: the output's name begins with the input's."""
    names = step.get_feature_names_out([str(place) for place in range(count)])
    return [int(name.split("_", 1)[0]) for name in names]


def _probes(columns: list[LevelFeature], *, refuses: list[bool]) -> Floats:
    """(most levels + 1, columns): each column goes through its own levels, and then stays at its first.

    So it does instead of an unknown level where that is refused.
    """
    probes = np.empty((max((column.size for column in columns), default=0), len(columns)))
    for place, column in enumerate(columns):
        values = column.everywhere
        asked = column.size - 1 if refuses[place] else column.size
        probes[:, place] = values[0]
        probes[:asked, place] = values[:asked]
    return probes


def _encoded(step: Any, *, probes: Floats) -> Any:
    """The encoder's output as a sparse matrix by columns: as an array it would grow with the square of the levels."""
    sparse = copy.deepcopy(step)
    sparse.sparse_output = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sparse.set_output(transform="default").transform(probes).tocsc()


def _column(matrix: Any, place: int) -> tuple[Integers, Floats]:
    """Rows and values that are not 0, in the order of the rows."""
    begin, end = matrix.indptr[place : place + 2]
    return matrix.indices[begin:end].astype(np.int64), matrix.data[begin:end].astype(np.float64)


def _one_hot(column: LevelFeature, *, encoded: tuple[Integers, Floats], refuses: bool) -> LevelFeature:
    rows, values = encoded
    is_asked = rows < (column.size - 1 if refuses else column.size)
    places, values = rows[is_asked], values[is_asked]
    if refuses:
        places, values = np.append(places, column.size - 1), np.append(values, np.nan)
    return LevelFeature(column.column, column.size, places=places, values=values)
