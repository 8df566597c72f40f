"""The parity of several pieces of the rows is that of all of them."""

from __future__ import annotations

import math

import pytest

from lambdas.model.gate.parity import Parity

ALIKE = Parity(3, 3)
FEWER = Parity(4, 3)
WRONG = Parity(5, 5, mismatches=2, largest=0.25)
STRANGE = Parity(2, 2, strange="classes a and b")


@pytest.mark.parametrize(
    ("many", "merged"),
    [
        ([ALIKE], ALIKE),
        ([ALIKE, WRONG, ALIKE, WRONG], Parity(16, 16, mismatches=4, largest=0.25)),
        ([ALIKE, FEWER], Parity(7, 6)),
        ([ALIKE, STRANGE, WRONG], Parity(10, 10, mismatches=2, largest=0.25, strange="classes a and b")),
    ],
    ids=["one", "differences", "answers that are missing", "other classes"],
)
def test_counts_are_summed_the_largest_difference_and_what_is_strange_stay(
    many: list[Parity], merged: Parity
) -> None:
    assert Parity.merged(many) == merged


@pytest.mark.parametrize("many", [[math.nan, 0.5], [0.5, math.nan]])
def test_probability_that_is_no_number_is_not_lost_among_others(many: list[float]) -> None:
    assert math.isnan(Parity.merged([Parity(1, 1, largest=each) for each in many]).largest)


@pytest.mark.parametrize(
    ("parity", "problem"), [(ALIKE, ""), (FEWER, "there are 4 and 3 answers"), (STRANGE, "classes a and b")]
)
def test_what_cannot_be_compared_says_why(parity: Parity, problem: str) -> None:
    assert parity.problem == problem
