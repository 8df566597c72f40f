"""Reads trees back, checks that they lead every row to a leaf, and scores rows by the code that serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import Features, rows
from lambdas.model.predictions import Answers
from lambdas.serve import trees
from lambdas.serve.schema import ModelInvalid, NumberColumn, Schema
from lambdas.serve.seldom.blends import Blend

OF_TWO = ("logistic", "logistic32")
"""Links whose models have one score, for two classes."""


@dataclass(frozen=True)
class TreesArtifact:
    """An `Artifact`."""

    trees: trees.Trees | Blend

    @property
    def classes(self) -> tuple[str, ...]:
        return self.trees.classes

    @property
    def schema(self) -> Schema:
        return self.trees.schema

    def score(self, features: Features) -> Answers:
        scored = [self.trees.score(row) for row in rows(self.schema, features=features)]
        labels = np.array([label for label, _ in scored], dtype=np.str_)
        probabilities = np.array([shares for _, shares in scored], dtype=np.float64)
        return Answers(self.classes, labels, probabilities.reshape(len(scored), len(self.classes)))


def load(content: bytes) -> TreesArtifact:
    """Raises ArtifactInvalid for content that is no model of trees, of a version that this release cannot read, or
    that would lead a row nowhere."""
    try:
        model = trees.read(content)
        problem = _problem(model)
    except ModelInvalid as exc:
        raise ArtifactInvalid(f"{exc}: retrain the model with this release") from exc
    except (IndexError, TypeError, ValueError, OverflowError) as exc:
        raise ArtifactInvalid(f"the trees are malformed: {type(exc).__name__}: retrain the model") from exc
    if problem:
        raise ArtifactInvalid(f"the trees are malformed: {problem}: retrain the model")
    return TreesArtifact(model)


def _problem(model: trees.Trees | Blend) -> str:
    """What a row could stumble over; empty where there is nothing."""
    if isinstance(model, Blend):
        if model.typical and len(model.typical) != len(model.schema.columns):
            return "its typical row has not a value for each column"
        return next(filter(None, map(_problem, model.trees)), "") or _of_blend(model)
    return _of_nodes(model) or _of_slots(model) or _of_answers(model) or _of_leaves(model)


def _of_blend(model: Blend) -> str:
    if not model.members or (model.weights and len(model.weights) != len(model.members)):
        return "its members do not have a weight each"
    if not np.isfinite(model.weights).all() or min(model.weights, default=0) < 0 or not model.divisor > 0:
        return "the weights of its members make no mean"
    for member in model.members:
        for curve in map(np.atleast_2d, member.known):
            if not np.isfinite(curve).all():
                return "a number of a curve is not finite"
            if curve.shape[0] == 2 and (np.diff(curve[0]) <= 0).any():
                return "the places of a curve do not ascend"
        if isinstance(member.model, Blend) and (found := _of_blend(member.model)):
            return found
    return ""


def _of_nodes(model: trees.Trees) -> str:
    nodes, leaves = len(model.slot), len(model.value)
    if {len(model.threshold), len(model.left), len(model.right)} != {nodes}:
        return "its arrays of nodes differ in length"
    places = np.arange(nodes)
    for children in (_array(model.left), _array(model.right)):
        if not ((children > places) | (children < 0)).all():
            return "a node does not come before those that it leads to"
        if not ((children < nodes) & (children >= -leaves)).all():
            return "a node leads out of the arrays"
    roots = _array(model.roots)
    if not len(roots) or not ((roots < nodes) & (roots >= -leaves)).all():
        return "a tree begins outside of the arrays"
    led = np.concatenate([each[each >= 0] for each in (_array(model.left), _array(model.right), roots)])
    if len(np.unique(led)) < len(led):
        return "a node is led to twice"
    return "a threshold is not a number" if np.isnan(_array(model.threshold)).any() else ""


def _of_slots(model: trees.Trees) -> str:
    slots = _array(model.slot)
    if not ((slots >= 0) & (slots < len(model.columns))).all():
        return "a node asks for a slot that there is not"
    numbers = [isinstance(column, NumberColumn) for column in model.schema.columns]
    if not all(0 <= place < len(numbers) for place in model.columns):
        return "a slot is of a column that there is not"
    if not all(numbers[place] for place in model.places):
        return "a number is of a column of categories"
    for table in model.tables:
        if numbers[table.place] or len(table.numbers) != table.unknown + table.width:
            return "a table does not fit its column"
        if not np.isfinite(_array(table.numbers)).all():
            return "a number of a table is not finite"
    return ""


def _of_leaves(model: trees.Trees) -> str:
    values = _array(model.value)
    if model.shares is None:
        return "" if np.isfinite(values).all() else "a leaf's value is not finite"
    begins, places = _array(model.shares.begins), _array(model.shares.places)
    if not ((values >= 0) & (values < len(begins) - 1)).all():
        return "a leaf has no shares"
    if len(places) != len(model.shares.shares) or begins[0] != 0 or begins[-1] != len(places):
        return "the leaves' shares do not fit one another"
    if (np.diff(begins) < 0).any() or not ((places >= 0) & (places < len(model.classes))).all():
        return "a share is of a class that there is not"
    return "" if np.isfinite(_array(model.shares.shares)).all() else "a leaf's share is not finite"


def _of_answers(model: trees.Trees) -> str:
    classes, outputs = len(set(model.classes)), len(model.base)
    if classes < 2 or classes != len(model.classes) or outputs != (1 if model.link in OF_TWO else classes):
        return f"{outputs} scores do not make {len(model.classes)} classes by {model.link}"
    if len(model.roots) % outputs and model.shares is None:
        return "its trees do not take turns with the classes"
    if not np.isfinite([*model.base, model.scale]).all() or model.scale <= 0:
        return "what the scores begin with, or are divided by, is not a number"
    each = 1 if model.shares is None or classes == 2 else classes
    if len(model.expected) != each * len(model.slot):
        return "what is expected at its nodes does not fit them"
    if model.link == "votes" and len(model.weights) != len(model.roots):
        return "its trees do not have a weight each"
    return "" if np.isfinite(_array(model.expected)).all() else "what is expected at a node is not finite"


def _array(numbers: trees.Numbers) -> NDArray[Any]:
    """Of nothing an array of whole numbers: a list says no type."""
    return np.asarray(numbers) if len(numbers) else np.empty(0, dtype=np.int64)
