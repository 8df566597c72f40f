"""Bad rows are left out where they are few, of the file and of each class; else the file is refused as ever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import ClassSharesShifted, LabelUnknown, ObjectUnreadable, ValueMissing, ValueUnparsable
from lambdas.model.data.preparation import split
from lambdas.model.gate.bounds import tail
from lambdas.model.reading.object_reader import read_labels, read_text
from lambdas.model.reading.table import Reading
from lambdas.model.reading.tolerance import CHANCE, shift
from lambdas.model.recipe import Recipe, Tolerate
from tests.given import data
from tests.unit.lambdas.model.reading.tables import RECIPE, rows

GOOD = "1,2,SF,n,ok."


def tolerating(share: float, **changes: Any) -> Recipe:
    return data.recipe(columns=RECIPE.columns, tolerate=Tolerate(rows=share), **changes)


def read(*lines: str, recipe: Recipe) -> Reading:
    return read_text("day.csv", text=rows(*lines), recipe=recipe)


def test_bad_rows_are_left_out_and_told_without_what_is_in_them() -> None:
    lines = [f"{n},2,SF,n,{'spam.' if n % 3 else 'ok.'}" for n in range(100)]
    lines[10], lines[20], lines[30] = "x,2,SF,n,ok.", "1,2,SF,n,jam.", "1,2"

    reading = read(*lines, recipe=tolerating(0.03))

    assert reading.left_out is not None
    assert reading.left_out.rows.tolist() == [10, 20, 30]
    assert reading.left_out.facts == {
        "rows": 3,
        "first_rows": [11, 21, 31],
        "reasons": [
            {"column": "size", "problem": "not a number", "rows": 1},
            {"column": "label", "problem": "no known label (one of ok., spam., worm.)", "rows": 1},
            {"column": None, "problem": "shorter than the header, which names 5 fields", "rows": 1},
        ],
        "classes": {"good": 1},
        "class_unknown": 2,
    }
    assert reading.table.numeric[:, 0].tolist() == [n for n in range(100) if n not in (10, 20, 30)]
    assert len(reading.table) == 97
    assert reading.extent.rows == 100


def test_a_file_without_bad_rows_is_read_as_ever() -> None:
    assert read(GOOD, recipe=tolerating(0.5)).left_out is None


@pytest.mark.parametrize(("bad", "is_left_out"), [(2, True), (3, False)])
def test_the_share_itself_is_tolerated_and_one_row_more_is_not(bad: int, is_left_out: bool) -> None:
    lines = [*(["1,,SF,n,ok."] * bad), *([GOOD] * (200 - bad))]

    if is_left_out:
        assert len(read(*lines, recipe=tolerating(0.01)).table) == 198
        return
    with pytest.raises(ValueMissing, match=r"3 of 200 rows are bad, and the recipe tolerates 1 % of a file\. C"):
        read(*lines, recipe=tolerating(0.01))


def test_a_recipe_that_tolerates_nothing_says_nothing_of_a_share() -> None:
    with pytest.raises(ValueMissing) as raised:
        read("1,,SF,n,ok.", *([GOOD] * 500), recipe=RECIPE)

    assert "tolerates" not in raised.value.message


def test_a_file_of_bad_rows_alone_is_refused() -> None:
    with pytest.raises(ValueUnparsable):
        read("x,2,SF,n,ok.", recipe=tolerating(0.999))


def test_a_text_that_breaks_the_grammar_is_refused_whatever_is_tolerated() -> None:
    with pytest.raises(ObjectUnreadable, match="opens a quote that is never closed"):
        read(*([GOOD] * 100), '1,"2', recipe=tolerating(0.9))


def test_bad_rows_of_one_class_are_refused_with_the_class_and_how_much_it_loses() -> None:
    lines = [*(["x,2,SF,n,spam."] * 8), *(["1,2,SF,n,spam."] * 32), *([GOOD] * 1958), *(["x,2,SF,n,ok."] * 2)]

    with pytest.raises(ClassSharesShifted) as raised:
        read(*lines, recipe=tolerating(0.01))

    assert raised.value.message.startswith(
        "10 of 2,000 rows in day.csv are bad: without them the class bad falls from 2 % to 1.61 % of the rows: it"
        " loses 8 of 40, and all classes together 10 of 2,000. 10 cells of column size in day.csv are not a number:"
        " row"
    )
    assert raised.value.message.endswith("nightswap data remove day.csv --model flows")
    assert raised.value.details["lost"] == {"good": 2, "bad": 8}


def test_rows_whose_label_is_unknown_speak_for_no_class() -> None:
    reading = read(*(["1,2,SF,n,jam."] * 20), *(["1,2,SF,n,spam."] * 40), *([GOOD] * 1940), recipe=tolerating(0.01))

    assert reading.left_out is not None
    assert reading.left_out.facts["class_unknown"] == 20


def test_a_class_may_lose_as_large_a_share_as_a_file() -> None:
    """However sure it is that its rows are bad more often than others."""
    every = {"rare": 100_000, "common": 100_000}

    assert shift({"rare": 1_000, "common": 0}, every, tolerated=0.01) is None
    assert shift({"rare": 1_001, "common": 0}, every, tolerated=0.01) is not None


def test_a_loss_is_refused_from_the_chance_on_that_is_divided_among_the_classes() -> None:
    every = {"rare": 10, "common": 990}
    lost = next(n for n in range(1, 11) if tail(n, n, share=0.01) < CHANCE / 2)

    assert (CHANCE, lost) == (1e-4, 3)
    assert shift({"rare": lost - 1, "common": 0}, every, tolerated=0.01) is None
    assert shift({"rare": lost, "common": 0}, every, tolerated=0.01) == (
        "the class rare falls from 1 % to 0.702 % of the rows: it loses 3 of 10, and all classes together 3 of 1,000"
    )


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_rows_that_are_bad_whatever_their_class_are_hardly_ever_refused(seed: int) -> None:
    rng = np.random.default_rng(seed)
    every = {"a": 50, "b": 400, "c": 9_550}
    drawn = rng.multivariate_hypergeometric(list(every.values()), 100)

    assert shift(dict(zip(every, drawn.tolist(), strict=True)), every, tolerated=0.01) is None


@settings(max_examples=60, deadline=None)
@given(bad=st.sets(st.integers(0, 199), max_size=19), seed=st.integers(0, 3))
def test_no_other_row_changes_sides_once_the_bad_ones_are_corrected(bad: set[int], seed: int) -> None:
    lines = [f"{n},{seed},SF,n,{'spam.' if n % 2 else 'ok.'}" for n in range(200)]
    spoilt = [f"{n},,SF,n,{line.rpartition(',')[2]}" if n in bad else line for n, line in enumerate(lines)]
    recipe = tolerating(0.4)
    first = data.piece_of("day.csv", rows(*spoilt), recipe=recipe)
    corrected = data.piece_of("day.csv", rows(*lines), recipe=recipe, draw=first.draw)

    for before, after in zip(split(first, recipe=recipe), split(corrected, recipe=recipe), strict=True):
        found = after.numeric[:, 0].tolist()
        assert before.numeric[:, 0].tolist() == [n for n in found if n not in bad]


def test_every_row_that_is_left_has_its_own_cells_and_label() -> None:
    lines = [f"{n},{2 * n},F{n},{'ns'[n % 2]},{'spam.' if n % 3 else 'ok.'}" for n in range(300)]
    lines[7], lines[150] = "7,,F7,n,ok.", "150,300,F150,n"
    recipe = tolerating(0.1)

    train, holdout = split(data.piece_of("day.csv", rows(*lines), recipe=recipe), recipe=recipe)

    assert len(train) + len(holdout) == 298
    for part in (train, holdout):
        table = part.table()
        for (n, double), (flag, zone), label in zip(table.numeric, table.categorical, table.labels, strict=True):
            assert (double, flag, zone) == (2 * n, f"F{n:.0f}", "ns"[int(n) % 2])
            assert label == ("bad" if n % 3 else "good")


def test_labels_of_another_column_have_a_place_for_a_row_that_is_too_short() -> None:
    found = read_labels("day.csv", text=rows(GOOD, "1,2", "1,2,S0,n,ok."), column="flag", model="flows")

    assert [found.raw[code] for code in found.codes] == ["SF", "", "S0"]


def test_unknown_labels_beyond_the_share_are_told_as_ever() -> None:
    with pytest.raises(LabelUnknown, match="1 label is unknown"):
        read("1,2,SF,n,jam.", GOOD, recipe=tolerating(0.1))


def test_of_several_classes_that_lose_too_much_the_least_likely_loss_is_told() -> None:
    every = {"one": 100, "other": 100, "common": 9_800}

    said = shift({"one": 20, "other": 40, "common": 0}, every, tolerated=0.01)
    turned = shift({"one": 40, "other": 20, "common": 0}, every, tolerated=0.01)

    assert said is not None and said.startswith("the class other falls from 1 % to ")
    assert turned is not None and turned.startswith("the class one falls from 1 % to ")
