"""XGBClassifier in a recipe: its classes are numbers, and its scores are what an artifact is held to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.numbered import XGBOOST, last_step
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
        ({"enable_categorical": True}, "its enable_categorical is True: leave it out, and take the codes"),
        ({"early_stopping_rounds": 5}, "its early_stopping_rounds is 5: leave it out"),
        ({"missing": -1.0}, "its missing is set: leave it out"),
    ],
)
def test_parameter_that_would_not_be_served_is_refused_before_the_fit(parameters: dict[str, Any], said: str) -> None:
    with pytest.raises(EstimatorUnsupported, match=said):
        check(XGBClassifier("binary", **parameters))
