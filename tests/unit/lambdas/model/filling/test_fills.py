"""What takes the place of a missing number is exact, and the same however the rows are cut into parts."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn.impute import SimpleImputer

from chalicelib.errors import TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.data.part import Part
from lambdas.model.filling import exactly, middle
from lambdas.model.filling.exactly import Total
from lambdas.model.filling.fills import Fills, fills
from lambdas.model.filling.middle import medians
from lambdas.model.folding.total import Rows
from lambdas.model.recipe import Numeric
from lambdas.model.recipe.elements import MAGNITUDE_MAX
from tests.given import data

NUMBERS = st.floats(-MAGNITUDE_MAX, MAGNITUDE_MAX) | st.sampled_from([0.0, -0.0, 5e-324, 1.0, -1.0, 0.1, np.nan])
COLUMNS = arrays.arrays(np.float64, st.tuples(st.integers(1, 30), st.just(2)), elements=NUMBERS)


def part(numbers: Floats) -> Part:
    rows = len(numbers)
    nothing = np.zeros((rows, 0), dtype=np.uint8)
    return Part(numbers, nothing, np.zeros(rows, dtype=np.uint8), (), ("ham", "spam"))


def cut(numbers: Floats, *places: int) -> Rows:
    """The rows in parts that end at these places."""
    ends = [0, *sorted(min(place, len(numbers)) for place in places), len(numbers)]
    parts = {f"{begin}-{end}-{at}": part(numbers[begin:end]) for at, (begin, end) in enumerate(pairwise(ends))}
    return Rows(tuple(parts), parts.__getitem__, lambda function, names: [function(name) for name in names])


def recipe(*missing: Any) -> Any:
    return data.recipe(columns=[Numeric(f"x{at}", missing=each) for at, each in enumerate(missing)])


@given(numbers=COLUMNS, places=st.lists(st.integers(0, 30), max_size=3))
def test_a_median_is_that_of_all_numbers_that_are_there(numbers: Floats, places: list[int]) -> None:
    found = medians((0, 1), total=cut(numbers, *places).total)

    for column in (0, 1):
        present = np.sort(numbers[~np.isnan(numbers[:, column]), column])
        if len(present):
            low, high = present[(len(present) - 1) // 2], present[len(present) // 2]
            assert found[column] == (low + high) / 2
        else:
            assert column not in found


@given(numbers=COLUMNS, places=st.lists(st.integers(0, 30), max_size=3))
def test_a_mean_is_the_nearest_float_to_that_of_all_numbers_that_are_there(
    numbers: Floats, places: list[int]
) -> None:
    found = cut(numbers, *places).total(lambda some: Total.of(some, columns=(0, 1))).means

    for column, mean in enumerate(found):
        present = numbers[~np.isnan(numbers[:, column]), column].tolist()
        exact = sum(map(Fraction, present), Fraction(0)) / len(present) if present else None
        assert mean == (None if exact is None else float(exact))


@pytest.mark.parametrize("rows", [1, 2, middle.BLOCK_ROWS, exactly.BLOCK_ROWS + 1])
@pytest.mark.parametrize("strategy", ["median", "mean"])
def test_it_is_what_simple_imputer_has_of_the_same_rows(strategy: str, rows: int) -> None:
    numbers = np.random.default_rng(rows).lognormal(3, 2, (rows, 2))
    numbers[1::3, 0] = np.nan

    found = fills(recipe(strategy, strategy), total=cut(numbers, rows // 3).total)

    imputer = SimpleImputer(strategy=strategy).fit(numbers)
    assert found.of_columns == pytest.approx(imputer.statistics_.tolist(), rel=0 if strategy == "median" else 1e-13)
    assert np.array_equal(found.numbers(numbers), imputer.transform(numbers)) or strategy == "mean"


def test_more_medians_are_looked_for_than_in_one_pass() -> None:
    columns = middle.AT_ONCE
    numbers = np.random.default_rng(1).normal(size=(10, columns))

    found = medians(tuple(range(columns)), total=cut(numbers, 4).total)

    assert [found[column] for column in range(columns)] == np.median(numbers, axis=0).tolist()


def test_a_column_has_its_own_way_and_the_others_stay_as_they_are() -> None:
    numbers = np.array([[1.0, np.nan, np.nan, np.nan], [3.0, 8.0, 2.0, 7.0], [np.nan, 1.0, 4.0, 5.0]])

    found = fills(recipe(None, "median", "mean", -1), total=cut(numbers).total)

    assert found == Fills((None, 4.5, 3.0, -1.0))
    filled = found.numbers(numbers)
    assert np.isnan(filled[2, 0])
    assert filled[0, 1:].tolist() == [4.5, 3.0, -1.0]
    assert np.isnan(numbers[0, 1])  # what was given is not changed


def test_rows_without_a_missing_number_are_not_copied() -> None:
    numbers = np.ones((2, 1))

    assert Fills((5.0,)).numbers(numbers) is numbers
    assert Fills((None,)).part(part(numbers)).numeric is numbers


@pytest.mark.parametrize("way", ["median", "mean"])
def test_a_column_without_any_number_has_none(way: str) -> None:
    numbers = np.array([[1.0, np.nan], [2.0, np.nan]])

    with pytest.raises(TrainingFailed, match=f"column x1 has no number in any row .* it has no {way}: give a number"):
        fills(recipe(way, way), total=cut(numbers).total)

    assert fills(recipe(way, 7), total=cut(numbers).total) == Fills((1.5, 7.0))
