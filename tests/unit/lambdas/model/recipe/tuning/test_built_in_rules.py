"""What SageMaker cannot tune of its own algorithms is refused before anything is fitted, with what is possible."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.recipe import Continuous, Integer, LinearLearner, OneOf, SageMaker, Tune, XGBoost, at_least
from lambdas.model.recipe.tuning.of_built_ins import metric_of
from lambdas.model.recipe.tuning.ranges import Range
from tests.given import data

BY_JOBS = SageMaker(tuner=True, max_runtime_seconds=600)
L1 = {"l1": Continuous(1e-6, 0.1)}
ETA = {"eta": Continuous(0.1, 0.5)}
OF_THREE = {
    "classes": {name: name for name in "abc"},
    "positive": None,
    "thresholds": [at_least("recall", of=name, bound=0.5) for name in "abc"],
}


def refused(built_in: BuiltIn, tune: Tune, **changes: Any) -> str:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**{"estimator": built_in, "engine": BY_JOBS, "tune": tune, **changes})
    return raised.value.message


def test_search_of_the_blog_post_is_taken() -> None:
    ranges = {"l1": Continuous(1e-6, 1e-1), "learning_rate": Continuous(1e-4, 1e-1)}
    tune = Tune(ranges, jobs=10, parallel=2, strategy="bayesian", early_stopping=True)

    recipe = data.recipe(
        estimator=LinearLearner(epochs=20),
        engine=SageMaker(instance_type="ml.m5.xlarge", tuner=True, max_runtime_seconds=600),
        tune=tune,
    )

    assert recipe.tuned_by_jobs == tune
    assert recipe.untuned.tuned_by_jobs is None


@pytest.mark.parametrize(
    ("built_in", "ranges"),
    [
        (
            LinearLearner(),
            {
                "l1": Continuous(1e-7, 1, scale="log"),
                "learning_rate": Continuous(1e-5, 1),
                "mini_batch_size": Integer(100, 5000),
                "wd": Continuous(0, 1),
            },
        ),
        (
            XGBoost(),
            {
                "colsample_bylevel": Continuous(0.1, 1),
                "colsample_bynode": Continuous(0.1, 1),
                "colsample_bytree": Continuous(0.5, 1),
                "eta": Continuous(0.1, 0.5),
                "gamma": Continuous(0, 5),
                "max_delta_step": Integer(0, 10),
                "max_depth": Integer(0, 10),
                "min_child_weight": Continuous(0, 120),
                "num_round": Integer(1, 4000),
                "reg_alpha": Continuous(0, 1000),
                "reg_lambda": Continuous(0, 1000),
                "subsample": Continuous(0.5, 1),
            },
        ),
    ],
)
def test_recommended_range_of_each_hyperparameter_is_taken(built_in: BuiltIn, ranges: dict[str, Range]) -> None:
    assert data.recipe(estimator=built_in, engine=BY_JOBS, tune=Tune(ranges), cross_validation_folds=0).tuned_by_jobs


@pytest.mark.parametrize(
    ("built_in", "tune", "words"),
    [
        (
            LinearLearner(),
            Tune({"use_bias": OneOf(True, False)}, jobs=2),
            "SageMaker tunes of LinearLearner: expected l1",
        ),
        (LinearLearner(), Tune({"epochs": Integer(1, 20)}), "tune.ranges['epochs'] is nothing that SageMaker tunes"),
        (
            XGBoost(),
            Tune({"lambda": Continuous(0, 9)}),
            "nothing that SageMaker tunes of XGBoost: expected colsample_bylevel",
        ),
        (
            LinearLearner(),
            Tune({"l1": OneOf(0.1, 0.2)}, jobs=2),
            "tune.ranges['l1'] is OneOf(0.1, 0.2), and SageMaker takes no such range of it: write Continuous(low, h",
        ),
        (XGBoost(), Tune({"max_depth": Continuous(1, 9)}), "takes no such range of it: write Integer(low, high)"),
        (XGBoost(), Tune({"eta": Integer(0, 1)}, jobs=2), "takes no such range of it: write Continuous(low, high)"),
        (
            XGBoost(),
            Tune({"subsample": Continuous(0, 1)}),
            "tune.ranges['subsample'] goes from 0 to 1: expected a number, more than 0 and 1 at most, at both ends",
        ),
        (
            XGBoost(),
            Tune({"eta": Continuous(0.5, 1.5)}),
            "tune.ranges['eta'] goes from 0.5 to 1.5: expected a number, 0 to 1, at both ends",
        ),
        (
            LinearLearner(),
            Tune({"mini_batch_size": Integer(0, 99)}),
            "expected a whole number, 1 or more, at both ends",
        ),
        (
            LinearLearner(),
            Tune({"l1": OneOf(0.1, 0.2)}, jobs=2, strategy="grid"),
            "tune.strategy is 'grid', and SageMaker tries no listed values of LinearLearner: write 'random' or",
        ),
        (
            LinearLearner(),
            Tune(L1, objective="average_precision"),
            "tune.objective is 'average_precision', which LinearLearner does not report of 2 classes: expected one of"
            " neg_log_loss, accuracy, f1, roc_auc, or None, which is neg_log_loss",
        ),
        (LinearLearner(), Tune(L1, objective="balanced_accuracy"), "does not report of 2 classes"),
        (
            XGBoost(),
            Tune(ETA, objective="f1"),
            "'f1', which XGBoost does not report of 2 classes: expected one of neg_",
        ),
        (XGBoost(), Tune(ETA, objective="best"), "tune.objective is 'best', which XGBoost does not report"),
        (
            LinearLearner(),
            Tune({"positive_example_weight_mult": Continuous(0.1, 9)}),
            "by which the loss is weighted: give tune.objective, one of accuracy, f1, roc_auc",
        ),
        (
            LinearLearner(),
            Tune(L1, objective="f1", early_stopping=True),
            "tune.early_stopping of LinearLearner looks at its loss alone, and tune.objective is 'f1'",
        ),
    ],
)
def test_what_sagemaker_does_not_tune_is_refused(built_in: BuiltIn, tune: Tune, words: str) -> None:
    assert words in refused(built_in, tune)


def test_ranges_that_make_no_sense_are_told_first() -> None:
    message = refused(LinearLearner(), Tune({"l1": Continuous(2, 1)}))

    assert "tune.ranges['l1'] goes from 2 to 1: expected a smaller number first" in message
    assert "at both ends" not in message


@pytest.mark.parametrize("engine", ["sagemaker", SageMaker(), "lambda"])
def test_search_in_one_job_or_function_is_refused(engine: Any) -> None:
    assert "tune searches for XGBoost by a job for each trial alone: write engine=SageMaker(tuner=True)" in refused(
        XGBoost(), Tune(ETA), engine=engine
    )


def test_hyperparameter_of_two_classes_is_none_of_three() -> None:
    tune = Tune({"positive_example_weight_mult": Continuous(0.1, 9)}, objective="accuracy")

    assert "tune.ranges['positive_example_weight_mult'] is not for 3 classes: leave it out" in refused(
        LinearLearner(), tune, **OF_THREE
    )


def test_objective_of_the_positive_class_needs_one() -> None:
    assert "tune.objective is 'roc_auc', which needs two classes and `positive`" in refused(
        XGBoost(), Tune(ETA, objective="roc_auc"), positive=None
    )


def test_batch_size_that_has_fewer_values_than_jobs_is_refused() -> None:
    assert "there are 3 combinations: expected no more jobs" in refused(
        LinearLearner(), Tune({"mini_batch_size": Integer(100, 102)})
    )


@pytest.mark.parametrize(
    ("built_in", "objective", "classes", "metric"),
    [
        (LinearLearner(), None, 2, ("validation:objective_loss", True)),
        (LinearLearner(), "neg_log_loss", 2, ("validation:objective_loss", True)),
        (LinearLearner(), "accuracy", 2, ("validation:binary_classification_accuracy", False)),
        (LinearLearner(), "f1", 2, ("validation:binary_f_beta", False)),
        (LinearLearner(), "roc_auc", 2, ("validation:roc_auc_score", False)),
        (LinearLearner(), None, 3, ("validation:objective_loss", True)),
        (LinearLearner(), "accuracy", 3, ("validation:multiclass_accuracy", False)),
        (LinearLearner(), "balanced_accuracy", 3, ("validation:macro_recall", False)),
        (XGBoost(), None, 2, ("validation:logloss", True)),
        (XGBoost(), "accuracy", 2, ("validation:accuracy", False)),
        (XGBoost(), "roc_auc", 2, ("validation:auc", False)),
        (XGBoost(), None, 3, ("validation:mlogloss", True)),
        (XGBoost(), "accuracy", 3, ("validation:accuracy", False)),
    ],
)
def test_each_objective_is_a_metric_of_the_algorithm(
    built_in: BuiltIn, objective: str | None, classes: int, metric: tuple[str, bool]
) -> None:
    ranges: dict[str, Range] = dict(L1) if isinstance(built_in, LinearLearner) else dict(ETA)
    tune = Tune(ranges, objective=objective)
    recipe = data.recipe(estimator=built_in, engine=BY_JOBS, tune=tune, **(OF_THREE if classes == 3 else {}))

    found = metric_of(built_in, tune, classes=len(recipe.class_names))

    assert (found.reported, found.is_loss) == metric
