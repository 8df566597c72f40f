"""Looks into searches such as GridSearchCV: the best of their candidates, fitted once more, is what answers."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from numbers import Real
from typing import Any

from lambdas.model.features.steps import class_name

SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")
CANDIDATES = 1000
"""So many are looked at before the fit; whichever is best is looked at after it."""


def best(estimator: Any) -> Any:
    """What answers in place of a fitted search; any other estimator itself."""
    while class_name(estimator) in SEARCHES:
        estimator = estimator.best_estimator_
    return estimator


def chosen(estimator: Any) -> dict[str, Any]:
    """The parameters that fitted searches chose, under scikit-learn's name for them; empty without a search."""
    found: dict[str, Any] = {}
    while class_name(estimator) in (*SEARCHES, "Pipeline"):
        if class_name(estimator) == "Pipeline":
            estimator = estimator.steps[-1][1]
        else:
            found, estimator = {**found, **estimator.best_params_}, estimator.best_estimator_
    return {"best_params_": found} if found else {}


def candidates(search: Any) -> Iterator[Any]:
    """The unfitted estimators that may turn out to be the best; of those that differ in a number alone, one."""
    spaces = getattr(search, "param_grid", None) or getattr(search, "param_distributions", None) or {}
    for space in [spaces] if isinstance(spaces, Mapping) else spaces:
        choices = {name: list(_telling(values)) for name, values in space.items()}
        told = {name: values for name, values in choices.items() if values}
        for chosen in islice(product(*told.values()), CANDIDATES):
            candidate = copy.deepcopy(search.estimator)
            try:
                candidate.set_params(**dict(zip(told, copy.deepcopy(chosen), strict=True)))
            except (ValueError, AttributeError):  # what scikit-learn itself will refuse, in its words
                continue
            yield candidate


def _telling(values: Any) -> Iterator[Any]:
    """Whether an estimator can be served never depends on a number: of those the first. None of a distribution."""
    if hasattr(values, "rvs") or not isinstance(values, Iterable):
        return
    numbers = 0
    for value in values:
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        numbers += is_number
        if not is_number or numbers == 1:
            yield value
