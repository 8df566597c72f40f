"""Estimates before the fit how large trees become, by what they grew from few rows to more.

Nodes are taken to grow by a power of the number of rows, of at most 1, for a tree has no more leaves than rows; and a
row's way through the trees by as many nodes at each doubling. Trees that a parameter bounds stop growing, and so does
their estimate. It is no limit: `Size.check` judges the trees that were grown.
"""

from __future__ import annotations

import math

from lambdas.model.formats.fitted import Expected, Exported
from lambdas.model.formats.trees.size import NODES_MAX, NODES_TOLD, ROW_US_MAX, WAYS


def expected(few: Exported, more: Exported, /, *, rows: tuple[int, int, int]) -> Expected:
    """A `Growth`."""
    doublings, left = math.log2(rows[1] / rows[0]), max(0.0, math.log2(rows[2] / rows[1]))
    power = math.log2(max(1, more.facts["nodes"]) / max(1, few.facts["nodes"])) / doublings
    nodes = _rounded(more.facts["nodes"] * 2 ** (left * min(1.0, max(0.0, power))))
    longer = max(0.0, more.facts["expected_row_us"] - few.facts["expected_row_us"]) / doublings
    row_us = _rounded(more.facts["expected_row_us"] + left * longer)
    said = f"about {nodes:,} nodes that split, and about {row_us:,} microseconds a row"
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
