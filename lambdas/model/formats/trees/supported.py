"""Decides, before any fit, which scikit-learn estimators can be exported exactly as trees.

It judges a class by its name and its package, as `scorecard.supported` does, and fits nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features import imputers
from lambdas.model.features.curves import is_part_of_a_date
from lambdas.model.features.searches import SEARCHES, candidates
from lambdas.model.features.selections import SELECTORS
from lambdas.model.features.steps import PARTS_OF, class_name

SERVED = (
    "Trees can be RandomForestClassifier, ExtraTreesClassifier, DecisionTreeClassifier, ExtraTreeClassifier,"
    " GradientBoostingClassifier, HistGradientBoostingClassifier, AdaBoostClassifier of trees, or a search such as"
    " GridSearchCV for the best of these; before them OneHotEncoder, SimpleImputer, scalers and selectors, in"
    " Pipeline, ColumnTransformer and FeatureUnion. docs/trees.md names them all"
)
NO_FORM = "the estimator has no exact form as trees"
PROBLEMS = 8
"""A message names this many refused steps."""
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
TREES = ("DecisionTreeClassifier", "ExtraTreeClassifier")


def check(estimator: Any) -> None:
    """Raises EstimatorUnsupported, naming every step of the estimator that cannot be served."""
    found = list(dict.fromkeys(refusals(estimator)))
    if found:
        more = [f"And {len(found) - PROBLEMS} steps more"] if len(found) > PROBLEMS else []
        told = [*found[:PROBLEMS], *more, SERVED]
        raise EstimatorUnsupported(f"{NO_FORM}. {'. '.join(told)}", about=NO_FORM, problems=told)


def refusals(estimator: Any) -> Iterator[str]:
    """The refused steps of a whole estimator, fitted or not, with the reasons: its last step has to be of trees."""
    if class_name(estimator) in SEARCHES:
        yield from _of_search(estimator)
        return
    if class_name(estimator) != "Pipeline":
        yield from _told(estimator, CLASSIFIERS.get(class_name(estimator), _of_something_else)(estimator))
        return
    steps = [step for _, step in estimator.steps]
    for step in steps[:-1]:
        yield from _of_transformer(step)
    if steps:
        yield from refusals(steps[-1])


def _of_search(search: Any) -> Iterator[str]:
    if not search.refit:
        yield from _told(search, "with refit=False nothing is fitted that could answer")
    for candidate in candidates(search):
        yield from refusals(candidate)


def _of_transformer(step: Any) -> Iterator[str]:
    if step is None or isinstance(step, str):  # 'passthrough', 'drop', or what scikit-learn itself will refuse
        return
    if class_name(step) in PARTS_OF:
        for part in PARTS_OF[class_name(step)](step):
            yield from _of_transformer(part)
        return
    yield from _told(step, TRANSFORMERS.get(class_name(step), _is_no_transformer)(step))


def _told(step: Any, why: str) -> Iterator[str]:
    if why:
        name = step.__name__ if isinstance(step, type) else repr(step) if step is None else class_name(step)
        yield f"{name}: {why}"


def _of_something_else(step: Any) -> str:
    if step is None:
        return "the recipe's function `estimator` returns no estimator"
    if isinstance(step, type):
        return f"it is a class, not an object: write {step.__name__}()"
    return WITHOUT_TREES


def _is_no_transformer(step: Any) -> str:
    if isinstance(step, type):
        return f"it is a class, not an object: write {step.__name__}()"
    return "it transforms nothing, and is not the last step" if not hasattr(type(step), "transform") else MIXES


def _is_served(_: Any) -> str:
    return ""


def _function(step: Any) -> str:
    if step.func is None or is_part_of_a_date(step):
        return ""
    return INCREASING if step.func.__class__.__name__ == "ufunc" else MIXES


def _encoder(step: Any) -> str:
    names = [] if isinstance(step.categories, str) else [name for names in step.categories for name in names]
    if any(isinstance(name, str) for name in names):
        return (
            "it is fitted on codes of the categories, so its categories cannot name them: use allowed of Categorical"
        )
    return "feature_name_combiner is set: leave it out" if step.feature_name_combiner != "concat" else ""


def _gradient_boosting(step: Any) -> str:
    if step.init is None or step.init == "zero":
        return ""
    return "init is an estimator, whose answers differ from row to row: leave init out"


def _hist_gradient_boosting(step: Any) -> str:
    names = step.categorical_features
    texts = [] if names is None or isinstance(names, str) else [each for each in names if isinstance(each, str)]
    return "categorical_features has names, and columns have positions: give columns.categorical" if texts else ""


def _ada_boost(step: Any) -> str:
    if step.estimator is None or class_name(step.estimator) in TREES:
        return ""
    return "its estimator is not a tree: take DecisionTreeClassifier(max_depth=1)"


Rule = Callable[[Any], str]
"""Returns why the step cannot be served; an empty text when it can."""
TRANSFORMERS: Mapping[str, Rule] = {
    **dict.fromkeys(("StandardScaler", "RobustScaler", "MinMaxScaler", "MaxAbsScaler", "Binarizer"), _is_served),
    **dict.fromkeys(SELECTORS, _is_served),
    "SimpleImputer": imputers.why_not,
    "OneHotEncoder": _encoder,
    "FunctionTransformer": _function,
    **dict.fromkeys(("PowerTransformer", "QuantileTransformer", "KBinsDiscretizer"), lambda _: INCREASING),
    **dict.fromkeys(("OrdinalEncoder", "LabelEncoder", "TargetEncoder"), lambda _: CODES),
}
CLASSIFIERS: Mapping[str, Rule] = {
    **dict.fromkeys((*TREES, "RandomForestClassifier", "ExtraTreesClassifier"), _is_served),
    "GradientBoostingClassifier": _gradient_boosting,
    "HistGradientBoostingClassifier": _hist_gradient_boosting,
    "AdaBoostClassifier": _ada_boost,
}
