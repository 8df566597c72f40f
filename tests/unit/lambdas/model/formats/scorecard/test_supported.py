"""Every estimator of scikit-learn is served, or refused before it is fitted, with a way that itself is served."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

import numpy as np
import pytest
import sklearn.compose
import sklearn.decomposition
import sklearn.feature_selection
import sklearn.linear_model
import sklearn.model_selection
import sklearn.pipeline
import sklearn.preprocessing
from sklearn.base import BaseEstimator
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neighbors import NeighborhoodComponentsAnalysis
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    StandardScaler,
)
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection
from sklearn.svm import SVC, LinearSVC
from sklearn.utils import all_estimators

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features import steps
from lambdas.model.features.naive_bayes import NAIVE_BAYES
from lambdas.model.features.searches import SEARCHES
from lambdas.model.features.transformers import TRANSFORMERS
from lambdas.model.formats.scorecard import reasons, supported
from lambdas.model.formats.scorecard.export import LINKS_OF
from lambdas.model.recipe import Columns
from lambdas.model.training import trial
from tests.given import data

FROM = (
    sklearn.compose,
    sklearn.decomposition,
    sklearn.feature_selection,
    sklearn.linear_model,
    sklearn.model_selection,
    sklearn.pipeline,
    sklearn.preprocessing,
)
ALONE = (
    BernoulliNB,
    CategoricalNB,
    ComplementNB,
    GaussianNB,
    MultinomialNB,
    OneVsRestClassifier,
    GaussianRandomProjection,
    LinearDiscriminantAnalysis,
    NeighborhoodComponentsAnalysis,
    SparseRandomProjection,
    SimpleImputer,
)
PYTHON = {name: getattr(module, name) for module in FROM for name in module.__all__} | {
    kind.__name__: kind for kind in ALONE
}
"""What a recipe imports to write a way down."""
INNER = LogisticRegression()
DEMANDED = {
    "estimators": [("inner", INNER)],
    "transformers": [("inner", StandardScaler(), [0])],
    "transformer_list": [("inner", StandardScaler())],
    "steps": [("inner", INNER)],
    "estimator": INNER,
    "base_estimator": INNER,
    "param_grid": {"C": [1]},
    "param_distributions": {"C": [1]},
    "dictionary": [[1.0]],
}
"""What some estimators cannot be made without."""


BEFORE_A_CLASSIFIER = {
    "classifier": StandardScaler(),
    "non-negative": MinMaxScaler(),
    "binned": KBinsDiscretizer(2, encode="ordinal"),
}
WRITTEN = {
    "GaussianRandomProjection": "n_components=1",
    "SparseRandomProjection": "n_components=1",
    "TruncatedSVD": "n_components=1",
    **dict.fromkeys(("RFE", "RFECV", "SelectFromModel", "SequentialFeatureSelector"), "LogisticRegression()"),
}
"""What is written between the parentheses of others than NAME()."""


def instance(kind: type[Any]) -> Any:
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    demanded = [
        each.name for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    return kind(**{name: DEMANDED[name] for name in demanded})


def found(type_filter: str | None) -> list[Any]:
    return [pytest.param(kind, id=name) for name, kind in all_estimators(type_filter=type_filter)]


@cache
def is_accepted(way: str, place: str) -> bool:
    """The trial takes the way in this place: as the classifier, or as what the columns of a kind go through."""

    def estimator(columns: Columns) -> Any:
        taken = eval(way, {**PYTHON, "columns": columns, "np": np})  # noqa: S307
        if place in BEFORE_A_CLASSIFIER:
            return make_pipeline(BEFORE_A_CLASSIFIER[place], taken)
        chosen = columns.categorical if place == "categorical" else columns.numeric
        if place == "all":
            return make_pipeline(taken, LogisticRegression())
        return make_pipeline(sklearn.compose.ColumnTransformer([("taken", taken, chosen)]), LogisticRegression())

    trial.try_out(data.recipe(estimator=estimator))
    return True


def place_of(way: str) -> str:
    if way == reasons.EACH_KIND:
        return "all"
    return "categorical" if way == reasons.ENCODE else "numeric"


@pytest.mark.filterwarnings("ignore:Class PassiveAggressive:FutureWarning")
@pytest.mark.parametrize("kind", found(None))
def test_last_step_is_served_or_refused_with_a_way_that_is_served(kind: type[Any]) -> None:
    refusals = list(supported.refusals(instance(kind)))

    served = {*supported.CLASSIFIERS, *SEARCHES, "Pipeline"} - {"SGDClassifier"}  # whose loss gives no probabilities
    if kind.__name__ in served:
        assert refusals == []
    else:
        assert [each.step for each in refusals] == [kind.__name__]
        assert is_accepted(refusals[0].way, "classifier")


@pytest.mark.parametrize("kind", found("transformer"))
def test_transformer_is_served_or_refused_with_a_way_that_is_served(kind: type[Any]) -> None:
    refusals = list(supported.refusals(make_pipeline(instance(kind), LogisticRegression())))

    if kind.__name__ in (*supported.TRANSFORMERS, "ColumnTransformer", "FeatureUnion"):
        assert refusals == []
    else:
        assert len(refusals) == 1
        assert is_accepted(refusals[0].way, place_of(refusals[0].way))


@pytest.mark.parametrize("name", supported.CLASSIFIERS)
def test_what_is_supported_as_last_step_is_served(name: str) -> None:
    assert is_accepted(python_of(name), place_before(name))


def python_of(name: str) -> str:
    ways = {"SGDClassifier": reasons.STOCHASTIC, "OneVsRestClassifier": reasons.ONE_VS_REST}
    return ways.get(name, f"{name}()")


def place_before(name: str) -> str:
    places = {"MultinomialNB": "non-negative", "ComplementNB": "non-negative", "CategoricalNB": "binned"}
    return places.get(name, "classifier")


@pytest.mark.parametrize("name", supported.CLASSIFIERS)
def test_what_is_supported_against_the_rest_is_served(name: str) -> None:
    way = f"OneVsRestClassifier({python_of(name)})"
    refusals = list(supported.refusals(eval(way, PYTHON)))  # noqa: S307

    if refusals:
        assert is_accepted(refusals[0].way, "classifier")
    else:
        assert is_accepted(way, place_before(name))


@pytest.mark.parametrize("name", supported.TRANSFORMERS)
def test_what_is_supported_before_it_is_served(name: str) -> None:
    place = "categorical" if name == "OneHotEncoder" else "numeric"

    assert is_accepted(f"{name}({WRITTEN.get(name, '')})", place)


def test_all_of_scikit_learn_is_walked_over() -> None:
    assert len(found(None)) > 150
    assert len(found("transformer")) > 60


def test_what_is_supported_is_what_can_be_exported() -> None:
    assert set(supported.CLASSIFIERS) == set(LINKS_OF)
    assert {*supported.TRANSFORMERS, *steps.PARTS_OF} == set(TRANSFORMERS)
    assert all(name in supported.SERVED for name in {*LINKS_OF} - {*NAIVE_BAYES} | {"GaussianNB"})
    assert not {*reasons.CLASSIFIERS} & {*supported.CLASSIFIERS}
    assert not {*reasons.TRANSFORMERS} & {*supported.TRANSFORMERS}


@pytest.mark.filterwarnings("ignore:Class PassiveAggressive:FutureWarning")
@pytest.mark.parametrize("kind", found("classifier"))
def test_reason_why_a_classifier_is_refused_is_its_own(kind: type[Any]) -> None:
    refusals = [each.why for each in supported.refusals(instance(kind))]

    assert refusals in (
        [],
        [reasons.CLASSIFIERS.get(kind.__name__, ("loss='hinge' gives no logistic probabilities",))[0]],
    )


class Own(LogisticRegression):  # type: ignore[misc]
    """Could predict anything."""


class NotHashable:
    __hash__ = None  # type: ignore[assignment]

    def __call__(self, X: Any) -> Any:
        return X


class OwnTransformer(BaseEstimator):  # type: ignore[misc]
    def transform(self, X: Any) -> Any:
        return X


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (
            OneVsRestClassifier(LinearSVC()),
            "OneVsRestClassifier: of its estimator LinearSVC: it gives no probabilities (predict_proba); take"
            " OneVsRestClassifier(LogisticRegression()) in its place",
        ),
        (
            OneVsRestClassifier(make_pipeline(StandardScaler(), LogisticRegression())),
            "OneVsRestClassifier: its estimator is a Pipeline: put the transformers before OneVsRestClassifier; take",
        ),
        (
            OneVsRestClassifier(OneVsRestClassifier(LogisticRegression())),
            "OneVsRestClassifier: its estimator is a OneVsRestClassifier itself; take",
        ),
        (
            OneVsRestClassifier(GridSearchCV(INNER, {"C": [1, 2]})),
            "OneVsRestClassifier: its estimator is a GridSearchCV: put OneVsRestClassifier into the search; take",
        ),
        (
            OneVsOneClassifier(LogisticRegression()),
            "OneVsOneClassifier: it gives no probabilities (predict_proba); take OneVsRestClassifier(",
        ),
        (RidgeClassifier(), "RidgeClassifier: it gives no probabilities (predict_proba)"),
        (
            OneVsRestClassifier(GaussianNB()),
            "OneVsRestClassifier: its estimator is a GaussianNB, which tells several classes apart by itself; take",
        ),
        (LinearSVC(), "LinearSVC: it gives no probabilities (predict_proba); take LogisticRegression() in its place"),
        (LinearRegression(), "LinearRegression: it is a regressor, which gives numbers, not classes"),
        (StandardScaler(), "StandardScaler: it is not a classifier, and the last step has to be one"),
        (make_pipeline(StandardScaler(), "passthrough"), "'passthrough': it is not a classifier"),
        (LogisticRegression, "LogisticRegression: it is a class, not an object: write LogisticRegression()"),
        (make_pipeline(StandardScaler, LogisticRegression()), "it is a class, not an object: write StandardScaler()"),
        (None, "None: the recipe's function `estimator` returns no estimator"),
        (3, "builtins.int: it is not a classifier"),
        (
            SGDClassifier(),
            "SGDClassifier: loss='hinge' gives no logistic probabilities; take SGDClassifier(loss='log_loss')",
        ),
        (Own(), "test_supported.Own: it is not a classifier whose weights"),
        (
            make_pipeline(FunctionTransformer(abs), LogisticRegression()),
            "FunctionTransformer: its function cannot be",
        ),
        (
            make_pipeline(Normalizer(), LogisticRegression()),
            "Normalizer: it divides each row by its own length, which all columns make together; take Standard",
        ),
        (
            make_pipeline(FunctionTransformer(np.log1p, kw_args={"where": True}), LogisticRegression()),
            "FunctionTransformer: its kw_args cannot be exported: leave them out; take FunctionTransformer(np.log1p)",
        ),
        *(
            (
                make_pipeline(FunctionTransformer(np.clip, kw_args=given), LogisticRegression()),
                "FunctionTransformer: np.clip needs kw_args={'a_min': NUMBER, 'a_max': NUMBER} here",
            )
            for given in (
                None,
                {"a_min": 1},
                {"a_min": 1, "a_max": 2, "out": 3},
                {"a_min": 1, "a_max": None},
                {"a_min": 1, "a_max": np.inf},
            )
        ),
        (
            make_pipeline(FunctionTransformer(NotHashable()), LogisticRegression()),
            "FunctionTransformer: its function cannot be exported: take one of numpy's, such as np.log1p",
        ),
        (
            make_pipeline(KBinsDiscretizer(dtype=np.float32), LogisticRegression()),
            "KBinsDiscretizer: dtype is set: leave it out; take KBinsDiscretizer()",
        ),
        (make_pipeline(OwnTransformer(), LogisticRegression()), "not a transformer that a scorecard can hold"),
        (
            make_pipeline(LinearSVC(), LogisticRegression()),
            "LinearSVC: it transforms nothing, and is not the last step",
        ),
        (
            make_pipeline(FeatureUnion([("a", StandardScaler()), ("b", OwnTransformer())]), LogisticRegression()),
            "test_supported.OwnTransformer: it is not a transformer that a scorecard can hold; take 'passthrough'",
        ),
        (
            GridSearchCV(INNER, {"C": [1, 2]}, refit=False),
            "GridSearchCV: with refit=False nothing is fitted that could answer; take GridSearchCV(Logistic",
        ),
        (GridSearchCV(SVC(), {"C": [1, 2]}), "SVC: it weighs a row's likeness to rows of the training"),
        (
            make_pipeline(
                StandardScaler(),
                GridSearchCV(make_pipeline(MinMaxScaler(), INNER), {"minmaxscaler": [MinMaxScaler(), Normalizer()]}),
            ),
            "Normalizer: it divides each row by its own length",
        ),
        (
            make_pipeline(OneHotEncoder(feature_name_combiner=lambda name, _: name), LogisticRegression()),
            "feature_name_combiner is set: leave it out",
        ),
        (
            make_pipeline(OneHotEncoder(categories=[["own", "rent"]]), LogisticRegression()),
            "categories cannot name them: use allowed of Categorical; take OneHotEncoder(handle_unknown='ignore')",
        ),
    ],
)
def test_refusal_names_step_reason_and_way(estimator: Any, words: str) -> None:
    with pytest.raises(EstimatorUnsupported) as raised:
        supported.check(estimator)

    assert words in raised.value.message
    assert raised.value.message.endswith(supported.SERVED)


def test_multi_class_which_older_libraries_take_is_refused() -> None:
    older = LogisticRegression()
    older.multi_class = "ovr"

    assert [each.why for each in supported.refusals(older)] == ["multi_class is set: leave it out"]


def test_first_answer_is_the_whole_answer() -> None:
    encoded = sklearn.compose.make_column_transformer(
        (make_pipeline(FunctionTransformer(abs), StandardScaler()), [0]),
        (sklearn.preprocessing.OrdinalEncoder(), [1]),
    )

    steps = [each.step for each in supported.refusals(make_pipeline(encoded, make_pipeline(LinearSVC())))]

    assert steps == ["FunctionTransformer", "OrdinalEncoder", "LinearSVC"]


def test_many_refused_steps_are_counted() -> None:
    steps = [FunctionTransformer(abs), *(Normalizer() for _ in range(50))]
    many = [type(f"Own{place}", (OwnTransformer,), {})() for place in range(20)]

    with pytest.raises(EstimatorUnsupported) as raised:
        supported.check(make_pipeline(*steps, *many, LogisticRegression()))

    assert raised.value.message.count("Normalizer: it divides each row") == 1
    assert "And 14 steps more. A scorecard holds" in raised.value.message
    assert raised.value.message.endswith(supported.SERVED)
