from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.folding.minimum import WIDTH_MAX
from lambdas.model.formats.fitted import Levels
from lambdas.model.predictions import Answers
from lambdas.model.recipe import Columns
from lambdas.model.training import cross_validation
from lambdas.model.training.estimator import fit, why_in_one_piece
from tests.given import data


def mistyped(_: Columns) -> Any:
    from sklearn.linear_model import LogisticRegresion

    return LogisticRegresion()


def test_facts_are_ready_for_json_and_tell_how_it_was_fitted() -> None:
    recipe = data.recipe()

    facts = json.loads(json.dumps(fit(recipe, train=data.table(recipe, rows=300)).facts, allow_nan=False))

    assert facts["estimator"] == "Pipeline"
    assert facts["parameters"]["logisticregression__C"] == "1.0"
    assert set(facts["libraries"]) == {"python", "numpy", "scipy", "sklearn"}
    assert facts["iterations"]["logisticregression"][0] > 0
    assert facts["warnings"] == []
    assert facts["train_rows"] == 300


def test_facts_tell_how_an_estimator_that_folds_was_folded() -> None:
    recipe = data.recipe()

    folded = fit(recipe, train=data.table(recipe, rows=300)).facts["folded"]

    assert (folded["method"], folded["passes"] > 3, folded["decrement"] < 1e-13) == ("newton", True, True)


def test_estimator_that_does_not_fold_is_fitted_in_one_piece() -> None:
    recipe = data.numeric_recipe(lambda _: make_pipeline(RobustScaler(), LogisticRegression(max_iter=1)))

    facts = fit(recipe, train=data.table(recipe, rows=300)).facts

    assert facts["folded"] is None
    assert facts["warnings"][0].startswith("ConvergenceWarning: lbfgs")
    assert why_in_one_piece(recipe) == "RobustScaler needs quantiles"


def test_convergence_warning_is_kept_as_text() -> None:
    recipe = data.numeric_recipe(lambda _: LogisticRegression(max_iter=1))

    facts = fit(recipe, train=data.table(recipe, rows=300)).facts

    assert facts["warnings"][0].startswith("ConvergenceWarning: ")
    assert facts["iterations"] == {"LogisticRegression": [1]}


def test_facts_of_a_search_without_a_hessian_that_is_cut_short_are_ready_for_json_too() -> None:
    recipe = data.recipe(
        estimator=lambda columns: make_pipeline(
            ColumnTransformer([("texts", OneHotEncoder(handle_unknown="ignore"), columns.categorical)]),
            LogisticRegression(max_iter=1),
        ),
        cross_validation_folds=0,
    )
    levels = [f"level {place}" for place in range(WIDTH_MAX)]
    table = data.table(recipe, rows=2 * WIDTH_MAX)

    facts = fit(recipe, train=replace(table, categorical=np.array([levels * 2]).T)).facts

    assert json.loads(json.dumps(facts, allow_nan=False))["folded"]["method"] == "trust-ncg"
    assert facts["folded"]["decrement"] is None
    assert facts["warnings"][0].startswith("ConvergenceWarning: the loss still falls")


def test_facts_tell_the_iterations_for_each_class_against_the_rest() -> None:
    recipe = data.three_class_recipe(
        estimator=lambda _: OneVsRestClassifier(LogisticRegression(max_iter=1)), cross_validation_folds=2
    )

    facts = fit(recipe, train=data.table(recipe, rows=300)).facts

    assert facts["iterations"] == {"OneVsRestClassifier": [1, 1, 1]}
    assert facts["warnings"][0].startswith("ConvergenceWarning: the loss still falls after 1 iterations")
    assert facts["cross_validation"]["folds"] == 2


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (lambda _: LogisticRegression(C=-1), "raised InvalidParameterError"),
        (lambda _: LogisticRegression(beauty=1), "raised TypeError"),
        (mistyped, "raised ImportError"),
        (lambda _: LogisticRegresion(), "raised NameError"),  # type: ignore[name-defined]  # noqa: F821
    ],
)
def test_whatever_the_estimator_raises_is_a_failed_training(estimator: Any, words: str) -> None:
    recipe = data.numeric_recipe(estimator)

    with pytest.raises(TrainingFailed, match=f"fitting the estimator of recipe flows {words}") as raised:
        fit(recipe, train=data.table(recipe, rows=50))

    assert raised.value.__cause__ is not None


def test_first_line_of_what_the_estimator_says_is_told() -> None:
    recipe = data.numeric_recipe()
    train = data.table(recipe, rows=50)
    train.numeric[3, 1] = np.nan

    with pytest.raises(TrainingFailed) as raised:
        fit(recipe, train=train)

    assert raised.value.message == (
        "fitting the estimator of recipe flows raised ValueError, which says 'Input X contains NaN.'. A function such"
        " as np.log is not defined for a number of the data, or gives too large a one: give its column a minimum or a"
        " maximum, or take another function"
    )


def test_estimator_that_cannot_be_served_is_not_fitted() -> None:
    class Never(RidgeClassifier):  # type: ignore[misc]
        def fit(self, X: Any, y: Any) -> Any:
            raise AssertionError("fitted")

    recipe = data.numeric_recipe(lambda _: Never())

    with pytest.raises(EstimatorUnsupported, match="Never: it gives no probabilities"):
        fit(recipe, train=data.table(recipe, rows=50))


def test_array_that_does_not_fit_into_memory_is_a_failed_training() -> None:
    def estimator(_: Columns) -> Any:
        raise MemoryError("Unable to allocate 8.8 GiB")

    with pytest.raises(TrainingFailed, match=r"says 'Unable to allocate.*: leave sparse_output=False out"):
        fit(data.numeric_recipe(estimator), train=data.table(data.numeric_recipe(), rows=50))


def test_categories_are_codes_and_unknown_ones_are_minus_1() -> None:
    recipe = data.recipe()
    train, other = data.table(recipe, rows=50), data.table(recipe, rows=3)
    levels = Levels.of(train)
    names = ["SF", "a category longer than any in training", "S"]

    X = levels.encode(replace(other, categorical=np.array([[name] for name in names])))

    assert X[:, 2].tolist() == [levels.of_columns[0].index("SF"), -1, -1]
    assert X.dtype == np.float64


def test_answers_survive_their_files_even_without_rows() -> None:
    recipe = data.recipe()
    fitted = fit(recipe, train=data.table(recipe, rows=100))

    for rows in (0, 5):
        answers = fitted.answers(data.table(recipe, rows=rows))
        back = Answers.from_files(answers.to_files())

        assert back.classes == ("bad", "good")
        assert back.labels.tolist() == answers.labels.tolist()
        assert back.probabilities.tolist() == answers.probabilities.tolist()
        assert back.of("nobody").tolist() == [0.0] * rows


def test_answers_that_do_not_fit_one_another_are_refused() -> None:
    answers = Answers(("a", "b"), np.array(["a"]), np.array([[0.5, 0.5]]))
    files = answers.to_files()

    with pytest.raises(ValueError, match="do not fit"):
        Answers.from_files({**files, "answer_labels.npy": files["answer_classes.npy"]})


@pytest.mark.parametrize(
    ("recipe", "metric"),
    [(data.recipe(), "average_precision"), (data.three_class_recipe(), "balanced_accuracy")],
    ids=["two-classes", "three-classes"],
)
def test_cross_validation_tells_metric_folds_and_spread(recipe: Any, metric: str) -> None:
    found = fit(recipe, train=data.table(recipe, rows=300)).facts["cross_validation"]

    assert (found["metric"], found["folds"], found["rows"]) == (metric, 3, 300)
    assert len(found["scores"]) == 3
    assert 0.4 < found["mean"] <= 1


def test_cross_validation_is_bounded_in_rows() -> None:
    recipe = data.numeric_recipe()
    train = data.table(recipe, rows=cross_validation.ROWS_MAX + 1000)

    assert fit(recipe, train=train).facts["cross_validation"]["rows"] == cross_validation.ROWS_MAX


@pytest.mark.parametrize(
    ("rows", "folds", "words"), [(300, 0, "the recipe asks for none"), (8, 20, "fewer than 20 folds")]
)
def test_cross_validation_that_is_left_out_says_why(rows: int, folds: int, words: str) -> None:
    recipe = data.numeric_recipe(cross_validation_folds=folds)

    assert words in fit(recipe, train=data.table(recipe, rows=rows)).facts["cross_validation"]["left_out"]


def test_fold_that_cannot_be_fitted_does_not_fail_the_training() -> None:
    class Whole(LogisticRegression):  # type: ignore[misc]
        def fit(self, X: Any, y: Any) -> Any:
            if len(y) < 100:
                raise ValueError("too few")
            return super().fit(X, y)

    def estimator(_: Columns) -> Any:
        return make_pipeline(StandardScaler(), data.passing_for_its_base(Whole)(solver="liblinear"))

    recipe = data.numeric_recipe(estimator)

    found = fit(recipe, train=data.table(recipe, rows=100)).facts["cross_validation"]

    assert found == {"left_out": "fitting a fold raised ValueError, which says 'too few'"}
