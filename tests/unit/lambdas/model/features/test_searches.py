from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import loguniform  # type: ignore[import-untyped]
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, HalvingRandomSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, Normalizer, StandardScaler
from sklearn.svm import SVC

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features.searches import CANDIDATES, SEARCHES, best, candidates, chosen
from lambdas.model.formats.scorecard.export import export
from lambdas.model.recipe import Columns
from lambdas.model.training.estimator import fit, why_in_one_piece
from tests.given import data
from tests.given.parity import QUICK, assert_parity, columns_then, with_unknown

GRID = {"C": [0.01, 100.0]}
DRAWN = {"C": loguniform(0.01, 100), "fit_intercept": [True, False]}
FOUND: dict[str, Any] = {
    "GridSearchCV": GridSearchCV(LogisticRegression(), GRID, cv=2),
    "RandomizedSearchCV": RandomizedSearchCV(LogisticRegression(), DRAWN, n_iter=3, cv=2, random_state=0),
    "HalvingGridSearchCV": HalvingGridSearchCV(LogisticRegression(), GRID, cv=2, random_state=0),
    "HalvingRandomSearchCV": HalvingRandomSearchCV(LogisticRegression(), DRAWN, cv=2, random_state=0),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_what_serves_says_what_the_best_candidate_says(name: str) -> None:
    recipe = data.recipe(estimator=columns_then(FOUND[name]), **QUICK)

    fitted = assert_parity(recipe, rows=with_unknown(data.table(recipe, rows=400, seed=1)))

    assert type(best(fitted.estimator[-1])) is LogisticRegression


def test_search_over_a_whole_pipeline_serves_the_best_of_them() -> None:
    def estimator(columns: Columns) -> Any:
        prepared, classifier = columns_then(SGDClassifier(loss="log_loss", random_state=0))(columns)
        whole = make_pipeline(prepared, SelectKBest(k=2), classifier)
        inner = GridSearchCV(whole, {"selectkbest__k": [1, 4]}, scoring="roc_auc", cv=2)
        return GridSearchCV(inner, {"estimator__selectkbest__k": [2, 3]}, cv=2)

    recipe = data.recipe(estimator=estimator, **QUICK)

    fitted = assert_parity(recipe, rows=data.table(recipe, rows=400, seed=1))

    assert fitted.estimator.best_estimator_.best_estimator_ is best(fitted.estimator)
    assert "GridSearchCV fits its candidates" in why_in_one_piece(recipe)
    outer, inner = fitted.estimator.best_params_, fitted.estimator.best_estimator_.best_params_
    assert fitted.facts["parameters"]["best_params_"] == repr({**outer, **inner})
    assert set(outer) == {"estimator__selectkbest__k"} and set(inner) == {"selectkbest__k"}


def test_parameters_that_a_last_step_chose_are_told_and_none_without_a_search() -> None:
    searching = data.recipe(estimator=columns_then(FOUND["GridSearchCV"]), **QUICK)
    train = data.table(searching, rows=300)

    fitted = fit(searching, train=train)

    assert fitted.facts["parameters"]["best_params_"] == repr({"C": fitted.estimator[-1].best_params_["C"]})
    assert chosen(fit(data.recipe(**QUICK), train=train).estimator) == {}


def names(found: Any) -> list[str]:
    return sorted({type(each).__name__ for each in found})


def test_candidates_are_the_product_of_what_may_tell() -> None:
    space = [
        {"C": [0.1, 1, 10], "fit_intercept": [True, False], "solver": ["lbfgs", "saga"]},
        {"C": np.logspace(-3, 3, 50), "penalty": [None]},
    ]

    found = list(candidates(GridSearchCV(LogisticRegression(), space)))

    assert [(each.C, each.fit_intercept, each.solver) for each in found] == [
        (0.1, True, "lbfgs"),
        (0.1, True, "saga"),
        (0.1, False, "lbfgs"),
        (0.1, False, "saga"),
        (0.001, True, "lbfgs"),
    ]


def test_step_may_be_a_candidate_with_parameters_of_its_own() -> None:
    own = SGDClassifier(loss="log_loss")
    space = [{"last": [own], "last__loss": ["log_loss", "hinge"]}, {"last": [SVC()], "first": ["passthrough"]}]
    whole = make_pipeline(StandardScaler(), LogisticRegression())
    whole.steps = [("first", whole.steps[0][1]), ("last", whole.steps[1][1])]

    found = list(candidates(GridSearchCV(whole, space)))

    assert [type(each.steps[1][1]) for each in found] == [SGDClassifier, SGDClassifier, SVC]
    assert [each.steps[1][1].loss for each in found[:2]] == ["log_loss", "hinge"]
    assert own.loss == "log_loss"


def test_distribution_or_parameter_that_there_is_not_tells_nothing() -> None:
    assert [each.C for each in candidates(RandomizedSearchCV(LogisticRegression(), {"C": loguniform(1, 2)}))] == [1.0]
    assert list(candidates(GridSearchCV(LogisticRegression(), {"Q": [1]}))) == []
    assert len(list(candidates(GridSearchCV(LogisticRegression(), {"C": 3})))) == 1
    assert len(list(candidates(GridSearchCV(LogisticRegression(), {})))) == 1


def test_so_many_candidates_are_looked_at_and_no_more() -> None:
    texts = {"solver": [f"s{place}" for place in range(100)], "random_state": [f"r{place}" for place in range(11)]}

    assert len(list(candidates(GridSearchCV(LogisticRegression(), texts)))) == CANDIDATES


def test_what_no_candidate_showed_is_refused_once_it_is_the_best() -> None:
    def estimator(_: Columns) -> Any:
        return GridSearchCV(make_pipeline(MinMaxScaler(), LogisticRegression()), {"minmaxscaler__clip": [False]})

    recipe = data.numeric_recipe(estimator, **QUICK)
    fitted = fit(recipe, train=data.table(recipe, rows=100))
    fitted.estimator.best_estimator_.steps[0] = ("own", Normalizer())

    with pytest.raises(EstimatorUnsupported, match="Normalizer: it divides each row"):
        export(fitted)
