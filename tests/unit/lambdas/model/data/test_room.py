from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import DatasetTooLarge
from chalicelib.settings.stage import StageSettings
from lambdas.model.data import room
from lambdas.model.data.room import EVALUATE, PREPROCESS, TRAIN, Demand
from lambdas.model.recipe import Date, Recipe, at_least
from tests.given import data

NARROW, WIDE = 24 + 24, 34 * 8 + 7 * 44 + 24
"""Bytes of a row: 3 numbers; 34 numbers and 7 texts; and the class's name."""
MILLION = 1_000_000
NEEDED = [
    (PREPROCESS, NARROW, 9.08, 1_842),
    (PREPROCESS, NARROW, 36.3, 7_129),
    (PREPROCESS, WIDE, 0.567, 1_027),
    (PREPROCESS, WIDE, 2.27, 3_907),
    (TRAIN, WIDE, 0.567, 1_283),
    (TRAIN, WIDE, 2.27, 4_362),
    (TRAIN, NARROW, 36.3, 4_538),
    (EVALUATE, NARROW, 1.0, 253),
    (EVALUATE, NARROW, 3.0, 681),
    (EVALUATE, WIDE, 0.3, 160),
]
"""MB that a task took at its peak, measured, with so many million rows. Those of Evaluate are without the pages of
the mapped parts, which are given up where memory is short."""


def expected(demand: Demand, *, row_bytes: int, rows: int) -> int:
    with pytest.raises(DatasetTooLarge) as refused:
        room.check_size(demand, rows=rows, table_bytes=rows * row_bytes, memory_mb=1, recipe=data.numeric_recipe())
    return int(refused.value.details["expected_mb"])


@pytest.mark.parametrize(("demand", "row_bytes", "millions", "measured_mb"), NEEDED)
def test_what_is_expected_is_near_what_was_measured(
    demand: Demand, row_bytes: int, millions: float, measured_mb: int
) -> None:
    found = expected(demand, row_bytes=row_bytes, rows=round(millions * MILLION))

    assert 0.9 * measured_mb < found < 1.2 * measured_mb


@pytest.mark.parametrize(
    ("demand", "classes", "measured_mb"),
    [(TRAIN, 10, 61), (TRAIN, 30, 132), (EVALUATE, 10, 30), (EVALUATE, 30, 102)],
)
def test_each_class_beyond_two_takes_about_as_much_more_as_was_measured(
    demand: Demand, classes: int, measured_mb: int
) -> None:
    many = data.recipe(
        classes={f"class {n:02}": f"class {n:02}" for n in range(classes)},
        positive=None,
        thresholds=[at_least("recall", of=f"class {n:02}", bound=0.6) for n in range(2)],
    )

    def needed(recipe: Recipe) -> int:
        with pytest.raises(DatasetTooLarge, match="take about") as refused:
            room.check_size(demand, rows=300_000, table_bytes=0, memory_mb=1, recipe=recipe)
        return int(refused.value.details["expected_mb"])

    assert 0.6 * measured_mb < needed(many) - needed(data.recipe()) < 1.4 * measured_mb


def test_fit_part_by_part_that_just_fits_is_taken_and_else_is_refused_with_what_takes_so_much() -> None:
    size = {"rows": 36_000_000, "table_bytes": 10**9, "categories": 20_005, "recipe": data.recipe()}

    room.check_fold(expected_mb=1769, memory_mb=1769, **size)  # type: ignore[arg-type]
    with pytest.raises(DatasetTooLarge) as refused:
        room.check_fold(expected_mb=1770, memory_mb=1769, **size)  # type: ignore[arg-type]

    assert refused.value.message == (
        "36,000,000 rows of 3 columns with 20,005 categories and 2 classes take about 1,770 MB in Train, which has"
        " 1,769 MB; their table has 1,000,000,000 bytes. Give it more, 10,240 at most (NIGHTSWAP_TRAIN_MEMORY_MB in"
        " .chalice/config.json, then nightswap deploy), leave columns out of the recipe, or write one word for rare"
        " categories into the files"
    )
    assert (refused.value.details["expected_mb"], refused.value.details["rows"]) == (1770, 36_000_000)


@pytest.mark.parametrize("demand", [PREPROCESS, TRAIN, EVALUATE, room.LIVE_QUALITY])
def test_setting_that_is_named_is_one_of_the_stages(demand: Demand) -> None:
    assert demand.setting in {each.variable for each in StageSettings.settings.values()}


def test_object_that_takes_all_the_memory_is_taken_and_one_that_takes_more_is_not() -> None:
    recipe = data.numeric_recipe()
    needed = expected(PREPROCESS, row_bytes=NARROW, rows=MILLION)
    rows: dict[str, Any] = {"rows": MILLION, "table_bytes": MILLION * NARROW, "recipe": recipe}

    room.check_object("day.csv", memory_mb=needed, **rows)
    with pytest.raises(DatasetTooLarge, match=rf"about {needed:,} MB in Preprocess: it has {needed - 1:,} MB"):
        room.check_object("day.csv", memory_mb=needed - 1, **rows)


def test_tables_that_just_fit_are_taken_and_one_row_more_is_refused_with_the_way_out() -> None:
    table = data.table(data.recipe(), rows=1_000)
    needed = expected(PREPROCESS, row_bytes=0, rows=0) + round((3 * table.size_bytes + 50 * 1_000) / room.MB)

    room.check(PREPROCESS, [table], memory_mb=needed, recipe=data.recipe())
    with pytest.raises(
        DatasetTooLarge, match=r"100,000 rows of 3 columns take about .* in Preprocess, which has"
    ) as no:
        room.check(PREPROCESS, [table] * 100, memory_mb=needed, recipe=data.recipe())

    assert "(NIGHTSWAP_PREPROCESS_MEMORY_MB in .chalice/config.json, then nightswap deploy)" in no.value.message
    assert f"{100 * table.size_bytes:,} bytes. Give it more" in no.value.message
    assert (no.value.details["rows"], no.value.details["table_bytes"]) == (100_000, 100 * table.size_bytes)
    assert no.value.message.endswith("nightswap data remove FILE --model flows")


def test_parts_of_a_date_count_in_train_where_each_is_a_number() -> None:
    plain, dated = (
        data.recipe(columns=[Date("opened", parts=parts)])
        for parts in (["seconds"], ["year", "day", "month", "weekday", "hour"])
    )

    assert room.row_bytes(TRAIN, recipe=dated) - room.row_bytes(TRAIN, recipe=plain) == TRAIN.copies * 8 * 4
    assert room.row_bytes(PREPROCESS, recipe=dated) == room.row_bytes(PREPROCESS, recipe=plain)


@pytest.mark.parametrize(
    ("demand", "size", "measured_mb"),
    [
        (TRAIN, 60_029_011, 560),
        (TRAIN, 240_090_871, 1_917),
        (EVALUATE, 60_029_011, 279),
        (EVALUATE, 240_090_871, 879),
    ],
)
def test_what_a_graph_is_expected_to_take_is_more_than_was_measured_and_not_far(
    demand: Demand, size: int, measured_mb: int
) -> None:
    """An import of so many bytes, in a process that has no scikit-learn and no boto3, which take 150 MB in Train."""
    with pytest.raises(DatasetTooLarge) as refused:
        room.check_graphs(demand, [size], memory_mb=1, recipe=data.numeric_recipe())
    found = refused.value.details["expected_mb"]

    assert measured_mb < found < 1.3 * measured_mb + 50


def test_graphs_that_there_is_memory_for_one_by_one_and_not_together_are_told() -> None:
    recipe = data.numeric_recipe()

    room.check_graphs(EVALUATE, [240_000_000], memory_mb=1769, recipe=recipe)
    with pytest.raises(DatasetTooLarge) as refused:
        room.check_graphs(EVALUATE, [240_000_000, 240_000_000], memory_mb=1769, recipe=recipe)

    assert refused.value.message == (
        "graphs of 240 MB and 240 MB take about 1,921 MB in Evaluate, which has 1,769 MB. Give it more, 10,240 at"
        " most (NIGHTSWAP_EVALUATE_MEMORY_MB in .chalice/config.json, then nightswap deploy), or take a smaller model"
    )
