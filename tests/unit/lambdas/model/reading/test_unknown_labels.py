"""Unknown labels are told apart, counted, and may be the recipe's fault; an other class takes them."""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.errors import LabelUnknown, ValueMissing
from lambdas.model.data.preparation import split
from lambdas.model.reading.object_reader import read_labels, read_text
from lambdas.model.reading.table import Reading
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.strata import groups_of, strata
from tests.given import data
from tests.unit.lambdas.model.reading.tables import RECIPE, rows


def read(*labels: str, recipe: Recipe) -> Reading:
    return read_text("day.csv", text=rows(*(f"1,2,SF,n,{label}" for label in labels)), recipe=recipe)


def refused(*labels: str) -> LabelUnknown:
    with pytest.raises(LabelUnknown) as raised:
        read(*labels, recipe=RECIPE)
    return raised.value


def with_other(other: str = "bad") -> Recipe:
    return data.recipe(columns=RECIPE.columns, other=other)


def test_different_unknown_labels_are_told_with_their_counts_the_most_frequent_first() -> None:
    error = refused("ok.", "tea.", "jam.", "jam.", "jam.", "tea.", "egg.")

    assert error.message == (
        "6 cells of column label in day.csv are no known label (one of ok., spam., worm.): row 2 (line 3) 'tea.',"
        " row 3 (line 4) 'jam.', row 4 (line 5) 'jam.', ... (6 in all). 3 different labels are unknown"
        " ('jam.': 3 rows, 'tea.': 2 rows, 'egg.': 1 row). Either the recipe is wrong: list them in its `classes`, or"
        ' say other="CLASS" for all that it does not list. Or the file is. Correct the file, or take it out:'
        " nightswap data remove day.csv --model flows"
    )
    assert error.details["labels"] == [["jam.", 3], ["tea.", 2], ["egg.", 1]]
    assert error.details["different_labels"] == 3


def test_spaces_around_a_label_of_the_recipe_are_seen() -> None:
    recipe = data.recipe(columns=RECIPE.columns, classes={" yes": "bad", "ok.": "good"}, other=None)

    with pytest.raises(LabelUnknown, match=r"no known label \(one of ' yes', ok\.\)"):
        read("no", recipe=recipe)


@pytest.mark.parametrize("label", ["Café ", "cafe\u0301", "\u00a0CAFÉ"])
def test_label_that_only_looks_like_one_of_the_recipe_is_told_with_that(label: str) -> None:
    recipe = data.recipe(columns=RECIPE.columns, classes={"café": "bad", "ok.": "good"})

    with pytest.raises(LabelUnknown) as raised:
        read("ok.", label, "tea.", recipe=recipe)

    assert (
        "1 cell of column label in day.csv is the label 'café' but for spaces, capitals or the form of its letters:"
        f" row 2 (line 3) {label!r}. 1 cell of column label in day.csv is no known label (one of café, ok.): row 3"
    ) in raised.value.message
    assert raised.value.details["labels"] == [[label, 1], ["tea.", 1]]


def test_a_single_unknown_label_is_told_as_one() -> None:
    assert "1 label is unknown ('jam.': 2 rows)." in refused("jam.", "jam.").message


@pytest.mark.parametrize(("many", "more"), [(8, None), (9, "and 1 more"), (60, "and 52 more")])
def test_of_many_unknown_labels_the_first_few_are_told(many: int, more: str | None) -> None:
    error = refused(*(f"{n:02}." for n in range(many)))

    assert error.details["different_labels"] == many
    assert len(error.details["labels"]) == min(many, 50)
    assert (f", {more}). Either" in error.message) if more else ("more" not in error.message)


def test_long_unknown_labels_leave_room_for_the_way_out() -> None:
    error = refused(*(f"{n:02}" + "x" * 5_000 for n in range(30)))

    assert "(4,962 more)" in error.message
    assert error.message.endswith("nightswap data remove day.csv --model flows")


def test_labels_are_told_whatever_is_wrong_first() -> None:
    with pytest.raises(ValueMissing, match=r"1 label is unknown \('jam\.': 1 row\)\. Either the recipe"):
        read_text("day.csv", text=rows("1,2,,n,ok.", "1,2,SF,n,jam."), recipe=RECIPE)


def test_labels_that_are_not_listed_are_of_the_other_class() -> None:
    reading = read("ok.", "jam.", "tea.", "jam.", recipe=with_other())

    assert reading.table.labels.tolist() == ["good", "bad", "bad", "bad"]
    assert reading.others == {"jam.": 2, "tea.": 1}


def test_no_label_at_all_is_of_no_class_even_where_there_is_another() -> None:
    with pytest.raises(ValueMissing, match="column label"):
        read_text("day.csv", text=rows("1,2,SF,n,ok.", "1,2,SF,n,"), recipe=with_other())


def test_without_an_other_class_no_label_is_told_as_of_it() -> None:
    assert read("ok.", recipe=RECIPE).others == {}


def test_labels_of_the_other_class_are_split_together_whatever_they_are() -> None:
    recipe = with_other()
    reading = read("ok.", "jam.", "spam.", "tea.", recipe=recipe)
    groups = groups_of(reading.labels, recipe=recipe)

    assert groups == (("ok.",), ("spam.", ""))
    assert strata(reading.labels, groups=groups).tolist() == [0, 1, 1, 1]


def test_groups_do_not_grow_with_the_labels_of_the_other_class() -> None:
    recipe = with_other()
    lines = [f"1,2,SF,n,label-{n}" for n in range(1000)]

    reading = read_text("day.csv", text=rows("1,2,SF,n,ok.", *lines), recipe=recipe)

    assert groups_of(reading.labels, recipe=recipe) == (("ok.",), ("",))


def test_a_label_that_is_listed_later_moves_no_row_to_the_other_side() -> None:
    content = rows(*(f"{n},2,SF,n,{('ok.', 'jam.', 'tea.')[n % 3]}" for n in range(300)))
    before = with_other()
    after = data.recipe(columns=RECIPE.columns, classes={**before.classes, "jam.": "bad"}, other="good")
    first = data.piece_of("day.csv", content, recipe=before)
    again = data.piece_of("day.csv", content, recipe=after, draw=first.draw)

    for one, other in zip(split(first, recipe=before), split(again, recipe=after), strict=True):
        assert np.array_equal(one.numeric, other.numeric)


def test_labels_of_another_column_are_read_row_by_row() -> None:
    found = read_labels("day.csv", text=rows("1,2,SF,n,ok.", "1,2,S0,n,jam."), column="flag", model="flows")

    assert [found.raw[code] for code in found.codes] == ["SF", "S0"]
