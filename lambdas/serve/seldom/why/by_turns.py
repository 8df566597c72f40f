"""Tells what each column adds, of a model that does not add up its columns: a graph, or what is made of several.

The columns of a typical row take the values of the asked row, one after another. A column adds, to the probability of
each class, what its turn changes. So in any order the columns add up to the answer exactly; what one of them adds
depends on which had their turn before, so it is the mean over some orders: all of them where they are few, else
PAIRS at random, and the reverse of each. Over all orders these are the Shapley values of the row.

The same row has the same orders each time. Columns in which it is the typical row have no turn, and add nothing.

Sources: Strumbelj and Kononenko (2014), Explaining prediction models and individual predictions with feature
contributions; of orders with their reverse Mitchell et al. (2022), Sampling permutations for Shapley value
estimation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import permutations
from random import Random

from ...refusal import Refused
from ...schema import CategoryColumn
from ...values import TYPE_CHECKING

if TYPE_CHECKING:
    from ...schema import Column, Row
    from ...scorer import Scorer

ALL_ORDERS_MAX = 4
"""Of so many columns all orders are taken, 24 at most, which score 16 rows."""
PAIRS = 4
ROWS_MAX = 1_000
"""That one explanation scores: of more than 125 columns fewer pairs are taken."""
COLUMNS_MAX = ROWS_MAX // 2


def added_by_turns(scorer: Scorer, row: Row, typical: Sequence[float | str | None]) -> dict[str, list[float]]:
    """Of each class the probability of the typical row, then what each column adds: (1 + columns,) each.

    `typical` has a value for each column of the schema, None for a number that is missing; it is empty where the
    model's training rows are not known, and the row then begins at 0, without a category. Raises Refused for a row
    that differs from it in too many columns.
    """
    begin = [math.nan if value is None else value for value in typical] or list(map(_least, scorer.schema.columns))
    differing = [place for place, pair in enumerate(zip(row, begin, strict=True)) if _differ(*pair)]
    if len(differing) > COLUMNS_MAX:
        raise Refused(
            "WhyUnknown",
            f"why of this model tries each column that differs from a typical row, {COLUMNS_MAX} at most, and here"
            f" {len(differing)} do: it tells its answer, and not why",
            field="why",
            accepted="a request without why",
        )
    orders = _orders(differing)
    turns = [*_turns(orders)]
    says = _probabilities(scorer, begin, row, turns)
    terms: list[list[list[float]]] = [[[] for _ in row] for _ in scorer.classes]
    for place, before, after in turns:
        for of_class, was, now in zip(terms, says[before], says[after], strict=True):
            of_class[place] += (now, -was)
    found = {
        name: [constant, *(math.fsum(each) / len(orders) for each in of_class)]
        for name, constant, of_class in zip(scorer.classes, says[0], terms, strict=True)
    }
    point = scorer.schema.operating_point
    if point is not None:
        found[point.positive][0] -= 2 * point.threshold - 1  # the lead at which it is just answered
    return found


def _turns(orders: Sequence[Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """The column of each turn, and which columns have had theirs before and after it: a bit for each."""
    for order in orders:
        before = 0
        for place in order:
            yield place, before, before | 1 << place
            before |= 1 << place


def _probabilities(
    scorer: Scorer, begin: Row, row: Row, turns: Sequence[tuple[int, int, int]]
) -> dict[int, Sequence[float]]:
    """Of each row that the turns come through, by the columns that have had theirs."""
    rows = {
        had: [value if had >> place & 1 else begin[place] for place, value in enumerate(row)]
        for had in dict.fromkeys([0, *(after for _, _, after in turns)])
    }
    scored = scorer.score_all([*rows.values()])
    return {had: probabilities for had, (_, probabilities) in zip(rows, scored, strict=True)}


def _orders(places: Sequence[int]) -> list[tuple[int, ...]]:
    if len(places) <= ALL_ORDERS_MAX:
        return list(permutations(places))
    draw, orders = Random(0), []
    for _ in range(min(PAIRS, COLUMNS_MAX // len(places))):
        order = tuple(draw.sample(places, len(places)))
        orders += [order, order[::-1]]
    return orders


def _least(column: Column) -> float | str:
    """0, or what of the column's range is nearest to it; a text that is no category."""
    if isinstance(column, CategoryColumn):
        return ""
    low = -math.inf if column.minimum is None else column.minimum
    high = math.inf if column.maximum is None else column.maximum
    return float(min(max(0.0, low), high))


def _differ(one: float | str, other: float | str) -> bool:
    """Two missing numbers do not, though NaN is never equal to itself."""
    return one != other and (one == one or other == other)
