"""The profile of a data set, from sums in which every figure is another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lambdas.model.data.profile import TOP_CATEGORIES, profile
from lambdas.model.data.sums import GROUPS_COUNTED, HASHED_ROWS, Sums
from lambdas.model.recipe import Categorical, Date, Numeric, Split
from tests.given import data


def words(*numbers: int) -> Any:
    return np.array(numbers, dtype=np.uint64)


LEVELS = {f"level {n:02}": 2 for n in range(TOP_CATEGORIES)} | {"most": 9, "also": 2}
SUMS = Sums(
    classes=np.array([[7, 2], [3, 1]]),
    smallest=np.array([0.5, -1.0]),
    largest=np.array([9.5, 6.0]),
    means=np.array([3.25, 2.5]),
    present=np.array([13, 13]),
    levels=(LEVELS,),
    hashes=(words(5, 5, 3, 8, 8, 8, 1, 2, 9), words(8, 8, 4, 10)),
    sample=np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0], [5.0, 50.0]]),
    places=words(1, 2, 3, 4, 5),
    objects=4,
    constant=(0, 0, 0),
)


def told(**changes: Any) -> dict[str, Any]:
    return profile(replace(SUMS, **changes), recipe=data.recipe())


def test_rows_are_counted_by_side_and_class() -> None:
    found = told()

    assert (found["rows"], found["train_rows"], found["holdout_rows"]) == (13, 9, 4)
    assert found["classes"] == {
        "good": {"rows": 10, "train": 7, "holdout": 3},
        "bad": {"rows": 3, "train": 2, "holdout": 1},
    }
    assert (found["quartiles_of_rows"], found["missing_cells"]) == (5, 0)


def test_figures_of_dates_are_dates() -> None:
    recipe = data.recipe(columns=[Numeric("size"), Date("opened"), Categorical("flag")])
    ends = np.array([1.0, np.nan])
    lacking = replace(SUMS, smallest=ends, largest=ends, means=ends, present=np.array([13, 0]), sample=ends[None])

    assert profile(SUMS, recipe=recipe)["columns"]["opened"] == {
        "kind": "date",
        "minimum": "1969-12-31T23:59:59Z",
        "quartile_1": "1970-01-01T00:00:20Z",
        "median": "1970-01-01T00:00:30Z",
        "quartile_3": "1970-01-01T00:00:40Z",
        "maximum": "1970-01-01T00:00:06Z",
        "mean": "1970-01-01T00:00:02Z",
    }
    figures = ("minimum", "quartile_1", "median", "quartile_3", "maximum", "mean")
    assert profile(lacking, recipe=recipe)["columns"]["opened"] == {
        "kind": "date",
        "missing": 13,
        **dict.fromkeys(figures),
    }


def test_columns_are_summed_up_by_their_kinds() -> None:
    columns = told()["columns"]

    assert columns["size"] == {
        "kind": "number",
        "minimum": 0.5,
        "quartile_1": 2.0,
        "median": 3.0,
        "quartile_3": 4.0,
        "maximum": 9.5,
        "mean": 3.25,
    }
    assert (columns["age"]["median"], columns["age"]["mean"]) == (30.0, 2.5)
    assert (columns["flag"]["kind"], columns["flag"]["levels"]) == ("category", len(LEVELS))


def test_ten_most_frequent_categories_are_listed_and_of_those_alike_the_first_by_name() -> None:
    top = told()["columns"]["flag"]["top"]

    assert [*top.items()] == [("most", 9), ("also", 2), *((f"level {n:02}", 2) for n in range(TOP_CATEGORIES - 2))]


def test_rows_that_occur_before_are_counted_and_those_of_the_holdout_that_are_in_the_training_part() -> None:
    found = told()

    assert found["duplicate_rows"] == 13 - 8
    assert (found["holdout_rows_in_train"], found["holdout_rows_in_train_ratio"]) == (2, 0.5)


@pytest.mark.parametrize(
    ("train", "holdout", "duplicates", "both", "ratio"),
    [
        (words(), words(1, 1), 1, 0, 0.0),
        (words(1, 1), words(), 1, 0, None),
        (words(1), words(1), 1, 1, 1.0),
        (words(2), words(1, 3), 0, 0, 0.0),
    ],
)
def test_side_without_rows_has_none_in_common(
    train: Any, holdout: Any, duplicates: int, both: int, ratio: float | None
) -> None:
    found = told(hashes=(train, holdout), classes=np.array([[len(train), 0], [len(holdout), 0]]))

    assert found["duplicate_rows"] == duplicates
    assert (found["holdout_rows_in_train"], found["holdout_rows_in_train_ratio"]) == (both, ratio)


def test_rows_that_are_too_many_to_be_compared_are_told_as_that() -> None:
    found = told(hashes=None)

    assert found["rows_not_compared"] == (
        f"13 rows are more than the {HASHED_ROWS:,} that are compared with one another"
    )
    assert "duplicate_rows" not in found


def test_groups_are_counted_where_the_recipe_names_their_column() -> None:
    recipe = data.recipe(split=Split(group="house"))

    counted = profile(replace(SUMS, groups=(words(1, 2, 3), words(3, 4))), recipe=recipe)["groups"]

    assert counted == {"column": "house", "all": 4, "holdout": 2, "on_both_sides": 1}
    assert profile(SUMS, recipe=recipe)["groups"] == {
        "column": "house",
        "not_counted": f"they are more than {GROUPS_COUNTED:,}",
    }
    assert "groups" not in told(groups=(words(1), words(2)))


def test_missing_cells_of_a_column_are_counted_and_its_figures_are_of_the_others() -> None:
    sample = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    none = np.array([9.5, np.nan])

    columns = told(sample=sample, present=np.array([8, 0]), smallest=none, largest=none, means=none)["columns"]

    assert (columns["size"]["missing"], columns["size"]["quartile_1"], columns["size"]["mean"]) == (5, 1.0, 9.5)
    assert columns["age"] == {
        "kind": "number",
        "missing": 13,
        **dict.fromkeys(("minimum", "quartile_1", "median", "quartile_3", "maximum", "mean")),
    }


def test_share_of_the_objects_in_which_a_column_is_constant_is_told_where_there_is_any() -> None:
    columns = told(constant=(1, 0, 3))["columns"]

    assert [column.get("constant_ratio") for column in columns.values()] == [0.25, None, 0.75]
