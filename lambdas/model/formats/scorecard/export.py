"""Exports a fitted estimator as an equivalent scorecard: folds its transformers into the weights of a linear model.

The result is not trusted: Evaluate compares its answers with the estimator's on every row of the holdout.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.errors import TrainingFailed
from lambdas.model.arrays import Floats
from lambdas.model.features import naive_bayes
from lambdas.model.features.date_parts import of_columns
from lambdas.model.features.linear import Feature, LevelFeature, NumberFeature, PlainFeature, Step, inputs, spread
from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.features.searches import best
from lambdas.model.features.steps import class_name
from lambdas.model.features.transformers import transform
from lambdas.model.formats.fitted import Exported, Fitted
from lambdas.model.formats.schemas import schema_of
from lambdas.model.formats.scorecard.linear_learner import LinearModel
from lambdas.model.formats.scorecard.size import check_size
from lambdas.model.formats.scorecard.supported import check
from lambdas.model.recipe import Date, Numeric
from lambdas.serve.scorecard import (
    FORMAT,
    FORMAT_VERSION,
    WITHOUT_ARRAYS,
    WITHOUT_DATES,
    WITHOUT_THRESHOLD,
    WITHOUT_VALUES,
)


def export(fitted: Fitted) -> Exported:
    """Raises EstimatorUnsupported for an estimator without an exact form or a scorecard that Lambda would not take,
    TrainingFailed for weights that diverged."""
    document = to_document(fitted)
    content = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    check_size(fitted.recipe, size_bytes=len(content), levels=fitted.levels)
    return Exported(content, document["schema"])


def to_document(fitted: Fitted) -> dict[str, Any]:
    """The scorecard; raises as `export` does."""
    recipe = fitted.recipe
    if isinstance(fitted.estimator, LinearModel):  # which was checked when it was read
        model = fitted.estimator
        link, coefficients, intercepts = model.link, model.weights, model.biases
        made: Sequence[Feature] = model.encoding.features
    else:
        check(best(fitted.estimator))
        link, made, coefficients, intercepts = _classifier(*_unfold(fitted))
    plain, weights, constants = spread(made, weights=coefficients)
    features = of_columns(plain, recipe=recipe, levels=fitted.levels.of_columns)
    values = list(dict.fromkeys((each.column, each.through) for each in features if each.through))
    lines = [_Line(fitted, features, values, *each) for each in zip(weights, intercepts, constants, strict=True)]
    refusing = {
        each.column
        for each in features
        if isinstance(each, LevelFeature) and not each.through and each.refuses_unknown
    }
    return {
        "format": FORMAT,
        "format_version": _version(fitted, has_values=bool(values)),
        "classes": list(fitted.classes),
        "positive": recipe.positive,
        "schema": schema_of(fitted, refusing=refusing),
        "link": link,
        "scores": [line.to_document() for line in lines],
        **({"values": [_value(recipe.numeric[column], steps) for column, steps in values]} if values else {}),
    }


def _version(fitted: Fitted, *, has_values: bool) -> int:
    """The lowest that says all of the model."""
    if fitted.recipe.arrays:
        return FORMAT_VERSION
    if fitted.operating_point is not None:
        return WITHOUT_ARRAYS
    if any(isinstance(column, Date) for column in fitted.recipe.columns):
        return WITHOUT_THRESHOLD
    return WITHOUT_DATES if has_values else WITHOUT_VALUES


def _unfold(fitted: Fitted) -> tuple[list[Feature], Any]:
    """The features that reach the classifier, and the classifier, through any depth of pipelines."""
    features: list[Feature] = [*inputs(len(fitted.recipe.numbers_of_x), levels=fitted.levels.of_columns)]
    estimator = best(fitted.estimator)
    while class_name(estimator) == "Pipeline":
        for _, step in estimator.steps[:-1]:
            features = transform(step, features=features)
        estimator = best(estimator.steps[-1][1])
    return features, estimator


def _classifier(features: Sequence[Feature], classifier: Any) -> tuple[str, Sequence[Feature], Floats, Floats]:
    """Link, the features that it adds up, coefficients (scores, features) and intercepts (scores,)."""
    if class_name(classifier) == "OneVsRestClassifier":
        each = [_classifier(features, inner) for inner in classifier.estimators_]
        coefficients, intercepts = (np.concatenate([of_one[place] for of_one in each]) for place in (2, 3))
        return _one_vs_rest(classifier), features, coefficients, intercepts
    if class_name(classifier) in NAIVE_BAYES:
        features, coefficients, intercepts = naive_bayes.sums(classifier, features=features)
        coefficients, intercepts = _against_first(coefficients), _against_first(intercepts)
    else:
        coefficients = np.atleast_2d(np.asarray(classifier.coef_, dtype=np.float64))
        intercepts = np.broadcast_to(np.asarray(classifier.intercept_, dtype=np.float64), len(coefficients))
    if not (np.isfinite(coefficients).all() and np.isfinite(intercepts).all()):
        raise TrainingFailed(f"{class_name(classifier)} has weights that are not finite: the fit diverged")
    return LINKS_OF[class_name(classifier)](classifier), features, coefficients, intercepts


def _against_first(of_classes: Floats) -> Floats:
    """Two classes have one score, which is the second's beside the first's."""
    return of_classes[1:] - of_classes[:1] if len(of_classes) == 2 else of_classes


def _logistic_regression(classifier: Any) -> str:
    if len(classifier.classes_) == 2:
        return "sigmoid"
    return "one_vs_rest" if classifier.solver == "liblinear" else "softmax"


def _stochastic_gradient(classifier: Any) -> str:
    return "sigmoid" if len(classifier.classes_) == 2 else "one_vs_rest"


def _discriminant(classifier: Any) -> str:
    return "sigmoid" if len(classifier.classes_) == 2 else "softmax"


def _one_vs_rest(classifier: Any) -> str:
    return "sigmoid" if len(classifier.classes_) == 2 else "one_vs_rest_or_none"


LINKS_OF: dict[str, Callable[[Any], str]] = {
    "LogisticRegression": _logistic_regression,
    "LogisticRegressionCV": _logistic_regression,
    "SGDClassifier": _stochastic_gradient,
    "LinearDiscriminantAnalysis": _discriminant,
    "OneVsRestClassifier": _one_vs_rest,
    **dict.fromkeys(NAIVE_BAYES, _discriminant),
}


@dataclass(frozen=True, eq=False)
class _Line:
    """One linear score over the features."""

    fitted: Fitted
    features: list[PlainFeature]
    values: list[tuple[int, tuple[Step, ...]]]
    """Of each the column, and what its number is put through."""
    coefficients: Floats
    intercept: float
    constant: float

    def to_document(self) -> dict[str, Any]:
        pairs = list(zip(self.features, self.coefficients.tolist(), strict=True))
        numbers = [(feature, weight) for feature, weight in pairs if isinstance(feature, NumberFeature)]
        levels = [(feature, weight) for feature, weight in pairs if isinstance(feature, LevelFeature)]
        offsets = (feature.offset * weight for feature, weight in numbers)
        return {
            "intercept": math.fsum([self.intercept, self.constant, *offsets]),
            "numbers": self._numbers(numbers),
            "categories": self._categories(levels),
        }

    def _numbers(self, pairs: Sequence[tuple[NumberFeature, float]]) -> list[dict[str, Any]]:
        """Those of columns, in their order, and then those of values."""
        weights: dict[tuple[int, float], float] = {}
        for feature, weight in pairs:
            place = (self._place(feature), feature.centre)
            weights[place] = weights.get(place, 0.0) + feature.scale * weight
        return [
            {**self._named(place), "centre": centre, "weight": weight}
            for (place, centre), weight in sorted(weights.items())
        ]

    def _place(self, feature: PlainFeature) -> int:
        """Of a column its own; of a value its place behind all columns."""
        count = len(self.fitted.recipe.single_columns)
        return count + self.values.index((feature.column, feature.through)) if feature.through else feature.column

    def _named(self, place: int) -> dict[str, Any]:
        count = len(self.fitted.recipe.single_columns)
        return {"value": place - count} if place >= count else {"column": self.fitted.recipe.numeric[place].name}

    def _categories(self, pairs: Sequence[tuple[LevelFeature, float]]) -> list[dict[str, Any]]:
        totals: dict[int, Floats] = {}
        for feature, weight in pairs:
            place = self._place(feature)
            if place not in totals:
                totals[place] = np.zeros(feature.size)
            feature.add_to(totals[place], weight=weight)
        return [self._category(place, total=total) for place, total in sorted(totals.items())]

    def _category(self, place: int, *, total: Floats) -> dict[str, Any]:
        *weights, unknown = total.tolist()
        if place >= len(self.fitted.recipe.single_columns):
            return {**self._named(place), "weights": weights}
        levels = self.fitted.levels.of_columns[place]
        return {
            "column": self.fitted.recipe.categorical[place].name,
            "weights": dict(zip(levels, weights, strict=True)),
            "unknown": 0.0 if math.isnan(unknown) else unknown,
        }


def _value(column: Numeric, steps: Sequence[Step]) -> dict[str, Any]:
    return {"column": column.name, "steps": [list(step) for step in steps]}
