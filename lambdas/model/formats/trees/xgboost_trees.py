"""Takes the trees and the categories out of a model of XGBoost in JSON. Nothing of the file is trusted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np

from chalicelib.cutting import quoted
from chalicelib.errors import ImportRefused
from lambdas.model.formats.trees.boosted import BoostedTree
from lambdas.model.formats.trees.grown import LEAF

SAVE_AS_JSON = "save it as JSON, with model.save_model('model.json')"
SHOWN = 60


def trees(
    learner: Mapping[str, Any], model: Mapping[str, Any], *, outputs: int, features: int
) -> tuple[list[BoostedTree], list[str]]:
    """In turns of the classes, and what was left out, in words."""
    found, turns = listed(model, "trees"), listed(model, "tree_info")
    if not found or len(turns) != len(found):
        refused(f"has {len(found)} trees, and of {len(turns)} it says the class")
    used, warnings = _used(learner, model, trees=len(found), outputs=outputs), []
    if used < len(found):
        warnings.append(
            f"only the first {used} of its {len(found)} trees are used, those up to best_iteration, as XGBClassifier"
            " does after early stopping"
        )
    of_class = [[place for place in range(used) if turns[place] == output] for output in range(outputs)]
    if len({len(each) for each in of_class}) > 1 or sum(map(len, of_class)) != used:
        refused("has another number of trees for each class")
    order = [place for turn in zip(*of_class, strict=True) for place in turn]
    return [_tree(found[place], place=place, features=features) for place in order], warnings


def _used(learner: Mapping[str, Any], model: Mapping[str, Any], *, trees: int, outputs: int) -> int:
    """How many of the trees answer: after early stopping those of the rounds up to the best one."""
    attributes = learner.get("attributes")
    best = attributes.get("best_iteration") if isinstance(attributes, dict) else None
    if best is None:
        return trees
    param = model.get("gbtree_model_param")
    try:
        parallel = int(param.get("num_parallel_tree") or 1) if isinstance(param, dict) else 1
        used = (int(best) + 1) * parallel * outputs
    except (TypeError, ValueError):
        used = 0
    if not 0 < used <= trees:
        refused(f"has best_iteration {shown(best)}, and no such tree")
    return used


def _tree(tree: Any, *, place: int, features: int) -> BoostedTree:
    def refuse(why: str) -> NoReturn:
        refused(f"has a tree {place} {why}")

    if not isinstance(tree, dict):
        refuse("that is no object")
    if int(table(tree, "tree_param").get("size_leaf_vector") or 1) > 1:
        refuse("with more than one number in a leaf: train it with multi_strategy='one_output_per_tree'")
    left = _array(tree, "left_children", np.int64, refuse)
    count = len(left)
    right = _array(tree, "right_children", np.int64, refuse, count)
    feature = _array(tree, "split_indices", np.int64, refuse, count)
    threshold = _array(tree, "split_conditions", np.float32, refuse, count)
    weight = _array(tree, "sum_hessian", np.float64, refuse, count)
    missing = _array(tree, "default_left", np.int64, refuse, count) != 0
    order = _order(left, right, refuse)
    sets = _sets(tree, refuse)
    if not all(0 <= node < count for node in sets):
        refuse("that splits a node by a set that there is not")
    threshold[list(sets)] = 0.0  # a release may write none where a set splits
    is_inner = left[order] != LEAF
    if not np.isfinite(threshold[order]).all() or not np.isfinite(weight[order]).all():
        refuse("with a number that is not finite")
    if not ((feature[order] >= 0) & (feature[order] < features))[is_inner].all():
        refuse("that asks for a feature that there is not")
    new = np.full(count, LEAF, dtype=np.int64)
    new[order] = np.arange(len(order))
    return BoostedTree(
        feature=np.where(is_inner, feature[order], 0),
        threshold=threshold[order],
        left=np.where(is_inner, new[left[order]], LEAF),
        right=np.where(is_inner, new[right[order]], LEAF),
        missing_left=missing[order],
        weight=np.maximum(weight[order], 0.0),
        sets={int(new[node]): codes for node, codes in sets.items() if new[node] != LEAF},
    )


def _order(left: Any, right: Any, refuse: Callable[[str], NoReturn]) -> list[int]:
    """The nodes that the root leads to, each before its children: XGBoost keeps pruned ones too."""
    order, waiting, seen = [], [0], set()
    lefts, rights = left.tolist(), right.tolist()
    while waiting:
        node = waiting.pop()
        if not 0 <= node < len(lefts) or node in seen:
            refuse("that leads out of itself, or back")
        seen.add(node)
        order.append(node)
        if (lefts[node] == LEAF) != (rights[node] == LEAF):
            refuse("with half a split")
        if lefts[node] != LEAF:
            waiting += (rights[node], lefts[node])
    return order


def _sets(tree: Mapping[str, Any], refuse: Callable[[str], NoReturn]) -> dict[int, frozenset[int]]:
    codes = tree.get("categories") or []
    found = {}
    try:
        for node, begin, size in zip(
            *(tree.get(f"categories_{each}") or [] for each in ("nodes", "segments", "sizes")), strict=True
        ):
            found[int(node)] = frozenset(int(code) for code in codes[begin : begin + size])
    except (TypeError, ValueError):
        refuse("whose sets of categories are malformed")
    kinds = tree.get("split_type") or []
    split_by_sets = {place for place, kind in enumerate(kinds) if kind} if isinstance(kinds, list) else set()
    if not split_by_sets <= found.keys():
        refuse("that splits by a set of categories, and does not say which")
    return {node: found[node] for node in split_by_sets}


def categories(
    learner: Mapping[str, Any], model: Mapping[str, Any], features: Sequence[str], trees: Sequence[BoostedTree]
) -> dict[int, tuple[str, ...]]:
    """The names of the categories, which files of XGBoost 3.1 and later hold."""
    types = learner.get("feature_types")
    places = [place for place, kind in enumerate(types) if kind == "c"] if isinstance(types, list) else []
    places = sorted({*places, *(int(tree.feature[node]) for tree in trees for node in tree.sets)})
    if not places:
        return {}
    kept = model.get("cats")
    encoders = kept.get("enc") if isinstance(kept, dict) else None
    found = {}
    for place in places:
        names = _names(encoders[place]) if isinstance(encoders, list) and place < len(encoders) else ()
        if not names or place >= len(features):
            refused(
                f"has categories of {shown(features[place] if place < len(features) else place)}, and does not say"
                " their names: train it on a DataFrame whose column is of type category, of texts, with XGBoost 3.1"
                " or later"
            )
        found[place] = names
    for tree in trees:
        for node, codes in tree.sets.items():
            if not codes <= set(range(len(found[int(tree.feature[node])]))):
                refused(f"has a set of categories of {shown(features[int(tree.feature[node])])} without names")
    return found


def _names(encoder: Any) -> tuple[str, ...]:
    """Texts, one after the other as bytes, and where each begins."""
    try:
        begins, whole = encoder["offsets"], bytes(each & 0xFF for each in encoder["values"])
        return tuple(whole[begin:end].decode() for begin, end in pairwise(begins))
    except (KeyError, TypeError, ValueError):
        return ()


def _array(
    tree: Mapping[str, Any], name: str, kind: Any, refuse: Callable[[str], NoReturn], count: int | None = None
) -> Any:
    try:
        array = np.array(tree[name], dtype=kind)
    except (KeyError, TypeError, ValueError, OverflowError):
        refuse(f"whose {name} is missing, or malformed")
    if array.ndim != 1 or not len(array) or (count is not None and len(array) != count):
        refuse(f"whose {name} does not fit the others")
    return array


def table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name)
    if not isinstance(found, dict):
        refused(f"has no `{name}`, or a malformed one: {SAVE_AS_JSON}")
    return found


def listed(document: Mapping[str, Any], name: str) -> list[Any]:
    found = document.get(name) or []
    if not isinstance(found, list):
        refused(f"has a malformed `{name}`: {SAVE_AS_JSON}")
    return found


def whole(document: Mapping[str, Any], name: str) -> int:
    try:
        return int(document[name])
    except (KeyError, TypeError, ValueError):
        refused(f"has no `{name}`, or a malformed one: {SAVE_AS_JSON}")


def shown(value: Any) -> str:
    return quoted(str(value), SHOWN)


def refused(why: str) -> NoReturn:
    raise ImportRefused(f"the file {why}")
