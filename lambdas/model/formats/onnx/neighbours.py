"""Makes definite which of neighbours that are equally far count: those that come first in the training.

scikit-learn leaves it open, and says so; with its algorithms and with the last bits of a distance the answer differs.
Columns of few digits have many such neighbours. So both the graph and the fitted estimator, whose answers it is
compared with, take distances for equal that differ by no more than rounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats
from lambdas.serve.onnx import DIFFERENCES

EQUAL = 1e-9
"""Distances that differ by less, beside the larger one, are equal; a 32-bit float does not tell them apart either."""
NOISE = 1e-7
"""Of a distance beside the length of the rows: what some of scikit-learn's algorithms lose of it."""
NUMBERS_MAX = 500_000
"""Of more numbers in the training rows, a graph computes distances by products, which is faster and less exact."""
NUMBERS_AT_A_TIME = 4_000_000


def settle(neighbours: Any) -> None:
    """Let a fitted KNeighborsClassifier count of neighbours that are equally far those that come first."""
    neighbours.predict_proba = partial(_probabilities, neighbours)
    neighbours.predict = partial(_labels, neighbours)


def _labels(neighbours: Any, rows: Any) -> Any:
    return neighbours.classes_[_probabilities(neighbours, rows).argmax(axis=1)]


def _probabilities(neighbours: Any, rows: Any) -> Floats:
    """(n, k)"""
    asked, known = neighbours.n_neighbors, neighbours.n_samples_fit_
    distances, near = neighbours.kneighbors(rows, min(asked + 1, known))
    near = near[:, :asked]
    if known > asked:
        lengths = np.sqrt(np.asarray((_dense(rows) ** 2).sum(axis=1))) if len(near) else np.empty(0)
        last, next_one = distances[:, asked - 1], distances[:, asked]
        is_open = next_one - last <= EQUAL * next_one + NOISE * np.maximum(lengths, next_one)
        for places, found in _first(neighbours, _dense(rows), np.flatnonzero(is_open)):
            near[places] = found
    codes = neighbours._y[near]
    shares: Floats = np.stack([(codes == code).mean(axis=1) for code in range(len(neighbours.classes_))], axis=1)
    return shares


def _first(neighbours: Any, rows: Floats, places: Any) -> Iterator[tuple[Any, Any]]:
    """Of the rows at these places, some at a time, the nearest; of equally far ones the first."""
    known, asked = _dense(neighbours._fit_X), neighbours.n_neighbors
    step = max(1, NUMBERS_AT_A_TIME // max(known.size, 1))
    for begin in range(0, len(places), step):
        some = places[begin : begin + step]
        distances = np.sqrt(((rows[some][:, None, :] - known[None, :, :]) ** 2).sum(axis=2))
        bound = np.partition(distances, asked - 1, axis=1)[:, asked - 1 : asked]
        rank = np.where(distances < bound * (1 - EQUAL), 0, np.where(distances <= bound * (1 + EQUAL), 1, 2))
        yield some, np.argsort(rank, axis=1, kind="stable")[:, :asked]


def _dense(rows: Any) -> Floats:
    dense: Floats = np.asarray(rows.toarray() if hasattr(rows, "toarray") else rows, dtype=np.float64)
    return dense


def settle_graph(model: Any) -> None:
    """Let the graph do the same: a distance is rounded to 32 bits, and of equal ones the first is taken."""
    from onnx import TensorProto, helper

    tables = {table.name: table for table in model.graph.initializer}
    nodes = []
    for node in model.graph.node:
        if node.op_type != "CDist":
            nodes.append(node)
            continue
        rows, known, (distances,) = node.input[0], node.input[1], node.output
        name = f"{distances}_exact"
        node.output[0] = name
        is_small = int(np.prod(tables[known].dims)) <= NUMBERS_MAX
        nodes += _differences(rows, known, name, model) if is_small else [node]
        nodes.append(helper.make_node("Cast", [name], [distances], name=f"{name}_rounded", to=TensorProto.FLOAT))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _differences(rows: str, known: str, distances: str, model: Any) -> list[Any]:
    """The operators for the distances, in which equal rows are exactly at 0."""
    from onnx import helper, numpy_helper

    axis, last = f"{distances}_axis", f"{distances}_last"
    model.graph.initializer.extend(
        [numpy_helper.from_array(np.array([1]), axis), numpy_helper.from_array(np.array([2]), last)]
    )
    each, squared, total = (f"{distances}_{what}" for what in ("each", "squared", "sum"))
    apart = f"{distances}{DIFFERENCES.decode()}"
    return [
        helper.make_node("Unsqueeze", [rows, axis], [each], name=each),
        helper.make_node("Sub", [each, known], [apart], name=apart),
        helper.make_node("Mul", [apart, apart], [squared], name=squared),
        helper.make_node("ReduceSum", [squared, last], [total], name=total, keepdims=0),
        helper.make_node("Sqrt", [total], [distances], name=distances),
    ]
