"""Decides whether an unfitted estimator takes missing numbers as they are. It imports no scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from lambdas.model.features.column_functions import is_part_of_a_date
from lambdas.model.features.searches import SEARCHES, candidates
from lambdas.model.features.steps import PARTS_OF, class_name

TAKING = (
    "DecisionTreeClassifier",
    "ExtraTreeClassifier",
    "ExtraTreesClassifier",
    "HistGradientBoostingClassifier",
    "RandomForestClassifier",
    "XGBClassifier",
)
MADE_OF: Mapping[str, Callable[[Any], list[Any]]] = {
    "CalibratedClassifierCV": lambda step: [step.estimator] if step.estimator is not None else [],
    "VotingClassifier": lambda step: [inner for _, inner in step.estimators if not isinstance(inner, str)],
}
"""What is inside of these sees the rows as they do."""
LEAVING = ("StandardScaler", "RobustScaler", "MinMaxScaler", "MaxAbsScaler", "OneHotEncoder")
"""After these, as after a part of a date, a missing number still is one. An encoder sees categories alone."""


def why_not(estimator: Any) -> str:
    """Why the estimator takes no missing number; an empty text where it does."""
    return next((f"{class_name(step)} takes none" for step in _refusing(estimator)), "")


def _of_none(_: Any) -> list[Any]:
    return []


def _refusing(estimator: Any) -> Iterator[Any]:
    if class_name(estimator) in SEARCHES:
        yield from chain.from_iterable(map(_refusing, candidates(estimator)))
    elif class_name(estimator) == "Pipeline":
        for _, step in estimator.steps[:-1]:
            yield from _changing(step)
        for _, step in estimator.steps[-1:]:
            yield from _refusing(step)
    elif MADE_OF.get(class_name(estimator), _of_none)(estimator):
        yield from chain.from_iterable(map(_refusing, MADE_OF[class_name(estimator)](estimator)))
    elif class_name(estimator) not in TAKING:
        yield estimator


def _changing(step: Any) -> Iterator[Any]:
    if step is None or isinstance(step, str) or class_name(step) in LEAVING:
        return
    if class_name(step) in PARTS_OF:
        for part in PARTS_OF[class_name(step)](step):
            yield from _changing(part)
    elif class_name(step) != "FunctionTransformer" or not is_part_of_a_date(step):
        yield step
