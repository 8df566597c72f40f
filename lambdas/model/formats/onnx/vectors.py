"""Lets a graph weigh support vectors in 64-bit floats, as scikit-learn does.

onnxruntime's own operator for them holds vectors, weights and kernel in 32-bit floats: of unscaled columns, of a
kernel that grows with them, or of NuSVC, whose weights may be large, its probabilities differ by more than is
allowed. So kernel and sums become operators of 64-bit floats here, and theirs is left what comes after, on the sums
alone: Platt's sigmoid, the coupling of pairs, and the vote. For that each pair of classes gets one vector, which
picks its sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats

OPERATOR = "SVMClassifier"
REPLACED = ("kernel_type", "kernel_params", "support_vectors", "coefficients", "rho", "vectors_per_class")


def settle_graph(model: Any, machines: Iterable[Any]) -> None:
    """Rewrite every SVMClassifier of the graph; `machines` are the fitted SVC and NuSVC that they were made of."""
    fitted = [each for each in machines if hasattr(each, "support_vectors_")]  # what made others is none itself
    known = {_vectors(each).astype(np.float32).tobytes(): each for each in fitted}
    nodes: list[Any] = []
    for node in model.graph.node:
        if node.op_type == OPERATOR:
            held = next(each for each in node.attribute if each.name == "support_vectors")
            nodes += _Exact(model, node).sums(known[np.array(held.floats, dtype=np.float32).tobytes()])
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)


class _Exact:
    """The operators before one SVMClassifier."""

    def __init__(self, model: Any, node: Any) -> None:
        self.model, self.node = model, node
        self.nodes: list[Any] = []

    def sums(self, machine: Any) -> list[Any]:
        """Let the node take what each pair of classes adds up to, which these operators compute."""
        weights, constants = _weights(machine), np.asarray(machine.intercept_, dtype=np.float64)
        if len(machine.classes_) == 2:  # as skl2onnx turns the sign of two classes
            weights, constants = -weights, -constants
        (rows,) = self.node.input
        if machine.kernel == "linear":
            added = self._of("MatMul", rows, self._held("weights", _vectors(machine).T @ weights))
        else:
            added = self._of("MatMul", KERNELS[machine.kernel](self, machine, rows), self._held("weights", weights))
        self.node.input[0] = self._of("Add", added, self._held("constants", constants))
        self._pick(len(machine.classes_))
        return self.nodes

    def near(self, machine: Any, rows: str) -> str:
        """exp(-gamma * distance ** 2). Columns are centred first, so that products lose no digits of distances."""
        held = _vectors(machine).T
        middle, ones = held.mean(axis=1), np.ones((len(held), 1))
        apart = self._of("Sub", rows, self._held("middle", middle))
        known = self._of("Sub", self._held("vectors", held), self._held("middle_of_vectors", middle[:, None]))
        lengths = self._of("MatMul", self._of("Mul", apart, apart), self._held("ones", ones))
        others = self._of("MatMul", self._held("ones_of_vectors", ones.T), self._of("Mul", known, known))
        twice = self._of("Mul", self._of("MatMul", apart, known), self._number("two", 2.0))
        distances = self._of("Sub", self._of("Add", lengths, others), twice)
        return self._of("Exp", self._of("Mul", distances, self._number("gamma", -machine._gamma)))

    def power(self, machine: Any, rows: str) -> str:
        """(gamma * product + coef0) ** degree"""
        return self._of("Pow", self._product(machine, rows), self._number("degree", machine.degree))

    def sigmoid(self, machine: Any, rows: str) -> str:
        """tanh(gamma * product + coef0)"""
        return self._of("Tanh", self._product(machine, rows))

    def _product(self, machine: Any, rows: str) -> str:
        product = self._of("MatMul", rows, self._held("vectors", _vectors(machine).T))
        scaled = self._of("Mul", product, self._number("gamma", machine._gamma))
        return self._of("Add", scaled, self._number("coef0", machine.coef0))

    def _pick(self, classes: int) -> None:
        """Give each pair of classes one vector, of the first of the two, that picks the pair's sum.

        The last class has no pair of its own; its vector is nothing, and weighs nothing.
        """
        from onnx import helper

        pairs = list(combinations(range(classes), 2))
        vectors = np.vstack([np.eye(len(pairs)), np.zeros((1, len(pairs)))])
        weights = np.zeros((classes - 1, len(pairs) + 1))
        for place, (_, second) in enumerate(pairs):
            weights[second - 1, place] = 1.0
        kept = [each for each in self.node.attribute if each.name not in REPLACED]
        del self.node.attribute[:]
        self.node.attribute.extend(kept)
        for name, value in {
            "kernel_type": "LINEAR",
            "kernel_params": [0.0, 0.0, 0.0],
            "support_vectors": vectors.ravel().tolist(),
            "coefficients": weights.ravel().tolist(),
            "rho": [0.0] * len(pairs),
            "vectors_per_class": [*range(classes - 1, 0, -1), 1],
        }.items():
            self.node.attribute.append(helper.make_attribute(name, value))

    def _of(self, operator: str, *inputs: str) -> str:
        from onnx import helper

        name = f"{self.node.name}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name))
        return name

    def _number(self, what: str, number: float) -> str:
        return self._held(what, np.array(float(number)))

    def _held(self, what: str, numbers: Any) -> str:
        from onnx import numpy_helper

        name = f"{self.node.name}_{what}"
        self.model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(numbers), name))
        return name


KERNELS: Mapping[str, Callable[[_Exact, Any, str], str]] = {
    "rbf": _Exact.near,
    "poly": _Exact.power,
    "sigmoid": _Exact.sigmoid,
}


def _weights(machine: Any) -> Floats:
    """Of each vector its weight in the sum of each pair of classes. Shape (vectors, pairs)."""
    duals, classes = _dense(machine.dual_coef_), len(machine.classes_)
    if classes == 2:
        return duals.T
    of = np.repeat(np.arange(classes), machine.n_support_)
    pairs = list(combinations(range(classes), 2))
    weights = np.zeros((len(of), len(pairs)))
    for place, (first, second) in enumerate(pairs):
        weights[of == first, place] = duals[second - 1, of == first]
        weights[of == second, place] = duals[first, of == second]
    return weights


def _vectors(machine: Any) -> Floats:
    return _dense(machine.support_vectors_)


def _dense(numbers: Any) -> Floats:
    dense: Floats = np.asarray(numbers.toarray() if hasattr(numbers, "toarray") else numbers, dtype=np.float64)
    return dense
