"""Fits a pipeline that folds: sums over the columns, passes over the rows, then scikit-learn's fitted attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.model.features.steps import class_name
from lambdas.model.folding.losses import Link, Loss, ManyClasses, OneClass
from lambdas.model.folding.minimum import Minimum, merged, minimum
from lambdas.model.folding.mixing import Mixing
from lambdas.model.folding.objective import Objective
from lambdas.model.folding.pipeline import Columns, finish, prepare
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows


@dataclass(frozen=True, eq=False)
class Prepared:
    """A classifier before its search: what is to be made least, and where the search begins."""

    classifier: Any
    objective: Objective
    start: Floats
    """(scores, features), the intercept last where there is one."""
    curvature: Floats
    """(scores, features): about the second derivative of the objective by each weight."""


@dataclass(frozen=True, eq=False)
class _Target:
    """What a classifier tells apart: all classes, or one of them and the others."""

    classifier: Any
    link: Link
    class_weights: Floats
    """(classes,)"""
    group_rows: Floats
    """(groups,): the rows of each group, times their weights."""


def fit(estimator: Any, *, rows: Rows, summary: Summary) -> Minimum:
    """Fits an estimator that folds, in place, on rows of two classes or more; returns how the search went.

    Raises what scikit-learn raises for parameters or columns that it refuses.
    """
    return merged([_searched(each) for each in prepared(estimator, rows=rows, summary=summary)])


def prepared(estimator: Any, *, rows: Rows, summary: Summary) -> list[Prepared]:
    """The classifiers, one after another: of OneVsRestClassifier those inside of it. The transformers are fitted.

    Raises as `fit` does.
    """
    _check(summary)
    features, classifier = prepare(estimator, summary=summary)
    targets = list(_targets(classifier, summary=summary))
    mixing = Mixing.of(features, summary=summary, intercept=targets[0].classifier.fit_intercept)
    squares = Columns.of(features, summary=summary).squares
    return [_prepared(target, rows=rows, mixing=mixing, squares=squares) for target in targets]


def _prepared(target: _Target, *, rows: Rows, mixing: Mixing, squares: Floats) -> Prepared:
    classifier = target.classifier
    objective = Objective(
        rows,
        Loss(mixing.basis, target.link, target.class_weights),
        mixing,
        strength=np.inf if classifier.penalty is None else float(classifier.C),
        has_intercept=bool(classifier.fit_intercept),
    )
    return Prepared(
        classifier,
        objective,
        start=_start(objective, group_rows=target.group_rows),
        curvature=_curvature(objective, group_rows=target.group_rows, squares=squares),
    )


def _searched(ready: Prepared) -> Minimum:
    found = minimum(
        ready.objective, start=ready.start, curvature=ready.curvature, iterations_max=ready.classifier.max_iter
    )
    finish(ready.classifier, weights=found.weights, iterations=found.iterations)
    return found


def _targets(classifier: Any, *, summary: Summary) -> Iterator[_Target]:
    rows = summary.class_rows
    places = np.arange(len(rows))
    if class_name(classifier) != "OneVsRestClassifier":
        weights = _class_weights(classifier.class_weight, names=summary.class_names, rows=rows)
        yield _Target(classifier, OneClass(1) if len(rows) == 2 else ManyClasses(len(rows)), weights, rows * weights)
        return
    # Of two classes, it has one classifier alone: for the second.
    for place, inner in zip(places[-len(classifier.estimators_) :].tolist(), classifier.estimators_, strict=True):
        groups = np.array([rows.sum() - rows[place], rows[place]])
        weights = _class_weights(inner.class_weight, names=(0, 1), rows=groups)
        yield _Target(inner, OneClass(place), weights[(places == place).astype(np.int64)], groups * weights)


def _check(summary: Summary) -> None:
    """Refuses what scikit-learn refuses, in its words."""
    ends = np.concatenate([summary.moments.minimum, summary.moments.maximum])
    if np.isnan(ends).any():
        raise ValueError("Input X contains NaN.")
    if not np.isfinite(ends).all():
        raise ValueError("Input X contains infinity.")


def _class_weights(wanted: Mapping[Any, float] | str | None, *, names: Sequence[str | int], rows: Integers) -> Floats:
    """(classes,). Source: compute_class_weight of scikit-learn 1.9."""
    if wanted is None:
        return np.ones(len(names))
    if isinstance(wanted, str):  # 'balanced': scikit-learn refused every other text
        balanced: Floats = rows.sum() / (len(names) * rows)
        return balanced
    keys = [_key(name) for name in names]
    missing = [key for key in keys if key not in wanted]
    if missing and len(keys) - len(missing) != len(wanted):
        raise ValueError(f"The classes, {missing}, are not in class_weight")
    return np.array([wanted.get(key, 1.0) for key in keys], dtype=np.float64)


def _key(name: str | int) -> str | int:
    """Under which scikit-learn looks for the weight of a class: a name that can be a whole number is one."""
    try:
        return int(name)
    except ValueError:
        return name


def _start(objective: Objective, *, group_rows: Floats) -> Floats:
    """Where no feature matters: the intercepts are those of the groups' shares."""
    start = np.zeros(objective.shape)
    if objective.has_intercept:
        logs = np.log(np.maximum(group_rows / group_rows.sum(), np.finfo(np.float64).tiny))
        start[:, -1] = logs[1] - logs[0] if objective.scores == 1 else logs - logs.mean()
    return start


def _curvature(objective: Objective, *, group_rows: Floats, squares: Floats) -> Floats:
    """(scores, features): about the second derivative of the objective at the start by each weight."""
    shares = (group_rows / group_rows.sum())[-objective.scores :]
    of_features = np.append(squares, 1.0) if objective.has_intercept else squares
    curved = objective.factor * group_rows.sum() * (shares * (1.0 - shares))[:, None] * of_features
    curvature: Floats = curved + objective.penalties
    return curvature
