"""Decides, before any fit, which scikit-learn estimators can be exported exactly as a scorecard.

It judges a class by its name and its package: a subclass may do anything, so it does not count as its base. It
imports no scikit-learn and fits nothing; what only a fit can show, `trial` finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features import curves, imputers
from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.features.projections import PROJECTIONS
from lambdas.model.features.searches import SEARCHES, candidates
from lambdas.model.features.selections import SELECTORS
from lambdas.model.features.steps import PARTS_OF, class_name
from lambdas.model.formats.scorecard import reasons
from lambdas.model.recipe.types import shown

SERVED = (
    "A scorecard holds what adds up the columns: it can be LogisticRegression, LogisticRegressionCV,"
    " LinearDiscriminantAnalysis or SGDClassifier(loss='log_loss'), one of these in OneVsRestClassifier, a naive"
    " Bayes such as GaussianNB, or a search such as GridSearchCV for the best of these; before it scalers,"
    " OneHotEncoder, functions such as np.log1p, selectors such as SelectKBest, and projections such as PCA, in"
    " Pipeline, ColumnTransformer and FeatureUnion. docs/estimators.md names them all"
)
NO_FORM = "the estimator has no exact form as a scorecard"
PROBLEMS = 8
"""A message names this many refused steps; it has room for them and for the alternatives."""


@dataclass(frozen=True)
class Refusal:
    """A step without an exact form. `way` is what is served in its place, as Python."""

    step: str
    why: str
    way: str

    def __str__(self) -> str:
        return f"{self.step}: {self.why}; take {self.way} in its place"


def check(estimator: Any) -> None:
    """Raises EstimatorUnsupported, naming every step of the estimator that cannot be served."""
    found = list(dict.fromkeys(str(each) for each in refusals(estimator)))
    if found:
        raise unsupported(found)


def unsupported(problems: list[str]) -> EstimatorUnsupported:
    more = [f"And {len(problems) - PROBLEMS} steps more"] if len(problems) > PROBLEMS else []
    told = [*problems[:PROBLEMS], *more, SERVED]
    return EstimatorUnsupported(f"{NO_FORM}. {'. '.join(told)}", about=NO_FORM, problems=told)


def refusals(estimator: Any) -> Iterator[Refusal]:
    """The refused steps of a whole estimator, fitted or not: its last step has to be a classifier."""
    if class_name(estimator) in SEARCHES:
        yield from _of_search(estimator)
        return
    if class_name(estimator) != "Pipeline":
        yield from _of_classifier(estimator)
        return
    steps = [step for _, step in estimator.steps]
    for step in steps[:-1]:
        yield from _of_transformer(step)
    if steps:
        yield from refusals(steps[-1])


def _of_transformer(step: Any) -> Iterator[Refusal]:
    if step is None or isinstance(step, str):  # 'passthrough', 'drop', or what scikit-learn itself will refuse
        return
    parts = PARTS_OF.get(class_name(step))
    if parts is not None:
        for part in parts(step):
            yield from _of_transformer(part)
        return
    why = TRANSFORMERS.get(class_name(step), _is_no_transformer)(step)
    if why:
        yield Refusal(_shown(step), why, reasons.way_of_transformer(class_name(step)))


def _of_classifier(step: Any) -> Iterator[Refusal]:
    why = CLASSIFIERS.get(class_name(step), _is_no_classifier)(step)
    if why:
        yield Refusal(_shown(step), why, reasons.way_of_classifier(class_name(step)))


def _of_search(step: Any) -> Iterator[Refusal]:
    if not step.refit:
        why = "with refit=False nothing is fitted that could answer"
        yield Refusal(_shown(step), why, reasons.way_of_classifier(class_name(step)))
    for candidate in candidates(step):
        yield from refusals(candidate)


def _shown(step: Any) -> str:
    if isinstance(step, type):
        return step.__name__
    return repr(step) if step is None or isinstance(step, str) else class_name(step)


def _is_no_transformer(step: Any) -> str:
    if isinstance(step, type):
        return f"it is a class, not an object: write {step.__name__}()"
    if not hasattr(type(step), "transform"):
        return "it transforms nothing, and is not the last step"
    if class_name(step) in reasons.TRANSFORMERS:
        return reasons.TRANSFORMERS[class_name(step)][0]
    return "it is not a transformer that a scorecard can hold"


def _is_no_classifier(step: Any) -> str:
    if step is None:
        return "the recipe's function `estimator` returns no estimator"
    if isinstance(step, type):
        return f"it is a class, not an object: write {step.__name__}()"
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


def _is_served(_: Any) -> str:
    return ""


def _discretizer(step: Any) -> str:
    return "dtype is set: leave it out" if step.dtype is not None else ""


def _encoder(step: Any) -> str:
    if step.feature_name_combiner != "concat":
        return "feature_name_combiner is set: leave it out"
    names = [] if isinstance(step.categories, str) else [name for names in step.categories for name in names]
    if any(isinstance(name, str) for name in names):
        return (
            "it is fitted on codes of the categories, so its categories cannot name them: use allowed of Categorical"
        )
    return ""


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
    return ", and ".join(f"of its estimator {each.step}: {each.why}" for each in _of_classifier(inner))


def _loss(step: Any) -> str:
    return "" if step.loss == "log_loss" else f"loss={shown(step.loss)} gives no logistic probabilities"


def _multi_class(step: Any) -> str:
    is_set = getattr(step, "multi_class", "deprecated") not in ("deprecated", "auto")
    return "multi_class is set: leave it out" if is_set else ""


Rule = Callable[[Any], str]
"""Returns why the step cannot be served; an empty text when it can."""
TRANSFORMERS: Mapping[str, Rule] = {
    "StandardScaler": _is_served,
    "RobustScaler": _is_served,
    "MinMaxScaler": _is_served,
    "MaxAbsScaler": _is_served,
    "Binarizer": _is_served,
    "SimpleImputer": imputers.why_not,
    "FunctionTransformer": curves.why_not,
    "KBinsDiscretizer": _discretizer,
    "PowerTransformer": _is_served,
    "QuantileTransformer": _is_served,
    "OneHotEncoder": _encoder,
    **dict.fromkeys((*SELECTORS, *PROJECTIONS), _is_served),
}
CLASSIFIERS: Mapping[str, Rule] = {
    "LogisticRegression": _multi_class,
    "LogisticRegressionCV": _multi_class,
    "LinearDiscriminantAnalysis": _is_served,
    "SGDClassifier": _loss,
    "OneVsRestClassifier": _one_vs_rest,
    **dict.fromkeys(NAIVE_BAYES, _is_served),
}
