"""Tells what each column adds, of trees: what its splits change, on the way of a row from each root to a leaf."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...values import TYPE_CHECKING

if TYPE_CHECKING:
    from ...links import OperatingPoint
    from ...schema import Row
    from ...trees import Trees

CONSTANT = -1
"""In the place of a column's position."""


def added_by_trees(model: Trees, row: Row) -> dict[str, list[float]]:
    """Of each class the constant of its score, then what each column adds; NaN where a number is too large. The score
    is a probability where it is a mean of shares; else of two classes the first has none.

    A column adds what its splits change: at each node of a tree's path, what the next one is expected to say less
    what this one is. Expected is the mean over the training rows that came to the node.
    Source: Saabas (2014), Interpreting random forests.

    A threshold is taken off the constant of its class: so the class that leads is the one that is answered.
    """
    columns = range(CONSTANT, len(model.schema.columns))
    laid = model.laid(row)
    if laid is None:
        return dict.fromkeys(model.classes, [math.nan] * len(columns))
    terms: dict[int, list[list[float]]] = {column: [[] for _ in model.base] for column in columns}
    for total, base in zip(terms[CONSTANT], model.base, strict=True):
        total.append(base)
    for tree, root in enumerate(model.roots):
        _add(model, tree, root, laid, terms)
    scores = [[math.fsum(terms[column][output]) for column in columns] for output in range(len(model.base))]
    found = dict(zip(model.classes, _of_classes(model, scores), strict=True))
    if model.schema.operating_point is not None:
        found[model.schema.operating_point.positive][0] -= _lead_at(model.schema.operating_point, model)
    return found


def _lead_at(point: OperatingPoint, model: Trees) -> float:
    """The positive class's lead at which it is just answered: of probabilities p and 1 - p it is 2p - 1."""
    if model.link == "mean":
        return 2 * point.threshold - 1
    return point.log_odds / (model.scale if model.link == "logistic" else 1.0)


def _add(model: Trees, tree: int, node: int, laid: Sequence[float], terms: dict[int, list[list[float]]]) -> None:
    """What the splits on the way to a leaf add, and the root's own to the constant."""
    said, column = [0.0] * len(model.base), CONSTANT
    while True:
        says = _expected(model, tree, node) if node >= 0 else _leaf(model, tree, ~node)
        for total, before, after in zip(terms[column], said, says, strict=True):
            total += (after, -before)
        if node < 0:
            return
        said, column = says, model.columns[model.slot[node]]
        goes_left = laid[model.slot[node]] <= model.threshold[node]
        node = model.left[node] if goes_left else model.right[node]


def _expected(model: Trees, tree: int, node: int) -> list[float]:
    """What a tree's node is expected to say of each output."""
    if model.shares is None:
        return _of_turn(model, tree, model.expected[node])
    count = len(model.classes)
    if count == 2:  # of two classes the second's share stands there
        second = model.expected[node] / model.SHARE_UNIT
        shares = [1.0 - second, second]
    else:
        shares = [share / model.SHARE_UNIT for share in model.expected[node * count : (node + 1) * count]]
    if not model.weights:
        return shares
    weight = model.weights[tree]
    return [weight * share - (1.0 - share) * weight / (count - 1) for share in shares]


def _leaf(model: Trees, tree: int, leaf: int) -> list[float]:
    if model.shares is None:
        return _of_turn(model, tree, model.value[leaf])
    said = [0.0] * len(model.base)
    for place, share in model.shares[model.value[leaf]]:
        said[place] = share
    return said


def _of_turn(model: Trees, tree: int, value: float) -> list[float]:
    """Trees take turns with the outputs."""
    said = [0.0] * len(model.base)
    said[tree % len(said)] = value
    return said


def _of_classes(model: Trees, scores: list[list[float]]) -> list[list[float]]:
    """Of each class, from the sums of each output: as the link makes scores of them."""
    if len(scores) == 1:
        return [[0.0] * len(scores[0]), *scores]
    if model.shares is None:
        return scores
    parts = len(model.roots) if model.link == "mean" else model.scale
    shares = [[term / parts for term in of_output] for of_output in scores]
    if model.link == "mean" or len(shares) > 2:
        return shares
    first, second = shares
    return [[0.0] * len(first), [after - before for before, after in zip(first, second, strict=True)]]
