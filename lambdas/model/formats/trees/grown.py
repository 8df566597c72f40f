"""Takes a fitted classifier of trees apart: its trees as arrays, and how their leaves make an answer.

Source: the attributes of scikit-learn 1.9, whose predictions add trees up in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats, Integers
from lambdas.model.features.steps import class_name

LEAF = -1


@dataclass(frozen=True, eq=False)
class Tree:
    """The nodes of a tree, the root first and each before its children; all arrays are (n,) but for `says`."""

    feature: Integers
    threshold: Floats
    """A row goes left whose number is not above it."""
    left: Integers
    right: Integers
    """LEAF where the node is one."""
    missing_left: NDArray[np.bool_]
    weight: Floats
    """Of the training rows that came to the node."""
    says: Floats
    """(n, k): at a leaf what it adds to each class; (n, 1) where it adds to one score alone."""
    expected: Floats
    """(n, k): what is expected at a node; (n, 1) where `says` is. Of shares it is between 0 and 1."""
    sets: Mapping[int, bytes] = field(default_factory=dict)
    """Of a node that splits by a set of categories: of each category, and last of a missing one, 0 left, 1 right."""

    @property
    def is_inner(self) -> NDArray[np.bool_]:
        return np.not_equal(self.left, LEAF)


@dataclass(frozen=True, kw_only=True)
class Grown:
    """A model of trees."""

    trees: Sequence[Tree]
    link: str
    base: Sequence[float]
    """What each score begins with."""
    scale: float = 1.0
    rounds_to_32_bits: bool = True
    """Whether the trees see numbers as 32-bit floats."""
    zero_is_second: bool = False
    """Of two classes: whether the score 0 is of the second."""
    weights: Sequence[float] = ()
    """Of each tree that votes."""
    categories: Mapping[int, Floats] = field(default_factory=dict)
    """Of a feature that is split by sets: its categories, as numbers."""


def grown(classifier: Any) -> Grown:
    """Of a classifier that is among KINDS."""
    return KINDS[class_name(classifier)](classifier)


def _tree(tree: Any, *, says: Floats, expected: Floats) -> Tree:
    return Tree(
        feature=tree.feature.astype(np.int64),
        threshold=tree.threshold.astype(np.float64),
        left=tree.children_left.astype(np.int64),
        right=tree.children_right.astype(np.int64),
        missing_left=tree.missing_go_to_left.astype(np.bool_),
        weight=tree.weighted_n_node_samples.astype(np.float64),
        says=says,
        expected=expected,
    )


def _forest(forest: Any) -> Grown:
    """One tree too."""
    trees = [each.tree_ for each in getattr(forest, "estimators_", [forest])]
    shares = [np.asarray(tree.value[:, 0, :], dtype=np.float64) for tree in trees]
    made = [_tree(tree, says=of_tree, expected=of_tree) for tree, of_tree in zip(trees, shares, strict=True)]
    return Grown(trees=made, link="mean", base=[0.0] * len(forest.classes_))


def _bagging(bagging: Any) -> Grown:
    """A tree knows the columns that it was given by their places among these. Rows outside of its sample have the
    weight 0, so that it knows all classes."""
    drawn = _forest(bagging)
    made = [
        replace(tree, feature=np.where(tree.is_inner, np.asarray(columns)[tree.feature], tree.feature))
        for tree, columns in zip(drawn.trees, bagging.estimators_features_, strict=True)
    ]
    return replace(drawn, trees=made)


def _gradient_boosting(boosting: Any) -> Grown:
    """The learning rate times a leaf's value has the bits of what scikit-learn adds."""
    rate = float(boosting.learning_rate)
    trees = [each.tree_ for stage in boosting.estimators_ for each in stage]
    zeros = np.zeros((1, boosting.n_features_in_), dtype=np.float32)
    scores = boosting.estimators_.shape[1]
    return Grown(
        trees=[adding(_tree(tree, says=rate * tree.value[:, 0, :], expected=tree.value[:, 0, :])) for tree in trees],
        link="logistic" if scores == 1 else "softmax",
        base=boosting._raw_predict_init(zeros)[0].tolist(),
        scale=2.0 if boosting.loss == "exponential" else 1.0,
        zero_is_second=True,
    )


def _ada_boost(boosting: Any) -> Grown:
    """A tree votes with its weight for a class, and with as much in all against the others."""
    classes = boosting.classes_.tolist()
    weights = boosting.estimator_weights_[: len(boosting.estimators_)].tolist()
    trees = []
    for each, weight in zip(boosting.estimators_, weights, strict=True):
        places = np.array([classes.index(name) for name in each.classes_.tolist()])
        chosen = places[each.tree_.value[:, 0, :].argmax(axis=1)]
        votes = np.full((len(chosen), len(classes)), -1 / (len(classes) - 1) * weight)
        votes[np.arange(len(chosen)), chosen] = weight
        trees.append(adding(_tree(each.tree_, says=votes, expected=np.eye(len(classes))[chosen]), shares=True))
    scale = float(boosting.estimator_weights_.sum())
    return Grown(trees=trees, link="votes", base=[0.0] * len(classes), scale=scale, weights=weights)


def _hist_gradient_boosting(boosting: Any) -> Grown:
    """Categorical features come first in its own order. An unknown category goes the way of a missing number."""
    is_set = boosting.is_categorical_
    order = np.arange(boosting.n_features_in_)
    categories: dict[int, Floats] = {}
    if is_set is not None and is_set.any():
        order = np.concatenate([np.flatnonzero(is_set), np.flatnonzero(~is_set)])
        encoder = boosting._preprocessor.named_transformers_["encoder"]
        categories = {
            int(place): np.asarray(each, dtype=np.float64)
            for place, each in zip(np.flatnonzero(is_set), encoder.categories_, strict=True)
        }
    known, places = boosting._bin_mapper.make_known_categories_bitsets()
    trees = []
    for each in (predictor for stage in boosting._predictors for predictor in stage):
        nodes = each.nodes
        is_leaf = nodes["is_leaf"].astype(np.bool_)
        feature = order[nodes["feature_idx"]]
        sets = {
            int(node): _set(
                each.raw_left_cat_bitsets[nodes["bitset_idx"][node]],
                known=known[places[nodes["feature_idx"][node]]],
                count=len(categories[int(feature[node])]),
                missing_left=bool(nodes["missing_go_to_left"][node]),
            )
            for node in np.flatnonzero(nodes["is_categorical"].astype(np.bool_) & ~is_leaf)
        }
        value = nodes["value"].astype(np.float64)[:, np.newaxis]
        tree = Tree(
            feature=feature.astype(np.int64),
            threshold=nodes["num_threshold"].astype(np.float64),
            left=np.where(is_leaf, LEAF, nodes["left"].astype(np.int64)),
            right=np.where(is_leaf, LEAF, nodes["right"].astype(np.int64)),
            missing_left=nodes["missing_go_to_left"].astype(np.bool_),
            weight=nodes["count"].astype(np.float64),
            says=value,
            expected=value,
            sets=sets,
        )
        trees.append(adding(tree))
    scores = boosting.n_trees_per_iteration_
    return Grown(
        trees=trees,
        link="logistic" if scores == 1 else "softmax",
        base=np.broadcast_to(boosting._baseline_prediction, (1, scores))[0].tolist(),
        rounds_to_32_bits=False,
        categories=categories,
    )


def _set(left: Any, *, known: Any, count: int, missing_left: bool) -> bytes:
    """A category that no row had goes the way of a missing one."""
    missing = 0 if missing_left else 1
    ways = [0 if _has(left, code) else 1 if _has(known, code) else missing for code in range(count)]
    return bytes([*ways, missing])


def _has(bits: Any, place: int) -> bool:
    return bool(int(bits[place >> 5]) >> (place & 31) & 1)


def adding(tree: Tree, *, shares: bool = False) -> Tree:
    """The tree, at whose inner nodes the mean over their leaves is expected: of what these say, or of `shares`."""
    expected = np.array(tree.expected if shares else tree.says)
    for node in np.flatnonzero(tree.is_inner)[::-1].tolist():
        left, right = tree.left[node], tree.right[node]
        parts = tree.weight[left] + tree.weight[right]
        share = tree.weight[left] / parts if parts else 0.5
        expected[node] = share * expected[left] + (1 - share) * expected[right]
    return Tree(**{**vars(tree), "expected": expected})


KINDS: Mapping[str, Callable[[Any], Grown]] = {
    "AdaBoostClassifier": _ada_boost,
    "BaggingClassifier": _bagging,
    "GradientBoostingClassifier": _gradient_boosting,
    "HistGradientBoostingClassifier": _hist_gradient_boosting,
    **dict.fromkeys(
        ("DecisionTreeClassifier", "ExtraTreeClassifier", "ExtraTreesClassifier", "RandomForestClassifier"), _forest
    ),
}
