from __future__ import annotations

import pytest

from lambdas.engine import each


def test_results_are_in_the_order_of_the_names() -> None:
    assert each(str.upper, ["b", "c", "a"]) == ["B", "C", "A"]


def test_without_names_there_are_no_results() -> None:
    assert each(str.upper, []) == []


def test_error_of_the_first_name_that_has_one_is_raised() -> None:
    def fails(name: str) -> str:
        if name in ("b", "c"):
            raise ValueError(f"{name} is bad")
        return name

    with pytest.raises(ValueError, match="b is bad"):
        each(fails, ["a", "b", "c"])
