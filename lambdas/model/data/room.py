"""Checks that a data set fits into a task's memory, and says so in words if not; Lambda would just end the task.

The figures were measured on 0.6 to 36 million rows of 3 columns, and 0.6 to 2.3 million of 41, 7 of them categorical,
with 2 classes; and on 0.1 to 0.3 million rows of 3 columns with 2, 10 and 30.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from chalicelib.cutting import amount
from chalicelib.errors import DatasetTooLarge
from chalicelib.values import Value
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe

MB = 2**20
MEMORY_MB_MAX = 10_240
"""Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""


COPIES_OF_HELD_ROWS, COPIES_OF_WEIGHTS = 9.0, 14.0
"""How many times Train holds rows that a graph keeps, and the weights of a network, which are fitted too. Neighbours
of 4,000 and 12,000 rows of 784 columns took 500 and 1,123 MB; networks of 18, 43 and 104 MB of weights took 455, 807
and 1,691."""


class Held(Value, kw_only=True):
    """What an artifact holds, in 64-bit floats."""

    rows: float
    """How many times all training rows; of a graph of several neighbours it can be more than once."""
    numbers: int
    """Of weights."""

    def times(self, members: int) -> Held:
        return Held(rows=members * self.rows, numbers=members * self.numbers)


class Demand(Value, kw_only=True):
    """The most memory that a task takes, by the size of its tables."""

    task: str
    base_mb: int
    """The task with its libraries loaded, without rows."""
    copies: float
    """How many copies of the tables it holds at once."""
    row_bytes: int
    """For each row in addition, however many columns it has."""
    class_bytes: int
    """For each row and each class in addition, from the third class on: it has a probability, in several arrays."""

    @property
    def setting(self) -> str:
        """Of the stage, by which the task has its memory.

        >>> TRAIN.setting
        'NIGHTSWAP_TRAIN_MEMORY_MB'
        """
        return f"NIGHTSWAP_{self.task.upper()}_MEMORY_MB"

    def holding(self, held: Held) -> Demand:
        """The same where the artifact holds this: it is converted, and lies in memory in several forms at once."""
        return Demand(
            task=self.task,
            base_mb=self.base_mb + round(COPIES_OF_WEIGHTS * 8 * held.numbers / MB),
            copies=self.copies + COPIES_OF_HELD_ROWS * held.rows,
            row_bytes=self.row_bytes,
            class_bytes=self.class_bytes,
        )


PREPROCESS = Demand(task="Preprocess", base_mb=190, copies=3.0, row_bytes=50, class_bytes=0)
"""Of one object, beside the parts that are being filled: it has one in memory at a time."""
TRAIN = Demand(task="Train", base_mb=210, copies=3.0, row_bytes=0, class_bytes=18)
EVALUATE = Demand(task="Evaluate", base_mb=90, copies=0.0, row_bytes=220, class_bytes=13)
"""Of the holdout alone, where no row is a copy of another and three versions are scored. Rows are read in parts: each
leaves its hash and what the versions answered, and copies of a row leave them once. 16 nights of the same file take
202 MB, and not the 870 of a whole table."""

LIVE_QUALITY = Demand(task="Evaluate", base_mb=140, copies=0.0, row_bytes=110, class_bytes=0)
"""Of the new rows, which are read in parts: each leaves its cell and its hash, which are sorted at the end."""


COPIES_OF_A_GRAPH = {"Train": 9.0, "Evaluate": 4.0}
"""How many times a task holds a graph at once: Train one that is imported, Evaluate each that it scores. Those of 60
and 240 MB took 9.1 and 8.2 times their size in Train, 4.0 and 3.6 in Evaluate, with onnxruntime 1.32 and onnx 1.23.
"""


def check_graphs(demand: Demand, sizes: Sequence[int], *, memory_mb: int, recipe: Recipe) -> None:
    """Raises DatasetTooLarge for graphs of so many bytes that the task has no memory for, before they are opened."""
    expected_mb = demand.base_mb + round(COPIES_OF_A_GRAPH[demand.task] * sum(sizes) / MB)
    if expected_mb > memory_mb:
        told = " and ".join(f"{size / 1e6:.0f} MB" for size in sizes)
        raise DatasetTooLarge(
            f"{'a graph' if len(sizes) == 1 else 'graphs'} of {told} take about {expected_mb:,} MB in {demand.task},"
            f" which has {memory_mb:,} MB. Give it more, {MEMORY_MB_MAX:,} at most ({demand.setting} in"
            " .chalice/config.json, then nightswap deploy), or take a smaller model",
            model=recipe.model,
            expected_mb=expected_mb,
            memory_mb=memory_mb,
        )


def check_text(name: str, *, text: bytes, memory_mb: int, recipe: Recipe) -> None:
    """Raises DatasetTooLarge for an object that Preprocess has no memory for, before it is read.

    Each line is taken for a row, and each category for a letter: so no object is refused that would fit.
    """
    letters = len(recipe.categorical) + max(map(len, recipe.class_names))
    rows = max(text.count(b"\n") - 1, 0)
    row_bytes = 8 * len(recipe.numeric) + 4 * letters
    check_object(name, rows=rows, table_bytes=rows * row_bytes, memory_mb=memory_mb, recipe=recipe)


def check_object(name: str, *, rows: int, table_bytes: int, memory_mb: int, recipe: Recipe) -> None:
    """The same when its table is there, before it is split."""
    expected_mb = _expected_mb(PREPROCESS, rows=rows, table_bytes=table_bytes, recipe=recipe)
    if expected_mb > memory_mb:
        raise DatasetTooLarge(
            f"{name} has {amount(rows, 'row')} of {amount(len(recipe.single_columns), 'column')},"
            f" {table_bytes:,} bytes, which take"
            f" about {expected_mb:,} MB in Preprocess: it has {memory_mb:,} MB, and reads one file at a time. Split"
            f" it into files, each with the header; give it more, {MEMORY_MB_MAX:,} at most ({PREPROCESS.setting} in"
            " .chalice/config.json, then nightswap deploy); or take it out: nightswap data remove"
            f" {shlex.quote(name)} --model {recipe.model}",
            model=recipe.model,
            object=name,
            rows=rows,
            table_bytes=table_bytes,
            expected_mb=expected_mb,
            memory_mb=memory_mb,
        )


def check(demand: Demand, tables: Iterable[Table], *, memory_mb: int, recipe: Recipe) -> None:
    """Raises DatasetTooLarge when the task would take more than its memory."""
    sizes = [(len(table), table.size_bytes) for table in tables]
    check_size(
        demand,
        rows=sum(rows for rows, _ in sizes),
        table_bytes=sum(size for _, size in sizes),
        memory_mb=memory_mb,
        recipe=recipe,
    )


def check_size(demand: Demand, *, rows: int, table_bytes: int, memory_mb: int, recipe: Recipe) -> None:
    """The same check by size alone, for tables that are no longer in memory."""
    expected_mb = _expected_mb(demand, rows=rows, table_bytes=table_bytes, recipe=recipe)
    if expected_mb > memory_mb:
        raise _too_large(
            demand, recipe, rows=rows, table_bytes=table_bytes, expected_mb=expected_mb, memory_mb=memory_mb
        )


def check_fold(
    *, expected_mb: int, rows: int, table_bytes: int, categories: int, memory_mb: int, recipe: Recipe
) -> None:
    """The same for a fit part by part, of which the categories and classes decide, not the rows, what it takes."""
    if expected_mb > memory_mb:
        raise _too_large(
            TRAIN,
            recipe,
            rows=rows,
            table_bytes=table_bytes,
            expected_mb=expected_mb,
            memory_mb=memory_mb,
            of=f" with {amount(categories, 'category')} and {len(recipe.class_names):,} classes",
            fewer="or write one word for rare categories into the files",
        )


def _too_large(
    demand: Demand,
    recipe: Recipe,
    *,
    rows: int,
    table_bytes: int,
    expected_mb: int,
    memory_mb: int,
    of: str = "",
    fewer: str = "",
) -> DatasetTooLarge:
    otherwise = fewer or f"or take files out: nightswap data remove FILE --model {recipe.model}"
    return DatasetTooLarge(
        f"{amount(rows, 'row')} of {amount(len(recipe.single_columns), 'column')}{of} take about"
        f" {expected_mb:,} MB in {demand.task},"
        f" which has {memory_mb:,} MB; their table has {table_bytes:,} bytes. Give it more, {MEMORY_MB_MAX:,} at most"
        f" ({demand.setting} in .chalice/config.json, then nightswap deploy), leave columns out of the recipe,"
        f" {otherwise}",
        model=recipe.model,
        rows=rows,
        table_bytes=table_bytes,
        expected_mb=expected_mb,
        memory_mb=memory_mb,
    )


def _expected_mb(demand: Demand, *, rows: int, table_bytes: int, recipe: Recipe) -> int:
    of_table = demand.copies * table_bytes
    return demand.base_mb + round((of_table + row_bytes(demand, recipe=recipe) * rows) / MB)


def row_bytes(demand: Demand, *, recipe: Recipe) -> float:
    """Of a row, beside the copies of the table: in Train each part of a date is a number."""
    positions = recipe.positions
    parts = (
        len(positions.numeric) + len(positions.categorical) - len(recipe.single_columns)
        if demand.task == TRAIN.task
        else 0
    )
    return demand.row_bytes + demand.class_bytes * (len(recipe.class_names) - 2) + demand.copies * 8 * parts
