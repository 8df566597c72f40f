"""Columns of many levels, and many columns: what export takes grows with their number, not with its square."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from lambdas.model.features.linear import LevelFeature
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.gate.parity import compare_answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, Recipe
from lambdas.model.training.estimator import fit
from tests.given import data

LEVELS, COLUMNS = 4000, 400
MEGABYTES = 1e6


def many_levels(recipe: Recipe) -> Table:
    """Every row has a category of its own."""
    base = data.table(recipe, rows=LEVELS)
    return Table(base.numeric, np.array([[f"level-{row}"] for row in range(LEVELS)]), base.labels)


def peak_megabytes(do: Callable[[], Any]) -> float:
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1] / MEGABYTES
    finally:
        tracemalloc.stop()


def by_encoder(encoder: OneHotEncoder) -> Callable[[Columns], Any]:
    return lambda columns: make_pipeline(
        make_column_transformer((encoder, columns.categorical)), LogisticRegression(max_iter=5)
    )


@pytest.mark.parametrize(
    "encoder",
    [
        OneHotEncoder(handle_unknown="ignore"),
        OneHotEncoder(handle_unknown="ignore", sparse_output=False),
        OneHotEncoder(drop="first"),
        OneHotEncoder(min_frequency=2, handle_unknown="infrequent_if_exist"),
    ],
    ids=["ignoring", "dense", "refusing", "infrequent"],
)
def test_column_of_many_levels_takes_little_memory_and_says_what_the_estimator_says(encoder: OneHotEncoder) -> None:
    recipe = data.recipe(estimator=by_encoder(encoder), cross_validation_folds=0)
    rows = many_levels(recipe)
    fitted = fit(recipe, train=rows)

    assert peak_megabytes(lambda: export(fitted)) < 60  # an array of all levels by all levels has 128 MB

    served = load(export(fitted).content)
    parity = compare_answers(served.score(rows.features(recipe)), estimator=fitted.answers(rows))
    assert all(rule.passed for rule in parity.rules())


def test_many_columns_are_encoded_at_once() -> None:
    class Counting(OneHotEncoder):  # type: ignore[misc]
        asked = 0

        def transform(self, X: Any) -> Any:
            Counting.asked += 1
            return super().transform(X)

    recipe = data.recipe(
        columns=[Categorical(f"c{place}") for place in range(COLUMNS)],
        estimator=by_encoder(data.passing_for_its_base(Counting)(handle_unknown="ignore")),
        cross_validation_folds=0,
    )
    fitted = fit(recipe, train=data.table(recipe, rows=60))
    before = Counting.asked

    export(fitted)

    assert Counting.asked - before == 1


def test_how_an_encoder_shows_its_output_is_left_as_it_is() -> None:
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False).set_output(transform="pandas")
    recipe = data.recipe(estimator=by_encoder(encoder), cross_validation_folds=0)
    rows = data.table(recipe, rows=100)
    fitted = fit(recipe, train=rows)
    before = fitted.answers(rows).probabilities

    export(fitted)

    assert fitted.answers(rows).probabilities.tolist() == before.tolist()


NUMBERS = st.floats(-1e6, 1e6)
STEPS = st.lists(
    st.tuples(st.sampled_from(["minus", "over", "times"]), NUMBERS.filter(lambda number: abs(number) > 1e-3))
)


@given(
    values=st.dictionaries(st.integers(0, 9), NUMBERS),
    rest=st.sampled_from([0.0, 1.0]),
    steps=STEPS,
    weight=NUMBERS,
    total=NUMBERS,
)
def test_feature_of_few_places_is_what_an_array_would_be(
    values: dict[int, float], rest: float, steps: list[tuple[str, float]], weight: float, total: float
) -> None:
    places = sorted(values)
    feature = LevelFeature(
        0,
        10,
        places=np.array(places, dtype=np.int64),
        values=np.array([values[place] for place in places]),
        rest=rest,
    )
    array = np.array([values.get(place, rest) for place in range(10)])
    for name, number in steps:
        feature = getattr(feature, name)(number)
        array = {"minus": np.subtract, "over": np.divide, "times": np.multiply}[name](array, number)
    added = np.full(10, total)
    feature.add_to(added, weight=weight)

    assert feature.everywhere.tolist() == array.tolist()
    assert added.tolist() == (np.full(10, total) + array * weight).tolist()
