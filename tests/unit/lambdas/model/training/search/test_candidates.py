from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from chalicelib.errors import RecipeInvalid
from lambdas.model.recipe import Columns, Continuous, Integer, OneOf, Recipe, Tune
from lambdas.model.training.search.candidates import Drawn, each_of, ends, searched, spaces, with_parameters
from tests.given import data


def tree(_: Columns) -> Any:
    return DecisionTreeClassifier(random_state=0)


def tuned(ranges: dict[str, Any], **changes: Any) -> Recipe:
    return data.numeric_recipe(tree, tune=Tune(ranges, jobs=2, **changes))


@given(
    low=st.floats(1e-6, 1e3),
    more=st.floats(1e-6, 1e6),
    scale=st.sampled_from(["linear", "log"]),
    seed=st.integers(0, 2**32 - 1),
)
def test_numbers_that_are_drawn_are_of_the_range(low: float, more: float, scale: str, seed: int) -> None:
    high, draw = low + more, np.random.RandomState(seed)

    assert low <= Drawn(Continuous(low, high, scale)).rvs(draw) <= high
    whole = Drawn(Integer(int(low) + 1, int(high) + 2, scale)).rvs(draw)
    assert isinstance(whole, int)
    assert int(low) + 1 <= whole <= int(high) + 2


def test_on_a_logarithmic_scale_each_order_of_magnitude_is_drawn_as_often() -> None:
    draw = np.random.RandomState(0)
    numbers = [Drawn(Continuous(0.01, 100, "log")).rvs(draw) for _ in range(4000)]

    counts = np.histogram(np.log10(numbers), bins=4, range=(-2, 2))[0]

    assert (abs(counts - 1000) < 120).all()


def test_ranges_of_whole_numbers_are_lists_of_which_none_is_drawn_twice() -> None:
    found = spaces(Tune({"a": Integer(1, 3), "b": OneOf("x", None), "c": Continuous(0, 1)}))

    assert (list(found["a"]), found["b"]) == ([1, 2, 3], ["x", None])
    assert found["c"] == Drawn(Continuous(0, 1))


def test_the_ends_have_every_value_and_both_ends_of_each_number() -> None:
    found = list(ends(Tune({"a": Integer(1, 9), "b": OneOf("x", "y", "z")})))

    assert found == [{"a": 1, "b": "x"}, {"a": 9, "b": "y"}, {"a": 1, "b": "z"}]


def test_a_recipe_with_parameters_searches_nothing_and_builds_an_estimator_that_has_them() -> None:
    recipe = with_parameters(tuned({"max_depth": Integer(1, 3)}), {"max_depth": 2}, served_as="trees")

    assert (recipe.tune, recipe.format) == (None, "trees")
    assert recipe.estimator(recipe.positions).max_depth == 2


def test_parameter_that_the_estimator_does_not_have_is_refused_with_those_near_to_it() -> None:
    recipe = tuned({"max_depht": Integer(1, 3), "zzz": OneOf(1, 2)})

    with pytest.raises(RecipeInvalid) as raised:
        searched(recipe, tree(recipe.positions))

    assert "tune.ranges names 'max_depht', which is no parameter of the estimator: it has max_depth;" in (
        raised.value.message
    )
    assert (
        "names 'zzz', which is no parameter of the estimator: it has ccp_alpha, class_weight" in raised.value.message
    )


def test_parameter_of_a_step_is_found_where_its_step_is_left_out() -> None:
    recipe = data.recipe(tune=Tune({"C": Continuous(1, 2)}, jobs=2))

    with pytest.raises(RecipeInvalid, match=r"names 'C', .*: it has logisticregression__C"):
        searched(recipe, recipe.estimator(recipe.positions))


def test_of_candidates_that_differ_in_a_number_alone_one_is_looked_at() -> None:
    recipe = tuned({"max_depth": Integer(1, 9), "criterion": OneOf("gini", "entropy")})

    found = list(each_of(recipe, tree(recipe.positions)))

    assert [each.criterion for each in found] == ["gini", "entropy"]


def test_without_ranges_the_estimator_itself_is_the_only_candidate() -> None:
    estimator = LogisticRegression()

    assert list(each_of(data.recipe(), estimator)) == [estimator]
    assert searched(data.recipe(), estimator) is estimator
