"""A scorecard's answer is the class with the highest sum of what its columns add."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lambdas.model.artifact import Additive
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.recipe import Columns, Recipe
from lambdas.model.training.estimator import fit
from tests.given import data


def stochastic(columns: Columns) -> Any:
    from sklearn.linear_model import SGDClassifier

    return then(SGDClassifier(loss="log_loss", random_state=0), columns=columns)


def one_vs_rest(columns: Columns) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    return then(OneVsRestClassifier(LogisticRegression()), columns=columns)


def then(classifier: Any, *, columns: Columns) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore")
    prepared = ColumnTransformer(
        [("numbers", StandardScaler(), columns.numeric), ("texts", encoder, columns.categorical)]
    )
    return make_pipeline(prepared, classifier)


RECIPES = {
    "sigmoid": data.recipe(cross_validation_folds=0),
    "softmax": data.three_class_recipe(cross_validation_folds=0),
    "one_vs_rest": data.three_class_recipe(estimator=stochastic, cross_validation_folds=0),
    "one_vs_rest_or_none": data.three_class_recipe(estimator=one_vs_rest, cross_validation_folds=0),
}


@pytest.mark.parametrize("link", RECIPES)
def test_the_answer_is_the_class_with_the_highest_sum(link: str) -> None:
    recipe: Recipe = RECIPES[link]
    artifact = load(export(fit(recipe, train=data.table(recipe, rows=300))).content)
    features = data.table(recipe, rows=200, seed=1).features(recipe)
    features["flag"][:5] = "new!"
    assert artifact.scorecard.link == link and isinstance(artifact, Additive)

    totals = artifact.constants + sum(artifact.added(features, column=name) for name in features)

    assert totals.shape == (200, len(artifact.classes))
    assert np.array(artifact.classes)[totals.argmax(axis=1)].tolist() == artifact.score(features).labels.tolist()


def test_a_column_that_the_model_does_not_take_adds_nothing() -> None:
    recipe = RECIPES["sigmoid"]
    artifact = load(export(fit(recipe, train=data.table(recipe, rows=300))).content)

    assert not artifact.added({"other": np.ones(3)}, column="other").any()
