from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.serve.dates import PARTS
from lambdas.serve.number_functions import through

BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
FIRST, LAST = -62_135_596_800, 253_402_300_799
"""The seconds at which the year 1 begins and 9999 ends."""
EDGES = [
    *(FIRST, LAST, -1, 0, 1, 59, 60, 3599, 3600, 86399, 86400),
    951_782_399,  # 2000-02-28 23:59:59, before a leap day
    951_782_400,
    951_868_800,  # 2000-03-01
    4_107_542_399,  # 2100-02-28 23:59:59, before no leap day
    4_107_542_400,
    1_735_689_599,  # 2024-12-31 23:59:59
    1_735_689_600,
]


def expected(seconds: float) -> dict[str, int]:
    at = BEGIN + timedelta(seconds=math.floor(seconds))
    named = {name: getattr(at, name) for name in PARTS if name != "weekday"}
    return {**named, "weekday": at.weekday()}


@given(seconds=st.sampled_from(EDGES) | st.integers(FIRST, LAST))
def test_parts_of_every_second_are_those_of_the_calendar(seconds: int) -> None:
    assert {name: part(float(seconds)) for name, part in PARTS.items()} == expected(seconds)


@given(seconds=st.floats(FIRST, LAST))
def test_a_fraction_of_a_second_belongs_to_the_second_that_began(seconds: float) -> None:
    assert {name: part(seconds) for name, part in PARTS.items()} == expected(seconds)


@pytest.mark.parametrize("name", PARTS)
@given(seconds=st.lists(st.floats(FIRST, LAST), min_size=1))
def test_arrays_are_told_as_numbers_are(name: str, seconds: list[float]) -> None:
    assert PARTS[name](np.array(seconds)).tolist() == [PARTS[name](each) for each in seconds]


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("seconds", [math.inf, -math.inf, math.nan])
def test_what_is_no_time_has_no_part(name: str, seconds: float) -> None:
    assert math.isnan(through([[name]])(seconds))
