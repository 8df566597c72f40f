"""XGBClassifier in a recipe: its classes are numbers, and its scores are what an artifact is held to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.numbered import XGBOOST, fitted, last_step
from lambdas.model.formats.trees import artifact
from lambdas.model.formats.trees.export import export
from lambdas.model.formats.trees.supported import check
from lambdas.model.training.estimator import fit
from tests.fakes.xgboost import XGBClassifier
from tests.given import imports


@pytest.mark.parametrize("name", ["binary", "several"])
def test_classifier_in_a_recipe_is_served_with_its_labels_and_the_bits_of_its_scores(name: str) -> None:
    recipe = imports.recipe(name, estimator=lambda _: XGBClassifier(name), cross_validation_folds=2)
    table, told = imports.part(name).table(), imports.told(name)

    made = fit(recipe, train=table)
    served = artifact.load(export(made).content).score(table.features(recipe))

    own = made.answers(table)
    assert made.classes == imports.NAMES[len(made.classes)]
    assert served.labels.tolist() == own.labels.tolist() == told.labels
    assert served.probabilities.tolist() == own.probabilities.tolist()
    assert np.abs(own.probabilities - told.probabilities).max() <= 1e-6
    assert made.facts["cross_validation"]["folds"] == 2


def searched(_: Any) -> Any:
    """Behind nothing, which no part of it has to know."""
    found = GridSearchCV(XGBClassifier("binary"), {"file": ["binary"]}, cv=2, scoring="accuracy")
    return make_pipeline(make_pipeline("passthrough", make_pipeline(found)))


def test_search_for_the_best_classifier_at_the_end_of_a_pipeline_is_served() -> None:
    recipe = imports.recipe("binary", estimator=searched, cross_validation_folds=0)
    table = imports.part("binary").table()

    made = fit(recipe, train=table)
    served = artifact.load(export(made).content).score(table.features(recipe))

    own = made.answers(table)
    assert served.labels.tolist() == own.labels.tolist() == imports.told("binary").labels
    assert served.probabilities.tolist() == own.probabilities.tolist()


def test_classifier_is_found_at_the_end_of_a_pipeline() -> None:
    classifier = XGBClassifier("binary")

    assert last_step(make_pipeline(OneHotEncoder(), classifier)) is classifier
    assert XGBOOST == "XGBClassifier"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"booster": "dart"}, "its booster is 'dart': take 'gbtree', the default"),
        ({"objective": "binary:hinge"}, "its objective is 'binary:hinge': leave it out"),
        ({"multi_strategy": "multi_output_tree"}, "its multi_strategy is"),
        ({"feature_types": ["q", "c"]}, r"its feature_types is \['q', 'c'\]: leave it out, and take the codes"),
        ({"early_stopping_rounds": 5}, "its early_stopping_rounds is 5: leave it out"),
        ({"missing": -1.0}, "its missing is set: leave it out"),
    ],
)
def test_parameter_that_would_not_be_served_is_refused_before_the_fit(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(EstimatorUnsupported, match=said):
        check(XGBClassifier("binary", **parameters))


FOREST = RandomForestClassifier(5, class_weight="balanced", random_state=0)
BALANCED = {
    "a forest": FOREST,
    "a forest of samples": RandomForestClassifier(5, class_weight="balanced_subsample", random_state=0),
    "extra trees": ExtraTreesClassifier(5, class_weight="balanced", random_state=0),
    "extra trees without samples": ExtraTreesClassifier(5, class_weight="balanced_subsample", random_state=0),
    "a regression": LogisticRegressionCV(
        Cs=2, l1_ratios=(0,), use_legacy_attributes=False, scoring="accuracy", class_weight="balanced"
    ),
    "a pipeline": make_pipeline(StandardScaler(), FOREST),
    "a search": GridSearchCV(make_pipeline(FOREST), {"randomforestclassifier__max_depth": [2, 3]}, cv=2),
    "a pipeline with a search": make_pipeline(GridSearchCV(FOREST, {"max_depth": [2, 3]}, cv=2)),
    "a search among weights": GridSearchCV(
        RandomForestClassifier(5, random_state=0), {"class_weight": [None, "balanced"]}, cv=2, error_score="raise"
    ),
}


def numbers_and_labels(*names: str) -> tuple[Any, Any]:
    numbers = np.random.default_rng(0).normal(size=(90, 3))
    return numbers, np.array(names)[np.digitize(numbers[:, 0] + numbers[:, 1] / 2, [-1.0, 0.5])]


@pytest.mark.parametrize("estimator", BALANCED.values(), ids=BALANCED)
@pytest.mark.parametrize("names", [("0", "1", "2"), ("1", "10", "none")])
def test_balanced_classes_may_have_numbers_for_names(estimator: Any, names: tuple[str, ...]) -> None:
    X, numbered = numbers_and_labels(*names)
    _, named = numbers_and_labels("a", "b", "c")

    made = fitted(clone(estimator), X, numbered)
    same = clone(estimator).fit(X, named)

    assert made.classes_.tolist() == list(names)
    assert made.predict_proba(X).tolist() == same.predict_proba(X).tolist()
    in_words = dict(zip(names, "abc", strict=True))
    assert [in_words[label] for label in made.predict(X)] == same.predict(X).tolist()


@pytest.mark.parametrize("weights", [{1: 5.0, 2: 1.0, 3: 1.0}, None])
def test_weights_of_numbers_that_the_recipe_writes_are_of_its_own_names(weights: Any) -> None:
    X, labels = numbers_and_labels("1", "2", "3")
    forest = RandomForestClassifier(5, class_weight=weights, random_state=0)

    made = fitted(clone(forest), X, labels)

    assert made.predict_proba(X).tolist() == forest.fit(X, labels).predict_proba(X).tolist()
