from __future__ import annotations

from typing import Any

import pytest
from sklearn.compose import make_column_transformer
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import OneHotEncoder

from lambdas.model.recipe import Columns
from tests.given.graphs import difference, made, recipe
from tests.given.trees import table


def behind_columns(columns: Columns) -> Any:
    return make_column_transformer((OneHotEncoder(handle_unknown="ignore"), columns.categorical))


def in_a_pipeline(columns: Columns) -> Any:
    encoder = make_pipeline("passthrough", OneHotEncoder(handle_unknown="ignore"))
    return make_column_transformer((encoder, columns.categorical))


def in_a_union(columns: Columns) -> Any:
    return make_column_transformer((make_union(OneHotEncoder(handle_unknown="ignore")), columns.categorical))


@pytest.mark.parametrize("encoded", [behind_columns, in_a_pipeline, in_a_union])
@pytest.mark.parametrize(
    "estimator", [KNeighborsClassifier(3), MLPClassifier((4,), solver="lbfgs", max_iter=200, random_state=0)]
)
def test_categories_without_a_number_are_served(estimator: Any, encoded: Any) -> None:
    """skl2onnx lets an encoder answer in 32-bit floats, which nothing after it would take."""
    of = made(recipe(lambda columns: make_pipeline(encoded(columns), estimator)), table(150))

    assert difference(of, table(60, seed=3)) == ""


def test_steps_that_are_left_out_are_none_of_the_graph() -> None:
    def estimator(columns: Columns) -> Any:
        nothing = make_pipeline("passthrough", None)
        return make_pipeline(make_column_transformer((nothing, columns.numeric)), KNeighborsClassifier(3))

    of = made(recipe(estimator), table(150))

    assert difference(of, table(60, seed=3)) == ""
