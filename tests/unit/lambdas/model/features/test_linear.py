"""Features are what the arithmetic of the transformers makes of a column."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.features.linear import LevelFeature, NumberFeature, inputs

small = st.floats(-8, 8).filter(lambda number: abs(number) > 0.125)


def value(feature: NumberFeature, x: float) -> float:
    return (x - feature.centre) * feature.scale + feature.offset


def level(
    *values: float, places: tuple[int, ...] | None = None, size: int | None = None, rest: float = 0.0
) -> LevelFeature:
    at = np.array(places if places is not None else range(len(values)), dtype=np.int64)
    return LevelFeature(0, size or len(values), places=at, values=np.array(values), rest=rest)


@given(x=small, one=small, two=small, three=small, four=small)
def test_number_is_changed_as_it_is_said(x: float, one: float, two: float, three: float, four: float) -> None:
    changed = NumberFeature(3).minus(one).over(two).minus(three).times(four)

    assert value(changed, x) == pytest.approx(((x - one) / two - three) * four)
    assert changed.column == 3


def test_first_subtraction_becomes_the_centre_and_a_later_one_the_offset() -> None:
    assert NumberFeature(0).minus(2) == NumberFeature(0, centre=2.0)
    assert NumberFeature(0).minus(2).minus(3) == NumberFeature(0, centre=2.0, offset=-3.0)
    assert NumberFeature(0).times(2).minus(3) == NumberFeature(0, scale=2.0, offset=-3.0)
    assert NumberFeature(0, offset=1.0).minus(3) == NumberFeature(0, offset=-2.0)


def test_levels_are_changed_at_their_places_and_at_all_others() -> None:
    changed = level(1.0, 5.0, places=(0, 2), size=4, rest=3.0).minus(1).times(6).over(2)

    assert changed.everywhere.tolist() == [0.0, 6.0, 12.0, 6.0]
    assert (changed.column, changed.size) == (0, 4)


def test_unknown_level_is_refused_where_the_last_value_is_none() -> None:
    assert level(1.0, np.nan).refuses_unknown
    assert not level(np.nan, 1.0).refuses_unknown
    assert not level(np.nan, places=(0,), size=2).refuses_unknown
    assert not level(size=2).refuses_unknown


@pytest.mark.parametrize("rest", [0.0, 3.0])
def test_feature_is_added_with_its_weight(rest: float) -> None:
    total = np.array([1.0, 1.0, 1.0])

    level(2.0, places=(1,), size=3, rest=rest).add_to(total, weight=10.0)

    assert total.tolist() == [1 + 10 * rest, 21.0, 1 + 10 * rest]


def test_inputs_are_numbers_and_codes_with_an_unknown_one() -> None:
    one, two, codes = inputs(2, levels=(("a", "b"),))

    assert (one, two) == (NumberFeature(0), NumberFeature(1))
    assert isinstance(codes, LevelFeature)
    assert (codes.column, codes.size, codes.everywhere.tolist()) == (0, 3, [0.0, 1.0, -1.0])
