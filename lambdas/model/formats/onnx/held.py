"""Foretells what the graph of an unfitted estimator will hold: training rows, or weights of a network.

The graph is made of both, and making it takes a multiple of them: `room` has the figures. What support vectors there
will be nobody knows, so all rows count; the columns are those that reach the estimator, whatever steps make of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from math import prod
from typing import Any

from lambdas.model.data.room import Held
from lambdas.model.features.searches import SEARCHES, candidates
from lambdas.model.features.steps import class_name

NOTHING = Held(rows=0.0, numbers=0)
ALL_ROWS = Held(rows=1.0, numbers=0)
FOLDS = 5
"""Of CalibratedClassifierCV, unless it says otherwise."""
Within = Callable[[Any], Held]
"""What an estimator that is inside of another one holds."""


def held(estimator: Any, *, columns: int, classes: int) -> Held:
    """At most, of a search and its candidates too."""

    def within(inner: Any) -> Held:
        return held(inner, columns=columns, classes=classes)

    name = class_name(estimator)
    if name == "MLPClassifier":
        return Held(rows=0.0, numbers=_weights(estimator.hidden_layer_sizes, columns=columns, classes=classes))
    if name == "OneVsRestClassifier":
        return within(estimator.estimator).times(classes if classes > 2 else 1)
    return RULES[name](estimator, within) if name in RULES else NOTHING


def _all_rows(_: Any, __: Within) -> Held:
    return ALL_ROWS


def _last(pipeline: Any, within: Within) -> Held:
    return within(pipeline.steps[-1][1])


def _searched(search: Any, within: Within) -> Held:
    return max(map(within, candidates(search)), key=lambda each: (each.rows, each.numbers), default=NOTHING)


def _several(ensemble: Any, within: Within) -> Held:
    final = getattr(ensemble, "final_estimator", None)
    each = [within(inner) for inner in (*(inner for _, inner in ensemble.estimators), final)]
    return Held(rows=sum(one.rows for one in each), numbers=sum(one.numbers for one in each))


def _bagged(bagging: Any, within: Within) -> Held:
    found = within(bagging.estimator)
    shares = [share for share in (bagging.max_samples, bagging.max_features) if isinstance(share, float)]
    return Held(rows=found.rows * prod(shares), numbers=found.numbers).times(bagging.n_estimators)


def _calibrated(calibrated: Any, within: Within) -> Held:
    folds = calibrated.cv if isinstance(calibrated.cv, int) else FOLDS
    return within(calibrated.estimator).times(1 if calibrated.ensemble is False else folds)


RULES: Mapping[str, Callable[[Any, Within], Held]] = {
    **dict.fromkeys(("KNeighborsClassifier", "SVC", "NuSVC"), _all_rows),
    "Pipeline": _last,
    **dict.fromkeys(SEARCHES, _searched),
    **dict.fromkeys(("VotingClassifier", "StackingClassifier"), _several),
    "BaggingClassifier": _bagged,
    "CalibratedClassifierCV": _calibrated,
}


def _weights(hidden: Any, *, columns: int, classes: int) -> int:
    layers = (columns, *(hidden if isinstance(hidden, Iterable) else (hidden,)), classes if classes > 2 else 1)
    return sum(before * after for before, after in pairwise(layers))
