"""A model of XGBoost's as plain arrays: answers as XGBoost does, without it, and becomes trees.

Scores are sums of 32-bit floats in the order of the trees, and probabilities are made as the serving code makes
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Integers, Texts
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.trees.grown import LEAF, Grown, Tree, adding
from lambdas.serve.links import shares32, sigmoid32

Floats32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BoostedTree:
    """The root first, and each node before its children; all arrays are (n,)."""

    feature: Integers
    threshold: Floats32
    """A row goes left whose number is below it. At a leaf what it adds."""
    left: Integers
    right: Integers
    """LEAF where the node is one."""
    missing_left: NDArray[np.bool_]
    weight: Floats
    """Of the training rows that came to the node."""
    sets: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Of a node that splits by a set of categories: those that go right."""

    def adds(self, X: Floats) -> Floats32:
        """(n,): what the leaf of each row adds; NaN is a missing number, and no category."""
        with np.errstate(over="ignore"):
            numbers = X.astype(np.float32)
        at = np.zeros(len(X), dtype=np.int64)
        while len(rows := np.flatnonzero(self.left[at] != LEAF)):
            for node in np.unique(at[rows]).tolist():
                here = rows[at[rows] == node]
                goes_left = self._goes_left(node, numbers[here, self.feature[node]])
                at[here] = np.where(goes_left, self.left[node], self.right[node])
        return self.threshold[at]

    def _goes_left(self, node: int, numbers: Floats32) -> NDArray[np.bool_]:
        right = self.sets.get(node)
        goes_left = numbers < self.threshold[node] if right is None else ~np.isin(numbers, list(right))
        return np.where(np.isnan(numbers), self.missing_left[node], goes_left)


@dataclass(frozen=True, eq=False, kw_only=True)
class Boosted:
    """A fitted classifier, as scikit-learn's. X is (n, features); NaN is a missing number, or an unknown category."""

    trees: Sequence[BoostedTree]
    """The classes take turns, where there are more than two."""
    base: Sequence[float]
    """What each score begins with: one for two classes, else one for each."""
    features: Sequence[str]
    categories: Mapping[int, tuple[str, ...]]
    """Of each feature that is one of categories their names, by code; no names where the file has none."""
    classes_: Sequence[str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the file tells of itself, ready for JSON."""
    warnings: Sequence[str] = ()
    unknown_left: bool = False
    """Whether an unknown category goes left, as one in no set; else it goes the way of a missing number."""

    @property
    def keeps_missing(self) -> bool:
        """It finds its own way for a missing number."""
        return True

    @property
    def labels(self) -> Sequence[str]:
        """None: the file does not name its classes."""
        return ()

    @property
    def maker(self) -> str:
        return f"XGBoost {self.facts['version']}"

    def placed(self, columns: Sequence[str], *, classes: Sequence[str]) -> Boosted:
        """The same for features in this order, for categories in the order of their names, and with these names of
        classes."""
        places = {name: place for place, name in enumerate(columns)}
        to = np.array([places[name] for name in self.features])
        new = {
            place: {code: new for new, code in enumerate(_sorted(names))} for place, names in self.categories.items()
        }
        trees = [
            replace(
                tree,
                feature=to[tree.feature],
                sets={
                    node: frozenset(new[int(tree.feature[node])][code] for code in codes)
                    for node, codes in tree.sets.items()
                },
            )
            for tree in self.trees
        ]
        named = {int(to[place]): tuple(sorted(names)) for place, names in self.categories.items()}
        return replace(self, trees=trees, features=tuple(columns), categories=named, classes_=tuple(classes))

    def scores(self, X: Floats) -> Floats32:
        """(n, 1) for two classes, (n, k) for more."""
        totals = np.tile(np.array(self.base, dtype=np.float32), (len(X), 1))
        for place, tree in enumerate(self.trees):
            totals[:, place % len(self.base)] += tree.adds(X)
        return totals

    def predict_proba(self, X: Floats) -> Floats:
        known = np.array(X, dtype=np.float64)
        for place in () if self.unknown_left else self.categories:
            known[known[:, place] < 0, place] = np.nan
        scores = self.scores(known).tolist()
        if len(self.base) > 1:
            return np.array([shares32(each) for each in scores]).reshape(len(scores), len(self.base))
        second = np.array([sigmoid32(score) for (score,) in scores], dtype=np.float64)
        return np.column_stack([1.0 - second, second])

    def predict(self, X: Floats) -> Texts:
        shares = self.predict_proba(X)
        labels: Texts = np.array(self.classes_, dtype=np.str_)[shares.argmax(axis=1)]  # of equal ones the first
        return labels

    def get_params(self) -> dict[str, Any]:
        """What a run's documents tell of it."""
        return dict(self.facts)


@dataclass(frozen=True, eq=False, kw_only=True)
class BoostedRows:
    """The same of rows that were encoded for SageMaker's own XGBoost. X is (n, columns), with categories as codes."""

    encoding: Encoding
    boosted: Boosted
    """Of the encoded rows."""

    @property
    def classes_(self) -> Sequence[str]:
        return self.boosted.classes_

    def predict_proba(self, X: Floats) -> Floats:
        """(n, classes)"""
        return self.boosted.predict_proba(self.encoding.rows_of(X))

    def predict(self, X: Floats) -> Texts:
        return self.boosted.predict(self.encoding.rows_of(X))

    def get_params(self) -> dict[str, Any]:
        """What a run's documents tell of it."""
        return self.boosted.get_params()


def _sorted(names: Sequence[str]) -> list[int]:
    """The places of the names in their order."""
    return sorted(range(len(names)), key=lambda place: names[place])


def grown_of(model: Boosted) -> Grown:
    """`x < t` is `x <= the 32-bit float next below t`. An unknown category is a missing one."""
    return Grown(
        trees=[_tree(each, model) for each in model.trees],
        link="logistic32" if len(model.base) == 1 else "softmax32",
        base=[float(each) for each in model.base],
        categories={place: np.arange(len(names), dtype=np.float64) for place, names in model.categories.items()},
    )


def _tree(tree: BoostedTree, model: Boosted) -> Tree:
    is_inner = tree.left != LEAF
    below = np.nextafter(tree.threshold, np.float32(-np.inf)).astype(np.float64)
    says = np.where(is_inner, 0.0, tree.threshold.astype(np.float64))[:, np.newaxis]
    sets = {
        node: bytes(
            [
                *(code in right for code in range(len(model.categories[int(tree.feature[node])]))),
                not (model.unknown_left or tree.missing_left[node]),
            ]
        )
        for node, right in tree.sets.items()
    }
    made = Tree(
        feature=tree.feature,
        threshold=np.where(is_inner, below, 0.0),
        left=tree.left,
        right=tree.right,
        missing_left=tree.missing_left,
        weight=tree.weight,
        says=says,
        expected=says,
        sets=sets,
    )
    return adding(made)
