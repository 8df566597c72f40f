"""The search for the best parameters, on rows of which some parameters make more than others."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_info

from chalicelib.errors import DatasetTooLarge, EstimatorUnsupported, RecipeInvalid, TrainingFailed
from chalicelib.quality.trials import Tuning
from lambdas.model.arrays import Floats, Texts
from lambdas.model.gate.thresholds import at_least
from lambdas.model.recipe import Columns, Continuous, Integer, OneOf, Recipe, Tune
from lambdas.model.recipe.tuning.ranges import Range
from lambdas.model.training import trial
from lambdas.model.training.cross_validation import cross_validate
from lambdas.model.training.estimator import fit, format_for, why_in_one_piece
from lambdas.model.training.search import searching
from lambdas.model.training.search.foretelling import foretold
from lambdas.model.training.search.searching import Around
from tests.given import data

DEPTHS: Mapping[str, Range] = {"max_depth": Integer(1, 8), "criterion": OneOf("gini", "entropy")}


def tree(_: Columns) -> Any:
    return DecisionTreeClassifier(random_state=0)


def tuned(tune: Tune, estimator: Callable[[Columns], Any] = tree, **changes: Any) -> Recipe:
    return data.numeric_recipe(estimator, tune=tune, **changes)


def checkers(rows: int = 900) -> tuple[Floats, Texts]:
    """The class of a row is the colour of its field on a board, so shallow trees know little of it."""
    X = np.random.default_rng(1).random((rows, 2))
    noise = np.random.default_rng(2).random(rows) < 0.05
    is_bad = (np.floor(4 * X).sum(axis=1) % 2 == 1) ^ noise
    return X, np.where(is_bad, "bad", "good")


def search(recipe: Recipe, *, rows: int = 900, memory_mb: int = 1769) -> tuple[Recipe, dict[str, Any]]:
    X, labels = checkers(rows)
    chosen, found = searching.search(recipe, X=X, labels=labels, memory_mb=memory_mb, around=AROUND)
    assert found is not None
    return chosen, found


def quietly(event: str, **facts: Any) -> None:
    """Nobody listens."""


def counting() -> Callable[[], float]:
    """A clock that goes on by a second whenever it is asked."""
    seconds = itertools.count()
    return lambda: float(next(seconds))


AROUND = Around(quietly, counting())


def test_trials_differ_and_the_best_one_is_taken() -> None:
    chosen, found = search(tuned(Tune({"max_depth": Integer(1, 8)}, jobs=8)))

    means = {each["parameters"]["max_depth"]: each["mean"] for each in found["trials"]}
    assert sorted(means) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert max(means.values()) - means[1] > 0.2
    best = found["trials"][found["best"] - 1]
    assert best["mean"] == max(means.values())
    assert chosen.estimator(chosen.positions).max_depth == best["parameters"]["max_depth"]
    assert (chosen.tune, chosen.format) == (None, "trees")


def test_mean_and_spread_of_a_trial_are_those_of_a_cross_validation_with_its_parameters() -> None:
    X, labels = checkers()

    chosen, found = search(tuned(Tune(DEPTHS, jobs=6)))

    facts, best = cross_validate(chosen, X=X, labels=labels).facts, found["trials"][found["best"] - 1]
    assert (found["objective"], found["folds"], found["rows"]) == (facts["metric"], facts["folds"], facts["rows"])
    assert best["mean"] == pytest.approx(facts["mean"], abs=1e-12)
    assert best["standard_deviation"] == pytest.approx(facts["standard_deviation"], abs=1e-12)


def told_twice(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [{name: each for name, each in trial.items() if name != "seconds"} for trial in found["trials"]]


@pytest.mark.parametrize("parallel", [1, 2])
def test_the_same_recipe_and_rows_give_the_same_trials_one_at_a_time_or_two(parallel: int) -> None:
    first = search(tuned(Tune(DEPTHS, jobs=6)))[1]
    again = search(tuned(Tune(DEPTHS, jobs=6, parallel=parallel)))[1]

    assert told_twice(first) == told_twice(again)


def test_another_seed_draws_other_trials() -> None:
    first, other = (search(tuned(Tune(DEPTHS, jobs=6, seed=seed)))[1] for seed in (0, 1))

    assert told_twice(first) != told_twice(other)


def test_a_grid_tries_all_combinations() -> None:
    ranges = {"max_depth": OneOf(1, 6), "criterion": OneOf("gini", "entropy")}

    found = search(tuned(Tune(ranges, strategy="grid")))[1]

    tried = [(each["parameters"]["criterion"], each["parameters"]["max_depth"]) for each in found["trials"]]
    assert sorted(tried) == [("entropy", 1), ("entropy", 6), ("gini", 1), ("gini", 6)]


@pytest.mark.parametrize("strategy", ["random", "grid"])
def test_trials_that_stop_early_begin_on_few_rows_and_the_better_third_goes_on(strategy: str) -> None:
    ranges = {"max_depth": OneOf(1, 2, 3, 4, 5, 6, 7, 8, 9)}

    found = search(tuned(Tune(ranges, jobs=9, strategy=strategy, early_stopping=True)))[1]

    rows = [each["rows"] for each in found["trials"]]
    assert (rows.count(rows[0]), rows.count(3 * rows[0]), rows.count(9 * rows[0]), len(rows)) == (9, 3, 1, 13)
    assert 9 * rows[0] <= 900
    assert found["best"] == 13


def test_progress_is_told_trial_by_trial() -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    X, labels = checkers()

    searching.search(
        tuned(Tune(DEPTHS, jobs=4)),
        X=X,
        labels=labels,
        memory_mb=1769,
        around=Around(lambda event, **facts: told.append((event, facts)), counting()),
    )

    names = [event for event, _ in told]
    assert names == ["tuning_began", *["tuning_goes_on"] * 4, "tuning_ended"]
    assert told[0][1]["trials"] == 4
    assert [facts["trials_done"] for event, facts in told if event == "tuning_goes_on"] == [1, 2, 3, 4]


def test_a_trial_that_cannot_be_fitted_has_no_value_and_the_reason_is_kept() -> None:
    ranges = {"max_depth": OneOf(3, 4), "criterion": OneOf("gini", "ginny")}

    found = search(tuned(Tune(ranges, strategy="grid")))[1]

    means = {each["parameters"]["criterion"]: each["mean"] for each in found["trials"]}
    assert means["ginny"] is None
    assert found["trials"][found["best"] - 1]["parameters"]["criterion"] == "gini"
    assert "'criterion' parameter of DecisionTreeClassifier must be a str among" in found["warnings"][0]
    assert Tuning.of(json.loads(json.dumps(found, allow_nan=False))).best == found["best"]


def test_where_no_trial_can_be_fitted_training_fails_with_the_reason() -> None:
    recipe = tuned(Tune({"criterion": OneOf("ginny", "entropie")}, jobs=2))

    with pytest.raises(TrainingFailed, match=r"no trial of recipe flows could be fitted: .*must be a str among"):
        search(recipe)


def test_where_no_trial_has_a_value_training_fails() -> None:
    X, labels = checkers()
    recipe = tuned(Tune({"max_depth": Integer(1, 8)}, jobs=2, objective="roc_auc"), cross_validation_folds=2)

    with pytest.raises(TrainingFailed, match="no trial of recipe flows has a value of roc_auc in all folds"):
        searching.search(
            recipe, X=X[labels == "good"], labels=labels[labels == "good"], memory_mb=1769, around=AROUND
        )


def test_an_estimator_whose_function_raises_is_named() -> None:
    def broken(_: Columns) -> Any:
        raise ValueError("no such thing")

    with pytest.raises(TrainingFailed, match="tuning the estimator of recipe flows raised ValueError"):
        search(tuned(Tune(DEPTHS, jobs=2), broken))


def test_memory_that_is_too_small_for_the_trials_is_told_before_the_first() -> None:
    with pytest.raises(DatasetTooLarge, match=r"10 trials at a time of 50,000 rows .*: lower tune.parallel, or give"):
        search(tuned(Tune(DEPTHS, jobs=10, parallel=10)), rows=60_000, memory_mb=215)


def test_classes_that_are_numbers_are_found_by_their_weights() -> None:
    def forest(_: Columns) -> Any:
        return RandomForestClassifier(n_estimators=5, class_weight="balanced", random_state=0)

    recipe = tuned(
        Tune({"max_depth": Integer(1, 8)}, jobs=3), forest, classes={"1": "1", "7": "7"}, positive="7",
        thresholds=[at_least("recall", of="7", bound=0.5), at_least("precision", of="7", bound=0.3)],
    )  # fmt: skip
    X, labels = checkers()

    _, found = searching.search(
        recipe, X=X, labels=np.where(labels == "bad", "7", "1"), memory_mb=1769, around=AROUND
    )

    assert found is not None
    assert found["trials"][found["best"] - 1]["mean"] > 0.7


def test_threads_of_the_blas_are_as_before() -> None:
    before = [each["num_threads"] for each in threadpool_info()]

    search(tuned(Tune(DEPTHS, jobs=2)))

    assert [each["num_threads"] for each in threadpool_info()] == before


def test_without_ranges_nothing_is_searched() -> None:
    recipe = data.numeric_recipe()
    X, labels = checkers()

    assert searching.search(recipe, X=X, labels=labels, memory_mb=1, around=AROUND) == (recipe, None)


def test_an_estimator_folds_where_all_that_may_be_chosen_do() -> None:
    def logistic(_: Columns) -> Any:
        return LogisticRegression(random_state=0)

    strengths = Tune({"C": Continuous(0.01, 100, scale="log")}, jobs=2)
    solvers = Tune({"solver": OneOf("lbfgs", "liblinear")}, jobs=2)

    assert why_in_one_piece(tuned(strengths, logistic)) == ""
    assert "solver='liblinear' penalises the intercept" in why_in_one_piece(tuned(solvers, logistic))
    assert format_for(tuned(solvers, logistic)) == "scorecard"


def test_what_may_be_chosen_and_could_not_be_served_is_refused_before_any_row() -> None:
    with pytest.raises(RecipeInvalid, match=r"tune.ranges names 'depth'"):
        format_for(tuned(Tune({"depth": Integer(1, 2)}, jobs=2)))
    with pytest.raises(EstimatorUnsupported):
        format_for(tuned(Tune({"criterion": OneOf("gini", "entropy")}, jobs=2), format="scorecard"))


def test_ends_of_the_ranges_are_tried_on_rows_that_are_made_up() -> None:
    assert trial.try_out(tuned(Tune(DEPTHS, jobs=2))) == []

    with pytest.raises(TrainingFailed, match="with max_depth=0, which tune allows: fitting the estimator of recipe"):
        trial.try_out(tuned(Tune({"max_depth": Integer(0, 8)}, jobs=2)))


def test_the_time_of_all_trials_is_foretold_by_that_of_one_fit() -> None:
    recipe = tuned(Tune(DEPTHS, jobs=4))
    train = data.table(recipe, rows=300)

    found = foretold(recipe, train=train, clock=counting())

    assert found is not None
    assert (found.trials, found.folds, found.rows) == (4, 3, 300)
    assert (found.fit_seconds, found.seconds) == (1.0, 12.0)
    assert foretold(data.numeric_recipe(tree), train=train, clock=counting()) is None


def test_nothing_is_foretold_of_rows_that_cannot_be_fitted_alone() -> None:
    recipe = tuned(Tune({"C": Continuous(1, 2)}, jobs=2), lambda _: LogisticRegression())
    train = data.table(recipe, rows=300)

    assert foretold(recipe, train=train.take(np.flatnonzero(train.labels == "good")), clock=counting()) is None


def test_a_table_is_searched_as_its_fit_encodes_it() -> None:
    recipe = data.recipe(tune=Tune({"logisticregression__C": Continuous(0.001, 10, scale="log")}, jobs=3))
    train = data.table(recipe, rows=300)

    chosen, found = searching.of_table(recipe, train=train, memory_mb=1769, around=AROUND)

    assert found is not None
    best = found["trials"][found["best"] - 1]
    facts = fit(chosen, train=train).facts
    assert facts["parameters"]["logisticregression__C"] == repr(best["parameters"]["logisticregression__C"])
    assert facts["cross_validation"]["mean"] == pytest.approx(best["mean"], abs=1e-12)
