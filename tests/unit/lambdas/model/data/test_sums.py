from __future__ import annotations

import json
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.data.part import Part
from lambdas.model.data.profile import profile
from lambdas.model.data.sums import GROUPS_COUNTED, HASHED_ROWS, SAMPLE_ROWS, Sums, sample_rows
from lambdas.model.reading.table import Table, concat
from lambdas.model.recipe import Recipe, Split
from tests.given import data

RECIPE = data.recipe()
SALT = 64 * "7"
LEVELS = (("a", "b"),)
ZEROS = np.zeros(2, dtype=np.uint8)


def part(table: Table, recipe: Recipe = RECIPE) -> Part:
    return Part.of(table, classes=recipe.class_names)


def of(train: Table, holdout: Table, *, salt: str = SALT) -> Sums:
    return Sums.of(part(train), part(holdout), salt=salt)


def sides(seed: int, rows: int) -> tuple[Table, Table]:
    table = data.table(RECIPE, rows=rows, seed=seed)
    return table.take(np.arange(rows // 5, rows)), table.take(np.arange(rows // 5))


@given(sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_sums_of_objects_add_up_to_those_of_all_their_rows(sizes: list[int]) -> None:
    several = [sides(seed, rows) for seed, rows in enumerate(sizes)]

    added = profile(reduce(add, (of(*each) for each in several)), recipe=RECIPE)
    whole = profile(of(concat([one for one, _ in several]), concat([other for _, other in several])), recipe=RECIPE)

    for name in added["columns"]:
        for found in (added, whole):
            found["columns"][name].pop("constant_ratio", None)  # it is of files, not of rows
    for name in ("size", "age"):
        assert added["columns"][name].pop("mean") == pytest.approx(whole["columns"][name].pop("mean"), rel=1e-12)
    assert added == whole


def test_columns_that_hold_one_value_alone_in_a_file_are_counted() -> None:
    files = [
        ([[1.0, np.nan], [1.0, 2.0]], [[0], [1]]),
        ([[3.0, np.nan], [4.0, np.nan]], [[1], [1]]),
        ([[5.0, 6.0], [5.0, 7.0]], [[0], [0]]),
    ]
    parts = [Part(np.array(numbers), np.array(codes), ZEROS, LEVELS, RECIPE.class_names) for numbers, codes in files]

    added = reduce(add, (Sums.of(each, each, salt=SALT) for each in parts))

    assert (added.objects, added.constant) == (3, (2, 1, 2))


def test_sums_come_back_from_their_files() -> None:
    found = of(*sides(1, 50))

    again = Sums.from_files(found.to_files() | found.hashes_to_files())

    assert again.to_files() == found.to_files()
    assert again.hashes_to_files() == found.hashes_to_files()
    assert profile(again, recipe=RECIPE) == profile(found, recipe=RECIPE)
    assert json.dumps(profile(again, recipe=RECIPE), allow_nan=False)


def test_sums_of_another_kind_of_file_are_refused() -> None:
    files = of(*sides(1, 50)).to_files()

    for wrong in ({**files, "sample.npy": b"no array"}, {**files, "sums.json": b"{"}):
        with pytest.raises(ValueError):
            Sums.from_files(wrong)
    with pytest.raises(KeyError):
        Sums.from_files({name: body for name, body in files.items() if name != "sums.json"})


def many(rows: int, *, seed: int) -> tuple[Table, Table]:
    """Numbers 0..1, whose quartiles are known."""
    numeric = np.random.default_rng(seed).random((rows, 2))
    table = Table(numeric, np.full((rows, 1), "SF"), np.full(rows, "good"))
    return table, table.take(np.arange(0))


def test_quartiles_of_many_rows_are_of_a_sample_whose_size_is_told() -> None:
    rows = SAMPLE_ROWS // 2 + 1
    added = reduce(add, (of(*many(rows, seed=seed), salt=f"{seed:064x}") for seed in range(3)))

    found = profile(added, recipe=RECIPE)

    assert (found["rows"], found["quartiles_of_rows"]) == (3 * rows, SAMPLE_ROWS)
    size = found["columns"]["size"]
    quartiles = [size[name] for name in ("quartile_1", "median", "quartile_3")]
    assert quartiles == pytest.approx([0.25, 0.5, 0.75], abs=0.01)
    assert size["minimum"] < 1e-4 and size["maximum"] > 1 - 1e-4  # of all rows


def test_sample_is_of_the_smallest_places_and_of_equal_ones_the_first_object_s_come_first() -> None:
    zeros, ones = (
        Table(np.full((SAMPLE_ROWS + 5_000, 2), value), np.full((SAMPLE_ROWS + 5_000, 1), "SF"), labels)
        for value, labels in ((0.0, np.full(SAMPLE_ROWS + 5_000, "bad")), (1.0, np.full(SAMPLE_ROWS + 5_000, "good")))
    )
    of_zeros, of_ones = (of(each, each.take(np.arange(0))) for each in (zeros, ones))
    rows = sample_rows(2)

    both = of_zeros + of_ones

    assert np.array_equal(of_zeros.places, np.sort(of_zeros.places)) and len(of_zeros.places) == rows
    assert np.array_equal(of_zeros.places, of_ones.places)
    assert np.array_equal(both.places, np.repeat(of_zeros.places, 2)[:rows])
    assert both.sample[:, 0].tolist() == [0.0, 1.0] * (rows // 2)


def test_sample_takes_no_more_memory_for_more_columns() -> None:
    assert [sample_rows(numbers) * numbers for numbers in (3, 41, 1_000)] == [60_000, 59_983, 60_000]


def test_rows_that_are_too_many_are_not_compared_with_one_another_and_the_profile_says_so() -> None:
    few = of(*sides(1, 50))
    counted = np.array([[HASHED_ROWS, 0], [0, 0]])
    most = replace(few, classes=counted)

    found = profile(few + most, recipe=RECIPE)

    assert found["rows_not_compared"].startswith("1,000,050 rows are more than the 1,000,000 that are compared")
    assert "duplicate_rows" not in found
    assert (few + most).hashes_to_files() == {}
    assert (few + most + few).hashes is None


@given(st.lists(st.integers(0, 6), max_size=20), st.lists(st.integers(0, 6), max_size=20))
def test_rows_that_occur_before_and_those_on_both_sides_are_counted(train: list[int], holdout: list[int]) -> None:
    hashes = (np.array(train, dtype=np.uint64), np.array(holdout, dtype=np.uint64))
    classes = np.array([[len(train), 0], [len(holdout), 0]])

    found = profile(replace(of(*sides(1, 50)), hashes=hashes, classes=classes), recipe=RECIPE)

    both = sum(each in train for each in holdout)
    assert found["duplicate_rows"] == len(train + holdout) - len({*train, *holdout})
    assert found["holdout_rows_in_train"] == both
    assert found["holdout_rows_in_train_ratio"] == (both / len(holdout) if holdout else None)


def test_level_that_only_one_of_two_objects_has_is_counted() -> None:
    one = Table(np.ones((2, 2)), np.array([["a"], ["b"]]), np.array(["good", "bad"]))
    other = Table(np.ones((1, 2)), np.array([["c"]]), np.array(["bad"]))
    none = one.take(np.arange(0))

    found = profile(of(one, none) + of(other, none), recipe=RECIPE)

    assert found["columns"]["flag"]["levels"] == 3
    assert found["columns"]["flag"]["top"] == {"a": 1, "b": 1, "c": 1}


def grouped(first: int, end: int) -> Sums:
    """Of a row and of these groups, all in the training part."""
    rows = Part.of(data.table(RECIPE, rows=1), classes=RECIPE.class_names)
    groups = np.arange(first, end, dtype=np.uint64), np.empty(0, dtype=np.uint64)
    return Sums.of(rows, rows.between(0, 0), salt="0" * 16, groups=groups)


@pytest.mark.parametrize(("end", "counted"), [(GROUPS_COUNTED, True), (GROUPS_COUNTED + 1, False)])
def test_a_million_groups_are_counted_and_no_more(end: int, counted: bool) -> None:
    recipe = data.recipe(split=Split(group="customer"))

    groups = profile(grouped(0, 700_000) + grouped(600_000, end), recipe=recipe)["groups"]

    many = {"column": "customer", "not_counted": "they are more than 1,000,000"}
    assert groups == ({"column": "customer", "all": end, "holdout": 0, "on_both_sides": 0} if counted else many)


def test_groups_are_read_as_they_were_written() -> None:
    written = grouped(0, 3)

    read = Sums.from_files(written.to_files())

    assert read.groups is not None
    assert [each.tolist() for each in read.groups] == [[0, 1, 2], []]
    assert "groups_train.npy" not in replace(written, groups=None).to_files()


def test_missing_numbers_are_left_out_of_sums_and_a_column_of_nothing_else_has_none() -> None:
    train, holdout = sides(1, 50)
    some, none = (replace(each, numeric=np.array(each.numeric)) for each in (train, train))
    some.numeric[:10, 0] = np.nan
    none.numeric[:, 0] = np.nan

    first, second = of(some, holdout), of(none, replace(holdout, numeric=np.full_like(holdout.numeric, np.nan)))
    both = Sums.from_files((first + second).to_files())

    there = np.concatenate([some.numeric, holdout.numeric])[:, 0]
    column = profile(both, recipe=RECIPE)["columns"]["size"]
    assert column["missing"] == 2 * len(there) - np.count_nonzero(~np.isnan(there))
    assert (column["minimum"], column["maximum"]) == (np.nanmin(there), np.nanmax(there))
    assert column["mean"] == pytest.approx(np.nanmean(there))
    assert column["median"] == np.nanquantile(there, 0.5, method="nearest")
    nothing = profile(second, recipe=RECIPE)["columns"]["size"]
    assert [nothing[name] for name in ("minimum", "quartile_1", "median", "mean")] == [None] * 4
    assert json.dumps(nothing, allow_nan=False)
    assert np.array_equal((second + first).means, both.means)
