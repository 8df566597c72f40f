"""Takes a fitted classifier that is made of others apart: its members, their weights, and the curves they go through.

Source: sklearn/calibration.py and sklearn/ensemble/_voting.py of scikit-learn 1.9.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features.linear import Feature
from lambdas.model.features.searches import best
from lambdas.model.features.steps import class_name
from lambdas.model.features.transformers import transform
from lambdas.model.formats.numbered import XGBOOST
from lambdas.model.formats.trees import xgboost_json
from lambdas.model.formats.trees.boosted import Boosted, grown_of
from lambdas.model.formats.trees.grown import Grown, grown


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """A model of trees, and the features that reach it."""

    features: Sequence[Feature]
    classifier: Any
    grown: Grown

    @property
    def parts(self) -> Iterator[Part]:
        yield self


@dataclass(frozen=True, eq=False, kw_only=True)
class Curves:
    """As `lambdas.serve.seldom.blends` names them."""

    kind: str
    numbers: Sequence[Sequence[Any]]
    """Of each class, or of the second of two: slope and offset of `sigmoid`, places and heights of `isotonic`."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Blended:
    """Members whose answers make one: the mean of them."""

    members: Sequence[tuple[Part | Blended, Curves | None]]
    weights: Sequence[float] = ()
    """Of each member; none where all count alike."""

    @property
    def parts(self) -> Iterator[Part]:
        """All models of trees inside."""
        for member, _ in self.members:
            yield from member.parts


def taken_apart(features: Sequence[Feature], estimator: Any, *, classes: Sequence[str]) -> Part | Blended:
    """A fitted estimator that `supported.check` takes, or one that was trained elsewhere, through any depth of
    pipelines, with the features that reach it. Raises EstimatorUnsupported."""
    estimator = best(estimator)
    while class_name(estimator) == "Pipeline":
        for _, step in estimator.steps[:-1]:
            features = transform(step, features=[*features])
        estimator = best(estimator.steps[-1][1])
    if class_name(estimator) in MEMBERS:
        return MEMBERS[class_name(estimator)](features, estimator, classes)
    return Part(features=features, classifier=estimator, grown=_grown(estimator, classes=classes))


def _grown(classifier: Any, *, classes: Sequence[str]) -> Grown:
    if class_name(classifier) == XGBOOST:
        content = bytes(classifier.get_booster().save_raw(raw_format="json"))
        classifier = xgboost_json.read(content, classes=classes, named=False)
    return grown_of(classifier) if isinstance(classifier, Boosted) else grown(classifier)


def _calibrated(features: Sequence[Feature], estimator: Any, classes: Sequence[str]) -> Blended:
    members = []
    for each in estimator.calibrated_classifiers_:
        if not np.array_equal(best(each.estimator).classes_, each.classes):
            raise EstimatorUnsupported(
                "CalibratedClassifierCV has a fold whose rows lack a class: take fewer folds, or a stratified cv"
            )
        curves = Curves(kind=each.method, numbers=[CURVES[each.method](one) for one in each.calibrators])
        members.append((taken_apart(features, each.estimator, classes=classes), curves))
    return Blended(members=members)


def _voting(features: Sequence[Feature], estimator: Any, classes: Sequence[str]) -> Blended:
    weights = estimator._weights_not_none
    return Blended(
        members=[(taken_apart(features, each, classes=classes), None) for each in estimator.estimators_],
        weights=[] if weights is None else [float(each) for each in weights],
    )


MEMBERS: Mapping[str, Callable[[Sequence[Feature], Any, Sequence[str]], Blended]] = {
    "CalibratedClassifierCV": _calibrated,
    "VotingClassifier": _voting,
}
CURVES: Mapping[str, Callable[[Any], Sequence[Any]]] = {
    "sigmoid": lambda curve: [float(curve.a_), float(curve.b_)],
    "isotonic": lambda curve: [curve.X_thresholds_, curve.y_thresholds_],
}
