"""Tells roughly how many rows of a recipe fit into the tasks at a stage's sizes, and which setting bounds them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.cutting import amount
from chalicelib.edges import serving_room
from chalicelib.limits import PACKAGED_BYTES
from chalicelib.settings.stage import StageSettings
from lambdas.model.formats.all_formats import FORMATS
from workflows.checking.file import format_for, train_demand, why_in_one_piece
from workflows.stacks.functions import task_sizes

if TYPE_CHECKING:
    from lambdas.model.data.room import Demand
    from lambdas.model.recipe import Recipe

LETTERS = 8
"""Of a category in a column that does not list those that are allowed."""


@dataclass(frozen=True, order=True)
class Bound:
    """So many rows fit, because of a setting and its value."""

    rows: int
    setting: str
    mb: int

    @property
    def because(self) -> str:
        return f"{self.setting} is {self.mb}"


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """What fits of a recipe: rows of one file, and of a whole data set."""

    model: str
    format: str
    """Of the artifact that serves; empty where no format takes the estimator."""
    columns: int
    in_one_piece: str
    """Why Train has all rows in memory at once; empty where it folds."""
    file: Bound
    data_set: Bound
    fitted_by: str = ""
    """SageMaker's own algorithm; empty where it is scikit-learn."""
    serving_memory_mb: int = 0
    """Where its artifact may be too large for a package; else 0."""
    in_the_image: tuple[str, ...] = ()
    """The libraries by which its endpoints score."""

    def in_words(self) -> str:
        """
        >>> file, whole = (Bound(rows, f"THE_{of}_MB", 1769) for rows, of in ((999, "FILE"), (10**7, "WHOLE")))
        >>> print(Capacity(model="m", format="f", columns=3, in_one_piece="", file=file, data_set=whole).in_words())
        m is trained part by part and served as f: about 10 million rows of 3 columns fit (THE_WHOLE_MB is 1769),\
 about 1,000 into one file (THE_FILE_MB is 1769)
        """
        piece = f"is trained in one piece ({self.in_one_piece})" if self.in_one_piece else "is trained part by part"
        piece = f"is trained by SageMaker's {self.fitted_by}" if self.fitted_by else piece
        served = f" and served as {self.format}" if self.format else ""
        return (
            f"{self.model} {piece}{served}: about {rounded(self.data_set.rows)} rows of"
            f" {amount(self.columns, 'column')} fit"
            f" ({self.data_set.because}), about {rounded(self.file.rows)} into one file ({self.file.because})"
            f"{self._growth()}{self._reading()}{self._image()}"
        )

    def _growth(self) -> str:
        if self.fitted_by or self.format not in FORMATS or FORMATS[self.format].growth is None:
            return ""
        return f". Its model grows with the rows: nightswap check {self.model} FILE estimates it"

    def _reading(self) -> str:
        return f". {serving_room.foretold(self.serving_memory_mb)}" if self.serving_memory_mb else ""

    def _image(self) -> str:
        if not self.in_the_image:
            return ""
        libraries = " and ".join(self.in_the_image)
        return (
            f". The image of its endpoints has to hold {libraries}: assemble it with --format {self.format}; an"
            f" artifact has {PACKAGED_BYTES // 1_000_000} MB at most there"
        )


def capacity(recipe: Recipe, settings: StageSettings) -> Capacity:
    """Of a data set of the recipe, at these sizes."""
    from lambdas.model.data import room

    in_one_piece, served_as = why_in_one_piece(recipe), format_for(recipe)
    made = FORMATS.get(served_as)
    is_read = made is not None and made.stored and recipe.endpoint is None
    memory_mb = task_sizes(settings)["preprocess"].memory_mb
    return Capacity(
        model=recipe.model,
        format=served_as,
        columns=len(recipe.single_columns),
        in_one_piece=in_one_piece,
        file=_in_memory(room.PREPROCESS, recipe, memory_mb=memory_mb),
        data_set=min(_bounds(recipe, settings, in_one_piece=bool(in_one_piece))),
        fitted_by=recipe.built_in.algorithm if recipe.built_in else "",
        serving_memory_mb=(recipe.serving.memory_mb or settings.serving_memory_mb) if is_read else 0,
        in_the_image=made.layers if made and recipe.endpoint else (),
    )


def _bounds(recipe: Recipe, settings: StageSettings, *, in_one_piece: bool) -> Iterator[Bound]:
    """Of a data set: what has all its rows in memory, and /tmp, where they are copied."""
    from lambdas.model.data import room

    sizes, share = task_sizes(settings), recipe.split.holdout_ratio
    if recipe.built_in:
        yield _in_memory(room.PREPROCESS, recipe, memory_mb=sizes["preprocess"].memory_mb)
    if in_one_piece:
        yield _in_memory(train_demand(recipe), recipe, memory_mb=sizes["train"].memory_mb)
    yield _in_memory(room.EVALUATE, recipe, memory_mb=sizes["evaluate"].memory_mb, share=share, with_table=False)
    for function, part in (("train", 1.0), ("evaluate", share)):
        storage_mb = sizes[function].storage_mb
        rows = storage_mb * room.MB / part_row_bytes(recipe) / part
        yield Bound(round(rows), f"NIGHTSWAP_{function.upper()}_STORAGE_MB", storage_mb)


def _in_memory(
    demand: Demand, recipe: Recipe, *, memory_mb: int, share: float = 1.0, with_table: bool = True
) -> Bound:
    """The rows that `room.check_size` lets through, where a task has this share of them."""
    from lambdas.model.data import room

    row_bytes = room.row_bytes(demand, recipe=recipe)
    of_table = demand.copies * _table_row_bytes(recipe) if with_table else 0
    rows = max(0, memory_mb - demand.base_mb) * room.MB / (row_bytes + of_table) / share
    return Bound(round(rows), demand.setting, memory_mb)


def _table_row_bytes(recipe: Recipe) -> int:
    """In a Table every category is as wide as the longest of all, and a letter has four bytes."""
    allowed = [max(map(len, each.allowed)) if each.allowed else LETTERS for each in recipe.categorical]
    letters = len(allowed) * max(allowed, default=0) + max(map(len, recipe.class_names))
    return 8 * len(recipe.numeric) + 4 * letters


def part_row_bytes(recipe: Recipe) -> int:
    """In a Part a category is a code of one byte, or two where more than 256 are allowed; and so is the class."""
    codes = [2 if len(each.allowed or ()) > 256 else 1 for each in recipe.categorical]
    return 8 * len(recipe.numeric) + sum(codes) + 1


def rounded(rows: int) -> str:
    """To two digits, in words.

    >>> [rounded(each) for each in (0, 999, 54_321, 8_654_321, 123_456_789)]
    ['0', '1,000', '54,000', '8.7 million', '120 million']
    """
    near = round(rows, 1 - math.floor(math.log10(rows))) if rows else 0
    return f"{near / 1e6:g} million" if near >= 1_000_000 else f"{near:,}"
