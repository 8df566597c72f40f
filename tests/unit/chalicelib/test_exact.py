from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.exact import exact, in_whole, shown

floats = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.one_of(floats, st.integers(-(10**6), 10**6), st.fractions(-1000, 1000))


@given(one=floats, other=floats)
def test_floats_keep_their_order(one: float, other: float) -> None:
    assert (exact(one) < exact(other)) == (one < other)
    assert (exact(one) == exact(other)) == (one == other)


@given(number=floats)
def test_float_is_read_back_as_it_was(number: float) -> None:
    assert float(exact(number)) == number
    assert exact(np.float64(number)) == exact(number)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_number(number: float) -> None:
    with pytest.raises(ValueError, match="Invalid literal"):
        exact(number)


@pytest.mark.parametrize("number", ["0.5", None, [0.5]])
def test_what_is_no_number_is_refused(number: object) -> None:
    with pytest.raises(TypeError, match="not a number but a"):
        exact(number)  # type: ignore[arg-type]


@given(one=numbers, other=numbers)
@example(one=0.0, other=-0.0)
def test_numbers_are_shown_equal_only_where_they_are(one: Fraction | float, other: Fraction | float) -> None:
    for pair in (shown(one, other), in_whole(one, other)):
        assert (pair[0] == pair[1]) == (float(one) == float(other))
