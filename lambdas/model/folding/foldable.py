"""Decides, before any fit, which estimators fold: those whose fit is made of sums over the rows.

It judges what `supported.check` has let through, by class and parameters, and imports no scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.features.projections import PROJECTIONS
from lambdas.model.features.searches import SEARCHES
from lambdas.model.features.selections import SELECTORS
from lambdas.model.features.steps import PARTS_OF, class_name


def why_not(estimator: Any) -> str:
    """Why an unfitted estimator is fitted in one piece; an empty text for one that folds.

    >>> from sklearn.preprocessing import RobustScaler
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> why_not(make_pipeline(RobustScaler(), LogisticRegression()))
    'RobustScaler needs quantiles'
    """
    return "; ".join(dict.fromkeys(_reasons(estimator)))


def _reasons(estimator: Any) -> Iterator[str]:
    if class_name(estimator) == "Pipeline":
        yield from _of_order(PARTS_OF["Pipeline"](estimator))
        for _, step in estimator.steps[:-1]:
            yield from _of_transformer(step)
        yield from _reasons(estimator.steps[-1][1])
        return
    if class_name(estimator) == "OneVsRestClassifier":
        yield from _reasons(estimator.estimator)
        return
    said = CLASSIFIERS.get(class_name(estimator), _other)(estimator)
    if said:
        yield f"{class_name(estimator)} {said}"


def _of_transformer(step: Any) -> Iterator[str]:
    if step is None or isinstance(step, str):  # 'passthrough' or 'drop'
        return
    parts = PARTS_OF.get(class_name(step))
    if parts is not None:
        if class_name(step) == "Pipeline":
            yield from _of_order(parts(step))
        for part in parts(step):
            yield from _of_transformer(part)
        return
    said = TRANSFORMERS.get(class_name(step), _other)(step)
    if said:
        yield f"{class_name(step)} {said}"


def _of_order(steps: Iterable[Any]) -> Iterator[str]:
    """An encoder is fitted on a few rows, which a scaler before it does not scale as all rows would have it."""
    before: set[str] = set()
    for step in steps:
        here = set(_names(step))
        if "StandardScaler" in before and "OneHotEncoder" in here:
            yield "OneHotEncoder behind a StandardScaler has categories that only all rows tell"
        before |= here


def _names(step: Any) -> Iterator[str]:
    """Of the step and of those inside of it."""
    yield class_name(step)
    for part in PARTS_OF.get(class_name(step), lambda _: [])(step):
        yield from _names(part)


def _folds(_: Any) -> str:
    return ""


def _other(_: Any) -> str:
    return "has no form as sums over the rows"


CURVED = "takes a function of each number, and sums are kept of the numbers themselves"


def _clip(step: Any) -> str:
    return "with clip=True is no straight line, and sums are kept of the numbers themselves" if step.clip else ""


def _encoder(step: Any) -> str:
    if step.min_frequency is None and step.max_categories is None:
        return ""
    return "joins rare categories (min_frequency, max_categories)"


def _logistic_regression(step: Any) -> str:
    if step.solver == "liblinear":
        return "with solver='liblinear' penalises the intercept too"
    if step.penalty is None or step.penalty == "l2" or (step.penalty == "deprecated" and not step.l1_ratio):
        return ""
    return "with an l1 penalty has no smooth loss"


Rule = Callable[[Any], str]
TRANSFORMERS: Mapping[str, Rule] = {
    "StandardScaler": _folds,
    "MinMaxScaler": _clip,
    "MaxAbsScaler": _clip,
    "FunctionTransformer": lambda step: "" if step.func is None else CURVED,
    "Binarizer": lambda _: CURVED,
    "PowerTransformer": lambda _: "searches for its powers over all rows",
    **dict.fromkeys(("KBinsDiscretizer", "QuantileTransformer"), lambda _: "needs quantiles"),
    "OneHotEncoder": _encoder,
    "SimpleImputer": _folds,
    "RobustScaler": lambda _: "needs quantiles",
    **dict.fromkeys(SELECTORS, lambda _: "selects by what all rows tell together"),
    **dict.fromkeys(PROJECTIONS, lambda _: "is fitted by a decomposition of all rows"),
    **dict.fromkeys(("GaussianRandomProjection", "SparseRandomProjection"), lambda _: "draws its own matrix"),
}
CLASSIFIERS: Mapping[str, Rule] = {
    "LogisticRegression": _logistic_regression,
    "LogisticRegressionCV": lambda _: "cross-validates its penalty",
    "LinearDiscriminantAnalysis": lambda _: "is fitted by a decomposition of all rows",
    "SGDClassifier": lambda _: "goes through the rows in an order of its own",
    **dict.fromkeys(NAIVE_BAYES, lambda _: "counts every row of each class at once"),
    **dict.fromkeys(SEARCHES, lambda _: "fits its candidates on all rows, again and again"),
}
