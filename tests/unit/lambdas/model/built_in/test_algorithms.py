"""What a training job of one of SageMaker's own algorithms is told, and what a recipe may say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.built_in.algorithms import BUILT_INS
from lambdas.model.recipe import Date, Integer, LinearLearner, Numeric, SageMaker, Threshold, Tune, XGBoost
from tests.given import data


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"epoch": 5}, "LinearLearner has epoch, which it does not take here: expected balance_multiclass_weights"),
        ({"normalize_data": True}, "has normalize_data, which it does not take here"),
        ({"epochs": 0}, "has epochs=0: expected a whole number, 1 or more"),
        ({"epochs": 2.5}, "has epochs=2.5: expected a whole number"),
        ({"learning_rate": 0}, "has learning_rate=0: expected a number of more than 0"),
        ({"learning_rate": float("nan")}, "has learning_rate=nan: expected a number of more than 0"),
        ({"l1": -0.1}, "has l1=-0.1: expected a number, 0 or more"),
        ({"momentum": 1}, "has momentum=1: expected a number, 0 or more and less than 1"),
        ({"lr_scheduler_factor": 0}, "has lr_scheduler_factor=0: expected a number, more than 0 and less than 1"),
        ({"optimizer": "newton"}, "has optimizer='newton': expected one of sgd, adam, adagrad, rmsprop"),
        ({"use_lr_scheduler": 1}, "has use_lr_scheduler=1: expected True or False"),
        ({"positive_example_weight_mult": "a"}, "expected a number of more than 0, or one of balanced"),
        ({"balance_multiclass_weights": True}, "has balance_multiclass_weights, which is not for 2 classes"),
        ({"x" * 5000: 1}, "LinearLearner has xxx"),
    ],
)
def test_hyperparameter_outside_of_its_documented_range_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(estimator=LinearLearner(**given), engine="sagemaker")

    assert words in raised.value.message


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"engine": "lambda"}, "estimator is LinearLearner, which is SageMaker's own: write engine='sagemaker'"),
        (
            {"engine": SageMaker(spot=True, max_runtime_seconds=3601)},
            "engine has spot, and LinearLearner has 3,600 s of it at most: lower engine.max_runtime_seconds",
        ),
        ({"format": "trees"}, "format is 'trees', and LinearLearner goes into 'scorecard': leave format out"),
        (
            {"threshold": Threshold.at_recall(0.9)},
            "threshold is chosen by cross-validation, which LinearLearner has not",
        ),
        ({"columns": [Numeric("size", missing="kept")]}, "missing='kept', and LinearLearner takes no gaps"),
        ({"columns": [Numeric("size", missing="imputer")]}, "missing='imputer', and LinearLearner takes no gaps"),
        ({"engine": SageMaker(instances=0)}, "engine.instances is 0: expected 1 to 20"),
        ({"engine": SageMaker(instances=21)}, "engine.instances is 21: expected 1 to 20"),
        ({"estimator": LinearLearner}, "expected a function of the columns, or LinearLearner(...) or XGBoost(...)"),
    ],
)
def test_contradiction_of_a_recipe_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**{"estimator": LinearLearner(), "engine": "sagemaker", **changes})

    assert words in raised.value.message


def test_algorithm_with_checkpoints_may_have_spare_capacity_for_longer_but_not_its_trials() -> None:
    where = SageMaker(spot=True, max_runtime_seconds=7200)
    tune = Tune({"num_round": Integer(5, 50)}, jobs=2)

    assert data.recipe(estimator=XGBoost(), engine=where).on_sagemaker == where
    with pytest.raises(RecipeInvalid, match="engine has spot, and XGBoost has 3,600 s of it at most"):
        data.recipe(estimator=XGBoost(), engine=replace(where, tuner=True), tune=tune)


def test_scikit_learn_fits_on_one_instance() -> None:
    with pytest.raises(RecipeInvalid, match="instances is more than 1, and scikit-learn fits on one"):
        data.recipe(engine=SageMaker(instances=2))


def test_job_of_several_classes() -> None:
    told = LinearLearner(balance_multiclass_weights=True, l1=0.5).told(classes=3, width=4, rows_of_an_instance=9)

    assert told == {
        "balance_multiclass_weights": "true",
        "feature_dim": "4",
        "l1": "0.5",
        "loss": "softmax_loss",
        "mini_batch_size": "9",
        "normalize_data": "false",
        "num_classes": "3",
        "predictor_type": "multiclass_classifier",
        "unbias_data": "false",
    }


def test_weight_of_the_positive_class_is_for_two_classes() -> None:
    assert list(LinearLearner(positive_example_weight_mult="balanced").problems(classes=2)) == []
    [problem] = LinearLearner(positive_example_weight_mult=3.0).problems(classes=3)
    assert problem == "LinearLearner has positive_example_weight_mult, which is not for 3 classes: leave it out"


def test_job_of_boosted_trees() -> None:
    of_two = XGBoost(max_depth=4, reg_lambda=2.5).told(classes=2, width=4, rows_of_an_instance=9)
    of_three = XGBoost(num_round=7).told(classes=3, width=4, rows_of_an_instance=9)

    assert of_two == {"lambda": "2.5", "max_depth": "4", "num_round": "100", "objective": "binary:logistic"}
    assert of_three == {"num_class": "3", "num_round": "7", "objective": "multi:softprob"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"objective": "rank:map"}, "XGBoost has objective, which it does not take here"),
        ({"booster": "dart"}, "XGBoost has booster, which it does not take here"),
        ({"early_stopping_rounds": 3}, "XGBoost has early_stopping_rounds, which it does not take here"),
        ({"eta": 1.5}, "XGBoost has eta=1.5: expected a number, 0 to 1"),
        ({"subsample": 0}, "XGBoost has subsample=0: expected a number, more than 0 and 1 at most"),
        ({"max_bin": 1}, "XGBoost has max_bin=1: expected a whole number, 2 or more"),
        ({"tree_method": "exact"}, "XGBoost has tree_method='exact': expected one of auto, approx, hist"),
    ],
)
def test_hyperparameter_of_boosted_trees_that_is_refused(given: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(estimator=XGBoost(**given), engine="sagemaker")

    assert words in raised.value.message


def test_weight_of_the_positive_class_of_boosted_trees_is_for_two_classes() -> None:
    [problem] = XGBoost(scale_pos_weight=3).problems(classes=3)
    assert problem == "XGBoost has scale_pos_weight, which is not for 3 classes: leave it out"


def test_part_of_a_date_that_trees_do_not_take() -> None:
    with pytest.raises(RecipeInvalid, match="parts of column at has weekday, and XGBoost takes no such part"):
        data.recipe(columns=[Date("at", parts=["weekday"])], estimator=XGBoost(), engine="sagemaker")


def test_batch_that_the_recipe_names_is_taken_where_there_are_as_many_rows() -> None:
    learner = LinearLearner(mini_batch_size=200)

    sizes = [
        learner.told(classes=2, width=1, rows_of_an_instance=rows)["mini_batch_size"] for rows in (100, 200, 300)
    ]
    assert sizes == ["100", "200", "200"]


@pytest.mark.parametrize("kind", BUILT_INS)
def test_each_is_equal_to_one_with_the_same_hyperparameters_and_shown_as_python(kind: type[LinearLearner]) -> None:
    assert kind(b=1, a="x") == kind(a="x", b=1) != kind(a="x")
    assert hash(kind(a=1)) == hash(kind(a=1))
    assert repr(kind(b=1, a="x")) == f"{kind.__name__}(a='x', b=1)"
    assert kind() != object()
