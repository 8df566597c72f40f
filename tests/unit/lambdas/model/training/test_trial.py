from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.formats.fitted import Levels
from lambdas.model.formats.scorecard import size
from lambdas.model.formats.scorecard.export import export
from lambdas.model.reading.cells import category_check, number_problem
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, LinearLearner, Numeric, XGBoost, at_least
from lambdas.model.training import trial
from lambdas.model.training.estimator import fit
from tests.given import data

TEXT = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=128)
BOUND = st.none() | st.floats(-1e30, 1e30)


def encoding_all(columns: Columns) -> Any:
    everything = [*columns.numeric, *columns.categorical]
    return make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()) if everything else None


def one_hot_only(columns: Columns) -> Any:
    encoder = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(make_column_transformer((encoder, columns.categorical)), LogisticRegression(max_iter=1))


@given(bounds=st.tuples(BOUND, BOUND), allowed=st.none() | st.lists(TEXT, min_size=1, unique=True))
def test_made_up_rows_are_such_as_the_recipe_permits(
    bounds: tuple[float | None, float | None], allowed: list[str] | None
) -> None:
    if None not in bounds:
        bounds = (min(bounds), max(bounds))  # type: ignore[type-var]
    number, text = Numeric("x", *bounds), Categorical("c", allowed)
    recipe = data.three_class_recipe(columns=[number, text])

    made = trial.made_up(recipe)

    assert [
        number_problem(each, column=number)
        for each in made.numeric[:, 0].tolist()
        if number_problem(each, column=number)
    ] == []
    assert [each for each in made.categorical[:, 0].tolist() if category_check(text)(each)] == []
    assert np.unique(made.labels, return_counts=True)[1].tolist() == [trial.ROWS_OF_A_CLASS] * 3


def test_declared_categories_all_occur() -> None:
    recipe = data.recipe(columns=[Categorical("c", [f"c{place}" for place in range(500)])])

    assert len(np.unique(trial.made_up(recipe).categorical)) == 500


@pytest.mark.parametrize("recipe", [data.recipe(), data.three_class_recipe(), data.numeric_recipe()])
def test_recipe_that_can_be_served_is_tried_without_a_word(recipe: Any) -> None:
    trial.try_out(recipe)


def projecting(components: int) -> Any:
    def estimator(columns: Columns) -> Any:
        encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
        return make_pipeline(
            make_column_transformer((encoder, columns.categorical)),
            PCA(n_components=components),
            LogisticRegression(),
        )

    return estimator


@pytest.mark.parametrize("components", [trial.LEVELS, trial.LEVELS + 1, 50])
def test_columns_that_any_categories_make_may_be_more_than_few(components: int) -> None:
    trial.try_out(data.recipe(estimator=projecting(components)))


def test_columns_that_only_so_many_categories_make_are_not_more() -> None:
    few = data.recipe(columns=[Categorical("c", ["a", "b"])], estimator=projecting(3))

    with pytest.raises(TrainingFailed, match="n_components=3 must be between 0 and"):
        trial.try_out(few)
    with pytest.raises(
        TrainingFailed, match=r"n_components=999 must be between 0 and min\(n_samples, n_features\)=4 "
    ):
        trial.try_out(data.recipe(estimator=projecting(999)))


def test_encoder_over_a_numeric_column_is_refused_without_data() -> None:
    with pytest.raises(EstimatorUnsupported, match="OneHotEncoder stands over a column that is declared Numeric"):
        trial.try_out(data.recipe(estimator=encoding_all))


def test_estimator_that_scikit_learn_does_not_take_is_refused_without_data() -> None:
    recipe = data.three_class_recipe(estimator=lambda _: LogisticRegression(solver="liblinear"))

    with pytest.raises(TrainingFailed, match="raised ValueError"):
        trial.try_out(recipe)


def test_estimator_that_needs_more_rows_than_the_trial_has_is_left_to_the_fit() -> None:
    recipe = data.numeric_recipe(lambda _: LogisticRegressionCV(cv=300, Cs=1))

    trial.foresee(recipe, train=data.table(recipe, rows=1000))


def test_what_cannot_be_served_is_refused_before_the_whole_part_is_fitted() -> None:
    fitted_rows: list[int] = []
    encoder = data.encoder_that_notes(fitted_rows)
    recipe = data.recipe(estimator=lambda _: make_pipeline(encoder, LogisticRegression(solver="liblinear")))

    with pytest.raises(EstimatorUnsupported):
        trial.foresee(recipe, train=data.table(recipe, rows=5000))

    assert fitted_rows == [2 * trial.ROWS_OF_A_CLASS]


def huge(recipe: Any, *, levels: int) -> Table:
    base = data.table(recipe, rows=levels)
    return Table(
        base.numeric, np.array([[f"{'a long name of a level':>60} {row}"] for row in range(levels)]), base.labels
    )


def test_scorecard_that_would_be_too_large_is_refused_with_its_size_before_the_fit() -> None:
    recipe = data.recipe(estimator=one_hot_only)

    with pytest.raises(EstimatorUnsupported) as raised:
        trial.foresee(recipe, train=huge(recipe, levels=300_000))

    assert raised.value.message.startswith(
        "the scorecard of recipe flows takes 48 MB, and Lambda serves 40 MB at most: it holds weights of 2 classes"
        " for 300,000 categories, 300,000 of them of column flag. Leave that column out"
    )


def test_size_that_does_not_grow_with_the_rows_is_not_estimated() -> None:
    assert trial.expected(data.recipe(), train=data.table(data.recipe(), rows=5000)) is None


def test_size_is_not_estimated_where_the_fit_itself_tells_it_as_soon() -> None:
    recipe = data.numeric_recipe(lambda _: DecisionTreeClassifier())

    assert trial.expected(recipe, train=data.table(recipe, rows=trial.MORE_ROWS)) is None


def test_size_is_not_estimated_where_fewer_rows_cannot_be_fitted() -> None:
    recipe = data.numeric_recipe(lambda _: GridSearchCV(DecisionTreeClassifier(), {}, cv=1000))

    assert trial.expected(recipe, train=data.table(recipe, rows=trial.MORE_ROWS + 1)) is None


def test_size_that_is_foreseen_is_about_the_size_that_comes() -> None:
    recipe = data.recipe(estimator=one_hot_only, cross_validation_folds=0)
    train = huge(recipe, levels=2000)
    content = export(fit(recipe, train=train)).content

    foreseen = size.expected_bytes(json.loads(content), levels={"flag": Levels.of(train).of_columns[0]})

    assert foreseen == pytest.approx(len(content), rel=0.05)


def test_artifact_that_came_out_too_large_is_refused_all_the_same() -> None:
    recipe = data.recipe()
    levels = Levels.of(data.table(recipe, rows=100))

    size.check_size(recipe, size_bytes=size.ARTIFACT_BYTES_MAX, levels=levels)
    with pytest.raises(EstimatorUnsupported, match="takes 41 MB"):
        size.check_size(recipe, size_bytes=41_000_000, levels=levels)


def test_weights_of_classes_whose_names_are_numbers_are_refused_with_the_way_to_write_them() -> None:
    def weighted(_: Columns) -> Any:
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(class_weight={"0": 1, "1": 5})

    recipe = data.numeric_recipe(
        weighted,
        classes={"0": "0", "1": "1"},
        positive="1",
        thresholds=[at_least("recall", of="1", bound=0.5), at_least("precision", of="1", bound=0.3)],
    )

    with pytest.raises(
        TrainingFailed, match=r"class names: 0, 1\. .* as a whole number: write \{0: \.\.\.\}"
    ) as told:
        trial.try_out(recipe)
    assert "or name the classes by words, as in classes={'0': 'yes', ...}" in told.value.message


def test_algorithm_of_sagemakers_is_not_tried() -> None:
    made = data.recipe(estimator=LinearLearner(), engine="sagemaker")

    assert trial.try_out(made) == ("LinearLearner is a closed image of SageMaker's: nothing was fitted here",)
    trees, rows = data.recipe(estimator=XGBoost(), engine="sagemaker"), trial.made_up(made)
    trial.foresee(trees, train=rows)
    assert trial.expected(trees, train=rows.take(np.arange(len(rows)).repeat(100))) is None
