"""What a recipe's `tune` holds that is no range of a parameter is told in words, and nothing else is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lambdas.model.recipe.tuning.range_types import range_type_problems
from lambdas.model.recipe.tuning.ranges import Continuous, Integer, OneOf


def test_ranges_of_named_parameters_have_no_problem() -> None:
    ranges = {"C": Continuous(0.1, 1.0), "depth": Integer(1, 9), "penalty": OneOf("l1", "l2")}

    assert list(range_type_problems(SimpleNamespace(ranges=ranges))) == []


@pytest.mark.parametrize(
    ("ranges", "told"),
    [({1: OneOf("a", "b")}, "a parameter of tune.ranges is 1"), ({"C": (0, 1)}, "tune.ranges['C'] is (0, 1)")],
)
def test_what_is_no_range_is_told(ranges: dict[object, object], told: str) -> None:
    [problem] = range_type_problems(SimpleNamespace(ranges=ranges))

    assert problem.startswith(told)
