"""A typical row of the training."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lambdas.model.formats.fitted import Levels
from lambdas.model.recipe import Date, Recipe
from lambdas.model.recipe.elements import KEPT
from lambdas.model.training.estimator import fit
from lambdas.model.training.typical import typical_row
from tests.given.graphs import network
from tests.given.trees import ONE_THREAD, recipe, table

OF_TREES: Recipe = recipe(network, missing=True)


def test_numbers_are_medians_and_categories_the_most_frequent_in_the_order_of_the_recipe() -> None:
    numbers = np.array([[1.0, 5.0, np.nan], [9.0, np.nan, np.nan], [2.0, 4.0, np.nan]])
    codes = np.array([[0.0, 2.0, 9.0], [1.0, 0.0, 9.0], [1.0, 2.0, 9.0]])
    levels = Levels((("icmp", "tcp"), ("a", "b", "c"), ("more",)))

    found = typical_row(OF_TREES, numbers=numbers, codes=codes, levels=levels)

    assert found == (2.0, "tcp", 4.0, None, "c")


def test_of_equally_frequent_categories_it_is_the_first() -> None:
    levels = Levels((("icmp", "tcp"), ("a", "b")))

    found = typical_row(OF_TREES, numbers=np.zeros((2, 3)), codes=np.array([[1.0, 0.0], [0.0, 1.0]]), levels=levels)

    assert (found[1], found[4]) == ("icmp", "a")


def test_a_fit_in_one_piece_knows_the_typical_row_of_its_training() -> None:
    train = table(99)
    with ONE_THREAD():
        found = fit(recipe(network, format="onnx"), train=train)

    medians = np.median(train.numeric, axis=0)
    names = [max(sorted({*column}), key=column.count) for column in train.categorical.T.tolist()]
    assert found.typical == (medians[0], names[0], medians[1], medians[2], names[1])


def linear(_: object) -> object:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression()


def test_a_fit_part_by_part_knows_it_of_the_rows_that_it_looks_at() -> None:
    train = replace(table(99), categorical=np.empty((99, 0), dtype=np.str_))
    numbers = recipe(linear, format="scorecard").numeric
    of_numbers = recipe(linear, format="scorecard", columns=[replace(each, missing=None) for each in numbers])

    assert fit(of_numbers, train=train).typical == tuple(np.median(train.numeric, axis=0))


def test_a_fit_part_by_part_knows_none_where_parts_are_in_the_places_of_dates() -> None:
    train = replace(table(99), categorical=np.empty((99, 0), dtype=np.str_))
    first, second, _ = recipe(linear, format="scorecard").numeric
    of_dates = recipe(linear, format="scorecard", columns=[first, second, Date("c", parts=["hour", "days"])])

    assert fit(of_dates, train=train).typical == ()


def test_a_fit_in_one_piece_knows_the_median_of_dates() -> None:
    train = replace(table(99), categorical=np.empty((99, 0), dtype=np.str_))
    first, second, _ = recipe(network).numeric

    def estimator(_: object) -> object:
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier()

    of_dates = recipe(estimator, format="onnx", columns=[first, second, Date("c", parts=["hour", "days"])])

    assert fit(of_dates, train=train).typical == tuple(np.median(train.numeric, axis=0))


def test_a_number_that_is_kept_missing_has_the_median_of_the_others() -> None:
    train = table(99, missing=True)
    assert all(column.missing == KEPT for column in OF_TREES.numeric)

    found = typical_row(OF_TREES, numbers=train.numeric, codes=np.zeros((99, 2)), levels=Levels((("a",), ("b",))))

    known = np.sort(train.numeric[:, 0][~np.isnan(train.numeric[:, 0])])
    assert found[0] == known[(len(known) - 1) // 2]
