"""How large a model of trees may be, and becomes: its nodes make a cold start longer, its trees each answer.

The estimate before the fit is of what trees grew from few rows to more. Nodes are taken to grow by a power of the
number of rows, of at most 1, for a tree has no more leaves than rows; and a row's way through the trees by as many
nodes at each doubling. Trees that a parameter bounds stop growing, and so does their estimate. It is no limit:
`Size.check` judges the trees that were grown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.cutting import amount, verb
from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.fitted import Expected, Exported, Levels
from lambdas.model.formats.trees.grown import Tree
from lambdas.model.recipe import Recipe

NODES_TOLD, NODES_MAX = 300_000, 1_000_000
"""With 300,000 inner nodes a package starts within 1.35 times an empty handler's time, with a million within 1.65."""
STEP_US = 0.1
"""About what a node on the way of a row takes while a container is new: 0.07 to 0.13 microseconds were measured."""
ROW_US_MAX = 2000
"""1,000 instances then take 2 s of a whole core, and a smaller function has a share of one."""
ARTIFACT_BYTES_MAX = 40_000_000
"""As of a scorecard: Lambda takes a package of 50 MB through its API."""
WAYS = "set max_leaf_nodes or min_samples_leaf, or take fewer trees"


@dataclass(frozen=True)
class Size:
    """How large a model of trees is."""

    trees: int
    nodes: int
    """Inner ones."""
    row_us: float
    """An estimate, in microseconds: of a row as they come in training."""

    @classmethod
    def of(cls, trees: Sequence[Tree]) -> Size:
        """The mean number of nodes on the way is what of all rows comes to each node, added up."""
        nodes = sum(int(tree.is_inner.sum()) for tree in trees)
        return cls(len(trees), nodes, round(STEP_US * sum(map(_steps, trees)), 1))

    def check(self, recipe: Recipe) -> None:
        """Raises EstimatorUnsupported."""
        if self.nodes > NODES_MAX:
            raise EstimatorUnsupported(
                f"{self._trees} of recipe {recipe.model} {self._have} {self.nodes:,} nodes that split, and"
                f" {NODES_MAX:,} at most are served: {WAYS}",
                model=recipe.model,
            )
        if self.row_us > ROW_US_MAX:
            raise EstimatorUnsupported(
                f"{self._trees} of recipe {recipe.model} would take about {self.row_us / 1000:.1f} ms a"
                f" row, and {ROW_US_MAX / 1000:.0f} ms at most are served: {WAYS}",
                model=recipe.model,
            )

    @property
    def _trees(self) -> str:
        return "the tree" if self.trees == 1 else f"the {amount(self.trees, 'tree')}"

    @property
    def _have(self) -> str:
        return verb(self.trees, "has", "have")

    @property
    def warnings(self) -> list[str]:
        if self.nodes <= NODES_TOLD:
            return []
        return [
            f"{self._trees} {self._have} {self.nodes:,} nodes that split: with more than {NODES_TOLD:,} a cold"
            f" start takes over a third longer. To make it shorter {WAYS}"
        ]


def _steps(tree: Tree) -> float:
    """The nodes on a row's way; all of them of a tree whose rows have no weight, as of a class of weight 0."""
    inner = tree.weight[tree.is_inner]
    return float((inner / tree.weight[0]).sum()) if tree.weight[0] > 0 else float(len(inner))


def check_bytes(recipe: Recipe, *, size_bytes: int) -> None:
    """Raises EstimatorUnsupported for an artifact that Lambda would not take."""
    if size_bytes > ARTIFACT_BYTES_MAX:
        raise EstimatorUnsupported(
            f"the trees of recipe {recipe.model} take {size_bytes / 1e6:.0f} MB, and Lambda serves"
            f" {ARTIFACT_BYTES_MAX / 1e6:.0f} MB at most: {WAYS}, or leave out an OneHotEncoder of many categories",
            model=recipe.model,
            size_bytes=size_bytes,
        )


def foresee(few: Exported, *, recipe: Recipe, levels: Levels) -> None:
    """Nothing: the size follows from the rows, not the levels. `growth` estimates it, and `Size.check` judges it."""


def expected(few: Exported, more: Exported, /, *, rows: tuple[int, int, int]) -> Expected:
    """A `Growth`."""
    doublings, left = math.log2(rows[1] / rows[0]), max(0.0, math.log2(rows[2] / rows[1]))
    power = math.log2(max(1, more.facts["nodes"]) / max(1, few.facts["nodes"])) / doublings
    nodes = _rounded(more.facts["nodes"] * 2 ** (left * min(1.0, max(0.0, power))))
    longer = max(0.0, more.facts["expected_row_us"] - few.facts["expected_row_us"]) / doublings
    row_us = _rounded(more.facts["expected_row_us"] + left * longer)
    split, time = amount(nodes, "node"), amount(row_us, "microsecond")
    said = f"about {split} that {verb(nodes, 'splits', 'split')}, and about {time} a row"
    return Expected(
        {"trees": more.facts["trees"], "nodes": nodes, "row_us": row_us, "fitted_rows": list(rows[:2])},
        f"{said}: an estimate, by fits on {rows[0]:,} and {rows[1]:,} rows",
        warning=_warning(nodes, row_us),
        way_out=WAYS,
    )


def _warning(nodes: int, row_us: int) -> str:
    if nodes > NODES_MAX or row_us > ROW_US_MAX:
        return f"a run refuses more than {NODES_MAX:,} nodes, and more than {ROW_US_MAX / 1000:.0f} ms a row"
    return f"with more than {NODES_TOLD:,} nodes a cold start takes over a third longer" if nodes > NODES_TOLD else ""


def _rounded(number: float) -> int:
    """To two digits, for it is no more than an estimate.

    >>> [_rounded(each) for each in (0, 0.2, 7.6, 123, 98_765)]
    [0, 1, 8, 120, 99000]
    """
    if number < 1:
        return math.ceil(number)
    return round(round(number), 1 - math.floor(math.log10(number)))
