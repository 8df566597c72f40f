"""Ranges that make no sense are refused, with what to write."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid
from lambdas.model.recipe import Continuous, Integer, OneOf, SageMaker, Tune
from tests.given import data

MUCH: Any = "much"
C = {"C": Continuous(0.01, 100, scale="log")}


@pytest.mark.parametrize(
    "tune",
    [
        None,
        Tune(C),
        Tune({"max_depth": Integer(2, 12), "criterion": OneOf("gini", "entropy")}, jobs=22, parallel=2),
        Tune({"C": OneOf(0.1, 1, 10), "penalty": OneOf(None, True)}, jobs=6, strategy="grid", early_stopping=True),
        *(
            Tune(C, objective=name)
            for name in ("average_precision", "roc_auc", "f1", "accuracy", "balanced_accuracy")
        ),
    ],
)
def test_each_way_to_say_it_is_taken(tune: Tune | None) -> None:
    assert data.recipe(tune=tune).tune == tune


@pytest.mark.parametrize(
    ("tune", "said"),
    [
        (MUCH, "tune is 'much': expected Tune({...}), or None"),
        (Tune(MUCH), "tune.ranges is 'much': expected a dict of parameter to range"),
        (Tune(C, jobs=MUCH), "tune.jobs is 'much': expected a whole number"),
        (Tune(C, objective=MUCH), "tune.objective is 'much': expected one of average_precision, roc_auc"),
        (Tune({MUCH: MUCH}), "tune.ranges['much'] is 'much': expected Continuous(low, high), Integer(low, high)"),
        (Tune({**C, **{7: OneOf(1, 2)}}), "a parameter of tune.ranges is 7: expected a text"),  # type: ignore[dict-item]
        (Tune({"C": Continuous(MUCH, 1)}), "tune.ranges['C'].low is 'much': expected a number"),
        (Tune({"C": Integer(1, 2.5)}), "tune.ranges['C'].high is 2.5: expected a whole number"),  # type: ignore[arg-type]
        (Tune({"C": OneOf(MUCH, {})}), "a value of tune.ranges['C'] is {}: expected a text, a number, True"),  # type: ignore[arg-type]
        (Tune({}), "tune.ranges has 0 parameters: expected 1 to 20"),
        (Tune({str(each): OneOf(1, 2) for each in range(21)}), "tune.ranges has 21 parameters: expected 1 to 20"),
        (Tune({"C": Continuous(1, math.inf)}), "tune.ranges['C'] goes from 1 to inf: expected finite numbers"),
        (Tune({"C": Continuous(2, 1)}), "tune.ranges['C'] goes from 2 to 1: expected a smaller number first"),
        (
            Tune({"C": Integer(1, 2**31)}),
            "tune.ranges['C'] goes from 1 to 2147483648: expected 2,147,483,647 at most",
        ),
        (Tune({"C": Integer(0, 9, scale="log")}), "tune.ranges['C'] begins at 0: expected more than 0 for the scale"),
        (Tune({"C": Integer(1, 30, scale="cube")}), "tune.ranges['C'].scale is 'cube': expected one of linear, log"),
        (Tune({"C": OneOf()}), "tune.ranges['C'] has 0 values: expected 1 to 20"),
        (Tune({"C": OneOf(*range(21))}), "tune.ranges['C'] has 21 values: expected 1 to 20"),
        (Tune({"C": OneOf("a", "a")}), "tune.ranges['C'] has a value twice: expected each once"),
        (Tune({"C": OneOf(1, math.nan)}), "tune.ranges['C'] has a number that is not finite"),
        (Tune({"C": OneOf("a", "b" * 61)}), "expected 60 characters at most"),
        (Tune(C, jobs=1), "tune.jobs is 1: expected 2 to 100"),
        (Tune(C, jobs=101), "tune.jobs is 101: expected 2 to 100"),
        (Tune(C, parallel=0), "tune.parallel is 0: expected 1 to 10"),
        (Tune(C, seed=-1), "tune.seed is -1: expected 0 to 2147483647"),
        (Tune(C, strategy="hyperband"), "tune.strategy is 'hyperband': expected one of random, grid, bayesian"),
        (Tune(C, strategy="bayesian"), "tune.strategy is 'bayesian', which needs SageMaker's tuner: write engine="),
        (Tune(C, strategy="grid"), "tune.strategy is 'grid', which tries values, and C has none: write OneOf"),
        (Tune({"C": OneOf(1)}), "tune.ranges leave nothing to choose"),
        (Tune({"C": OneOf(1, 2, 3)}, jobs=2, strategy="grid"), "tune.jobs is 2, and the grid has 3 combinations"),
        (Tune({"C": OneOf(1, 2), "D": Integer(1, 3)}, jobs=7), "tune.jobs is 7, and there are 6 combinations"),
    ],
)
def test_what_makes_no_sense_is_refused(tune: Any, said: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(tune=tune)

    assert said in raised.value.message


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cross_validation_folds": 0}, "tune compares trials by cross-validation, and cross_validation_folds is 0"),
        ({"tune": Tune(C, objective="f1"), "positive": None}, "tune.objective is 'f1', which needs two classes"),
        ({"tune": None, "engine": SageMaker(tuner=True)}, "engine.tuner starts a job for each trial of tune, which"),
        ({"engine": SageMaker(tuner=MUCH)}, "engine.tuner is 'much': expected True or False"),
        (
            {"tune": Tune(C, strategy="bayesian"), "engine": SageMaker()},
            "tune.strategy is 'bayesian', which needs SageMaker's tuner",
        ),
        (
            {"tune": Tune(C, jobs=44), "engine": SageMaker(tuner=True, spot=True)},
            "engine.tuner may take 343,200 s for 44 jobs, 1 at a time, and 172,800 s are the most: lower",
        ),
        (
            {"tune": Tune(C, parallel=0), "engine": SageMaker(tuner=True)},
            "tune.parallel is 0: expected 1 to 10",
        ),
    ],
)
def test_what_does_not_go_with_the_rest_of_a_recipe_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(**{"tune": Tune(C), **changes})

    assert said in raised.value.message


def test_combinations_are_counted() -> None:
    assert Tune({"a": OneOf(1, 2), "b": Integer(0, 4)}).combinations == 10
    assert Tune({"a": OneOf(1, 2), **C}).combinations is None


def test_a_range_of_values_is_written_as_it_is_read() -> None:
    assert repr(OneOf("gini", None)) == "OneOf('gini', None)"


@pytest.mark.parametrize(
    ("tune", "engine"),
    [
        (Tune(C, jobs=41), SageMaker(tuner=True)),
        (Tune(C, jobs=100, parallel=10, strategy="bayesian"), SageMaker(tuner=True, spot=True)),
        (Tune({"C": OneOf(1, 2)}, jobs=100, strategy="grid"), SageMaker(tuner=True, max_runtime_seconds=43_200)),
    ],
)
def test_search_of_two_days_is_taken(tune: Tune, engine: SageMaker) -> None:
    recipe = data.recipe(tune=tune, engine=engine)

    assert recipe.tuned_by_jobs == tune
    assert (recipe.untuned.tune, recipe.untuned.tuned_by_jobs) == (None, None)


def test_search_in_one_job_is_none_of_the_tuner() -> None:
    assert data.recipe(tune=Tune(C), engine="sagemaker").tuned_by_jobs is None
    assert data.recipe(tune=Tune(C)).tuned_by_jobs is None
