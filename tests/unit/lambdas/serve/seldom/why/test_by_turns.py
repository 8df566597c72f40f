"""What each column adds, of a model that does not add up its columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.serve.links import OperatingPoint
from lambdas.serve.refusal import Refused
from lambdas.serve.schema import CategoryColumn, NumberColumn, Row, Schema
from lambdas.serve.seldom.why.by_turns import COLUMNS_MAX, PAIRS, ROWS_MAX, added_by_turns

NUMBERS = st.floats(-50, 50).map(lambda number: round(number, 6))


class Model:
    """A scorer of two classes, by a function of the row."""

    classes = ("no", "yes")

    def __init__(
        self, yes: Callable[[Sequence[float]], float], columns: int, point: OperatingPoint | None = None
    ) -> None:
        self.yes, self.rows = yes, 0
        self.schema = Schema(tuple(NumberColumn(f"x{place}") for place in range(columns)), point)

    def score(self, row: Row) -> tuple[str, list[float]]:
        self.rows += 1
        yes = self.yes(row)  # type: ignore[arg-type]
        return self.classes[yes > 0.5], [1 - yes, yes]

    def score_all(self, rows: Sequence[Row], /) -> Iterator[tuple[str, list[float]]]:
        return map(self.score, rows)

    def undefined(self, row: Row, /) -> None:
        raise AssertionError

    def added(self, row: Row) -> dict[str, list[float]]:
        raise AssertionError


def crossed(row: Sequence[float]) -> float:
    """No sum over columns: neighbours multiply."""
    return 1 / (1 + math.exp(-sum(one * other for one, other in pairwise(row)) / 100))


def added(model: Model, row: Sequence[float], typical: Sequence[float | None]) -> list[float]:
    return added_by_turns(model, row, typical)["yes"]


@settings(deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=12))
def test_columns_add_up_to_the_answer_from_that_of_the_typical_row(pairs: list[tuple[float, float]]) -> None:
    row, typical = zip(*pairs, strict=True)
    model = Model(crossed, len(row))

    found = added_by_turns(model, row, typical)

    assert found["yes"][0] == crossed(typical)
    assert math.fsum(found["yes"]) == pytest.approx(crossed(row), abs=1e-12)
    assert math.fsum(found["no"]) == pytest.approx(1 - crossed(row), abs=1e-12)


def test_few_columns_add_their_shapley_values() -> None:
    row, typical = (3.0, -2.0, 5.0, 1.0), (0.0, 1.0, 2.0, 4.0)
    of_orders = []
    for order in permutations(range(4)):
        now, changes = list(typical), [0.0] * 4
        for place in order:
            before, now[place] = crossed(now), row[place]
            changes[place] = crossed(now) - before
        of_orders.append(changes)
    means = [sum(each) / len(of_orders) for each in zip(*of_orders, strict=True)]

    assert added(Model(crossed, 4), row, typical)[1:] == pytest.approx(means, abs=1e-12)


def test_each_column_of_a_sum_adds_its_own_part_in_any_number_of_columns() -> None:
    weights = [0.01 * (place - 10) for place in range(20)]
    row, typical = [1.0] * 20, [0.5] * 20
    model = Model(lambda given: 0.5 + 0.1 * sum(w * x for w, x in zip(weights, given, strict=True)), 20)

    assert added(model, row, typical)[1:] == pytest.approx([0.05 * weight for weight in weights], abs=1e-12)


def test_columns_that_are_typical_have_no_turn_and_add_nothing() -> None:
    model = Model(lambda row: 0.1 * row[1], 5)

    found = added(model, (1.0, 2.0, 3.0, math.nan, 5.0), (1.0, 0.0, 3.0, None, 5.0))

    assert found == [0.0, 0.0, 0.2, 0.0, 0.0, 0.0]
    assert model.rows == 2


def test_a_typical_row_is_explained_by_itself() -> None:
    model = Model(crossed, 3)

    assert added(model, (1.0, 2.0, 3.0), (1.0, 2.0, 3.0)) == [crossed((1.0, 2.0, 3.0)), 0.0, 0.0, 0.0]
    assert model.rows == 1


def test_a_number_that_is_missing_takes_its_turn() -> None:
    model = Model(lambda row: 0.9 if math.isnan(row[0]) else 0.2, 2)

    assert added(model, (math.nan, 1.0), (0.0, 1.0)) == pytest.approx([0.2, 0.7, 0.0])
    assert added(model, (0.0, 1.0), (None, 1.0)) == pytest.approx([0.9, -0.7, 0.0])


@pytest.mark.parametrize("columns", [5, 125, 126, 200, COLUMNS_MAX])
def test_an_explanation_scores_no_more_rows_than_it_may(columns: int) -> None:
    model = Model(lambda row: 0.5 + sum(row) / 2_000, columns)

    found = added(model, [1.0] * columns, [0.0] * columns)

    assert math.fsum(found) == pytest.approx(0.5 + columns / 2_000, abs=1e-12)
    assert columns <= model.rows <= min(ROWS_MAX, 2 * PAIRS * columns)


def test_a_row_that_differs_in_too_many_columns_is_refused_in_words() -> None:
    columns = COLUMNS_MAX + 1

    with pytest.raises(Refused, match=f"{COLUMNS_MAX} at most, and here {columns} do") as caught:
        added(Model(crossed, columns), [1.0] * columns, [0.0] * columns)

    assert (caught.value.code, caught.value.field) == ("WhyUnknown", "why")


def test_threshold_is_taken_off_so_that_the_class_that_leads_is_answered() -> None:
    point = OperatingPoint("yes", 0.8)
    model = Model(lambda row: row[0], 1, point)

    for yes in (0.5, 0.79, 0.81):
        found = added_by_turns(model, [yes], [0.1])
        lead = math.fsum(found["yes"]) - math.fsum(found["no"])
        assert lead == pytest.approx(2 * (yes - 0.8), abs=1e-12)


def test_without_a_typical_row_each_column_begins_at_0_or_at_its_bound_without_a_category() -> None:
    given: list[Row] = []
    model = Model(lambda row: given.append(row) or 0.5, 0)  # type: ignore[func-returns-value]
    bounds = [(None, None), (2.0, None), (None, -3.0), (-1.0, 1.0)]
    numbers = [NumberColumn(f"x{place}", minimum=low, maximum=high) for place, (low, high) in enumerate(bounds)]
    model.schema = Schema((*numbers, CategoryColumn("text", levels=frozenset(["a"]))))

    added_by_turns(model, [0.0, 2.0, -3.0, 0.0, "a"], ())

    assert given == [[0.0, 2.0, -3.0, 0.0, ""], [0.0, 2.0, -3.0, 0.0, "a"]]
