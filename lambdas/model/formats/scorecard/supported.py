"""Decides, before any fit, which scikit-learn estimators can be exported exactly as a scorecard.

What only a fit can show, `trial` finds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdas.model.features import column_functions, imputers, one_hot
from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.features.projections import PROJECTIONS
from lambdas.model.features.searches import SEARCHES
from lambdas.model.features.selections import SELECTORS
from lambdas.model.features.steps import class_name
from lambdas.model.formats.refusals import Rule, Rules, is_served
from lambdas.model.formats.scorecard import reasons
from lambdas.model.recipe.types import shown

SERVED = (
    "A scorecard holds what adds up the columns: it can be LogisticRegression, LogisticRegressionCV,"
    " LinearDiscriminantAnalysis or SGDClassifier(loss='log_loss'), one of these in OneVsRestClassifier, a naive"
    " Bayes such as GaussianNB, or a search such as GridSearchCV for the best of these; before it scalers,"
    " OneHotEncoder, functions such as np.log1p, selectors such as SelectKBest, and projections such as PCA, in"
    " Pipeline, ColumnTransformer and FeatureUnion. docs/estimators.md names them all"
)


def _is_no_transformer(step: Any) -> str:
    if class_name(step) in reasons.TRANSFORMERS:
        return reasons.TRANSFORMERS[class_name(step)][0]
    return "it is not a transformer that a scorecard can hold"


def _is_no_classifier(step: Any) -> str:
    if class_name(step) in reasons.CLASSIFIERS:
        return reasons.CLASSIFIERS[class_name(step)][0]
    if _is_a("Regressor", step):
        return "it is a regressor, which gives numbers, not classes"
    if not _is_a("Classifier", step):
        return "it is not a classifier, and the last step has to be one"
    if not hasattr(type(step), "predict_proba"):
        return reasons.NO_PROBABILITIES
    return "it is not a classifier whose weights a scorecard can hold"


def _is_a(kind: str, step: Any) -> bool:
    """Judged by scikit-learn's mixin for classifiers or regressors; for a wrapper, by the tag of the one inside."""
    if any(base.__name__ == f"{kind}Mixin" for base in type(step).__mro__):
        return True
    try:
        return bool(step.__sklearn_tags__().estimator_type == kind.lower())
    except (AttributeError, TypeError, ValueError):  # no estimator, or one around something that is none
        return False


def _discretizer(step: Any) -> str:
    return "dtype is set: leave it out" if step.dtype is not None else ""


def _one_vs_rest(step: Any) -> str:
    inner = step.estimator
    if class_name(inner) == "Pipeline":
        return "its estimator is a Pipeline: put the transformers before OneVsRestClassifier"
    if class_name(inner) in SEARCHES:
        return f"its estimator is a {class_name(inner)}: put OneVsRestClassifier into the search"
    if class_name(inner) in NAIVE_BAYES:
        return f"its estimator is a {class_name(inner)}, which tells several classes apart by itself"
    if class_name(inner) == "OneVsRestClassifier":
        return "its estimator is a OneVsRestClassifier itself"
    return ", and ".join(f"of its estimator {each.step}: {each.why}" for each in RULES.of_classifier(inner))


def _loss(step: Any) -> str:
    return "" if step.loss == "log_loss" else f"loss={shown(step.loss)} gives no logistic probabilities"


def _multi_class(step: Any) -> str:
    is_set = getattr(step, "multi_class", "deprecated") not in ("deprecated", "auto")
    return "multi_class is set: leave it out" if is_set else ""


TRANSFORMERS: Mapping[str, Rule] = {
    "StandardScaler": is_served,
    "RobustScaler": is_served,
    "MinMaxScaler": is_served,
    "MaxAbsScaler": is_served,
    "Binarizer": is_served,
    "SimpleImputer": imputers.why_not,
    "FunctionTransformer": column_functions.why_not,
    "KBinsDiscretizer": _discretizer,
    "PowerTransformer": is_served,
    "QuantileTransformer": is_served,
    "OneHotEncoder": one_hot.why_not,
    **dict.fromkeys((*SELECTORS, *PROJECTIONS), is_served),
}
CLASSIFIERS: Mapping[str, Rule] = {
    "LogisticRegression": _multi_class,
    "LogisticRegressionCV": _multi_class,
    "LinearDiscriminantAnalysis": is_served,
    "SGDClassifier": _loss,
    "OneVsRestClassifier": _one_vs_rest,
    **dict.fromkeys(NAIVE_BAYES, is_served),
}
RULES = Rules(
    no_form="the estimator has no exact form as a scorecard",
    served=SERVED,
    transformers=TRANSFORMERS,
    classifiers=CLASSIFIERS,
    other_transformer=_is_no_transformer,
    other_classifier=_is_no_classifier,
    way_of_transformer=reasons.way_of_transformer,
    way_of_classifier=reasons.way_of_classifier,
)
check, refusals = RULES.check, RULES.refusals
