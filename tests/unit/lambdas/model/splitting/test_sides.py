"""Each rule of the split has its own way to tell which rows are held out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lambdas.model.splitting.days import up_to
from lambdas.model.splitting.keys import read_group_keys, read_row_keys
from lambdas.model.splitting.sides import held_out
from lambdas.model.splitting.split import (
    DATED,
    DRAWN,
    GROUPED,
    NIGHTLY,
    RULES,
    STRATIFIED,
    TOGETHER,
    Draw,
    Mask,
    is_held_out,
)

NAME, MODEL = "night.csv", "flows"
TEXT = "customer,day\n" + "".join(f"c{place % 7},2026-11-{10 + place % 15}\n" for place in range(60))
ROWS = 60


def a_draw(rule: int, *columns: str, until: str = "") -> Draw:
    return Draw(rule, 0.5, 42, "an object", columns=columns, until=until)


def sides(draw: Draw, text: str = TEXT) -> Mask | None:
    return held_out(NAME, text=text.encode(), draw=draw, rows=ROWS, model=MODEL)


def of_groups(draw: Draw) -> Mask:
    return is_held_out(read_group_keys(NAME, text=TEXT.encode(), column="customer", model=MODEL), draw=draw)


def of_rows(draw: Draw) -> Mask:
    return is_held_out(read_row_keys(NAME, text=TEXT.encode(), columns=draw.columns, model=MODEL), draw=draw)


def later(_draw: Draw) -> Mask:
    return np.array([10 + place % 15 > 17 for place in range(ROWS)])


CASES: dict[int, tuple[Draw, Callable[[Draw], Mask] | None]] = {
    STRATIFIED: (a_draw(STRATIFIED), None),
    DRAWN: (a_draw(DRAWN), None),
    GROUPED: (a_draw(GROUPED, "customer"), of_groups),
    TOGETHER: (a_draw(TOGETHER, "customer", "day"), of_rows),
    NIGHTLY: (a_draw(NIGHTLY), lambda _draw: np.ones(ROWS, dtype=np.bool_)),
    DATED: (a_draw(DATED, "day", until="2026-11-17"), later),
}


@pytest.mark.parametrize("rule", RULES)
def test_rule_holds_its_own_rows_out_or_leaves_it_to_their_classes(rule: int) -> None:
    draw, expected = CASES[rule]

    found = sides(draw)

    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found.tolist() == expected(draw).tolist()
        assert found.any()


def test_night_that_is_trained_on_holds_out_nothing() -> None:
    found = sides(a_draw(NIGHTLY, until="2026-11-17"))

    assert found is not None and not found.any()


@pytest.mark.parametrize("seed", range(8))
def test_rows_without_a_group_are_one_group(seed: int) -> None:
    """They are good where the column takes a missing value; elsewhere the reader has found each of them bad."""
    text = TEXT.replace("c3,", ",").replace("c5,", ",")

    found = sides(Draw(GROUPED, 0.5, seed, "an object", columns=("customer",), until=""), text)

    assert found is not None
    assert len({bool(found[row]) for row in range(ROWS) if row % 7 in (3, 5)}) == 1


@pytest.mark.parametrize(("until", "expected"), [("2026-11-17", [True, True, False]), ("", [False, False, False])])
def test_day_itself_is_reached_and_without_a_date_none_is(until: str, expected: list[bool]) -> None:
    days = np.array(["2026-11-16", "2026-11-17", "2026-11-18"], dtype="datetime64[D]").astype(np.int64)

    assert up_to(until, days=days).tolist() == expected
