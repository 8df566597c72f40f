"""Numbers so large that an estimator cannot compute with them."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import ValueOutOfRange
from lambdas.model.reading.object_reader import read_object
from lambdas.model.recipe import Columns
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from lambdas.model.training.estimator import fit
from tests.given import data


def scaled_regression(_: Columns) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression())


RECIPE = data.numeric_recipe(scaled_regression)


def a_file(*ages: str) -> bytes:
    lines = [f"{row},{age},{'ok.' if row % 2 else 'spam.'}" for row, age in enumerate(ages)]
    return "\n".join(["size,age,label", *lines]).encode()


@pytest.mark.parametrize("text", ["1e308", "-3.5e38"])
def test_too_large_a_number_is_refused_with_its_row_though_the_column_has_no_bounds(text: str) -> None:
    with pytest.raises(ValueOutOfRange) as raised:
        read_object("day.csv", content=a_file("2", text), recipe=RECIPE)

    assert raised.value.message.startswith(
        "1 cell of column age in day.csv is too large to compute with (-3.4e+38 to 3.4e+38): "
        f"row 2 (line 3) {text!r}. "
    )


def test_column_of_the_largest_numbers_that_are_taken_can_be_scaled_and_fitted() -> None:
    ages = [str(-MAGNITUDE_MAX if row % 2 else MAGNITUDE_MAX) for row in range(100)]

    facts = fit(RECIPE, train=read_object("day.csv", content=a_file(*ages), recipe=RECIPE)).facts

    assert facts["cross_validation"]["mean"] == 1
    assert facts["warnings"] == []
