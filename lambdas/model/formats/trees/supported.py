"""Decides, before any fit, which scikit-learn estimators can be exported exactly as trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.model.features import imputers, one_hot
from lambdas.model.features.column_functions import is_part_of_a_date
from lambdas.model.features.selections import SELECTORS
from lambdas.model.features.steps import class_name
from lambdas.model.formats.numbered import XGBOOST
from lambdas.model.formats.refusals import THRESHOLD, Rule, Rules, is_served

SERVED = (
    "Trees can be RandomForestClassifier, ExtraTreesClassifier, DecisionTreeClassifier, ExtraTreeClassifier,"
    " GradientBoostingClassifier, HistGradientBoostingClassifier, AdaBoostClassifier or BaggingClassifier of trees,"
    " CalibratedClassifierCV or VotingClassifier(voting='soft') of these, or a search such as GridSearchCV for the"
    " best of them; before them OneHotEncoder, SimpleImputer, scalers and"
    " selectors, in Pipeline, ColumnTransformer and FeatureUnion. docs/trees.md names them all"
)
LEAVE_OUT = "leave it out"
INCREASING = f"trees split a column alike before and after a function that only grows: {LEAVE_OUT}"
MIXES = (
    f"what it makes of several columns would not have the estimator's last bit, by which trees decide: {LEAVE_OUT}"
)
CODES = f"a categorical column reaches the estimator as codes already: {LEAVE_OUT}"
WITHOUT_TREES = (
    "it is not made of trees alone: take a classifier of trees itself, such as RandomForestClassifier() or"
    " HistGradientBoostingClassifier()"
)
LEARNS = (
    "its last classifier learns from the answers of the others, and an artifact of trees takes the mean of them at"
    " most: take VotingClassifier(voting='soft') of them, or the best of them itself"
)
XGBOOST_INSIDE = (
    "inside of another it is asked for its own probabilities, which differ from the exact ones by a step of a 32-bit"
    " float: take it by itself"
)
OTHERS: Mapping[str, str] = {
    "StackingClassifier": LEARNS,
    **dict.fromkeys(("FixedThresholdClassifier", "TunedThresholdClassifierCV"), THRESHOLD),
}
"""Why classifiers around others are refused."""
TREES = ("DecisionTreeClassifier", "ExtraTreeClassifier")


def _function(step: Any) -> str:
    if step.func is None or is_part_of_a_date(step):
        return ""
    return INCREASING if step.func.__class__.__name__ == "ufunc" else MIXES


def _gradient_boosting(step: Any) -> str:
    if step.init is None or step.init == "zero":
        return ""
    return "init is an estimator, whose answers differ from row to row: leave init out"


def _hist_gradient_boosting(step: Any) -> str:
    names = step.categorical_features
    texts = [] if names is None or isinstance(names, str) else [each for each in names if isinstance(each, str)]
    return "categorical_features has names, and columns have positions: give columns.categorical" if texts else ""


def _bagging(step: Any) -> str:
    if step.estimator is None or class_name(step.estimator) in TREES:
        return ""
    return "its estimator is not a tree: take DecisionTreeClassifier()"


def _ada_boost(step: Any) -> str:
    if step.estimator is None or class_name(step.estimator) in TREES:
        return ""
    return "its estimator is not a tree: take DecisionTreeClassifier(max_depth=1)"


def _xgboost(step: Any) -> str:
    """Parameters that are None stand for XGBoost's own defaults."""
    for name, allowed in XGBOOST_TAKES.items():
        if getattr(step, name, None) not in allowed:
            return f"its {name} is {getattr(step, name)!r}: {XGBOOST_ADVICE[name]}"
    is_kept = str(getattr(step, "missing", None)) in ("nan", "None")
    return "" if is_kept else "its missing is set: leave it out"


def _calibrated(step: Any) -> str:
    if step.estimator is None:
        return "its estimator is left out, so it is LinearSVC, which is not made of trees: give it one that is"
    if step.method not in ("sigmoid", "isotonic"):
        return (
            f"with method={step.method!r} scikit-learn tells scores from probabilities by all rows that are asked"
            " about at once, and an answer here is of one row: take method='sigmoid' or 'isotonic'"
        )
    return _of_members([step.estimator])


def _voting(step: Any) -> str:
    if step.voting != "soft":
        return "it gives no probabilities: set voting='soft'"
    return _of_members(member for _, member in step.estimators)


def _of_members(members: Iterable[Any]) -> str:
    """Why one of the estimators inside is refused; the first reason."""
    for each in members:
        if isinstance(each, str):  # 'drop'
            continue
        for refusal in _rules({**CLASSIFIERS, XGBOOST: lambda _: XGBOOST_INSIDE}).refusals(each):
            return f"of its estimator {refusal}"
    return ""


# `enable_categorical`, which XGBoost 3.4 sets by itself, makes none of the numbers that it is given here a category.
XGBOOST_TAKES = {
    "booster": (None, "gbtree"),
    "objective": (None, "binary:logistic", "multi:softprob"),
    "multi_strategy": (None, "one_output_per_tree"),
    "feature_types": (None,),
    "early_stopping_rounds": (None,),
}
XGBOOST_ADVICE = {
    "booster": "take 'gbtree', the default",
    "objective": "leave it out",
    "multi_strategy": "take 'one_output_per_tree', the default",
    "feature_types": "leave it out, and take the codes, or OneHotEncoder(handle_unknown='ignore')",
    "early_stopping_rounds": "leave it out, because it asks for rows of its own to stop by: set n_estimators",
}

TRANSFORMERS: Mapping[str, Rule] = {
    **dict.fromkeys(("StandardScaler", "RobustScaler", "MinMaxScaler", "MaxAbsScaler", "Binarizer"), is_served),
    **dict.fromkeys(SELECTORS, is_served),
    "SimpleImputer": imputers.why_not,
    "OneHotEncoder": one_hot.why_not,
    "FunctionTransformer": _function,
    **dict.fromkeys(("PowerTransformer", "QuantileTransformer", "KBinsDiscretizer"), lambda _: INCREASING),
    **dict.fromkeys(("OrdinalEncoder", "LabelEncoder", "TargetEncoder"), lambda _: CODES),
}
CLASSIFIERS: Mapping[str, Rule] = {
    **dict.fromkeys((*TREES, "RandomForestClassifier", "ExtraTreesClassifier"), is_served),
    "GradientBoostingClassifier": _gradient_boosting,
    "HistGradientBoostingClassifier": _hist_gradient_boosting,
    "AdaBoostClassifier": _ada_boost,
    "BaggingClassifier": _bagging,
    "CalibratedClassifierCV": _calibrated,
    "VotingClassifier": _voting,
    XGBOOST: _xgboost,
}


def _rules(classifiers: Mapping[str, Rule]) -> Rules:
    return Rules(
        no_form="the estimator has no exact form as trees",
        served=SERVED,
        transformers=TRANSFORMERS,
        classifiers=classifiers,
        other_transformer=lambda _: MIXES,
        other_classifier=lambda step: OTHERS.get(class_name(step), WITHOUT_TREES),
    )


RULES = _rules(CLASSIFIERS)
check, refusals = RULES.check, RULES.refusals
