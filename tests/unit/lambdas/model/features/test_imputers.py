"""Which SimpleImputer a column comes to first, and that a run fills its missing values as that would."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, RobustScaler, StandardScaler

from chalicelib.errors import EstimatorUnsupported, TrainingFailed
from lambdas.model.features.imputers import ways, why_not
from lambdas.model.filling import commonest
from lambdas.model.filling.commonest import Numbers
from lambdas.model.filling.fills import fills
from lambdas.model.folding.total import Rows
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.formats.scorecard.export import export
from lambdas.model.gate.parity import compare_answers
from lambdas.model.recipe import Categorical, Columns, Numeric
from lambdas.model.training.estimator import fit
from tests.given import data
from tests.unit.lambdas.model.filling.test_fills import cut

MEAN, MEDIAN = ("mean", 0.0), ("median", 0.0)
MIDDLE = SimpleImputer(strategy="median")


@pytest.mark.parametrize(
    ("estimator", "found"),
    [
        (make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()), [MEAN, MEAN]),
        (make_pipeline("passthrough", None, FunctionTransformer(), MIDDLE, LogisticRegression()), [MEDIAN, MEDIAN]),
        (make_pipeline(StandardScaler(), SimpleImputer(), LogisticRegression()), [None, None]),
        (make_pipeline(FunctionTransformer(np.log1p), SimpleImputer()), [None, None]),
        (make_pipeline(make_pipeline("passthrough"), make_pipeline(MIDDLE)), [MEDIAN, MEDIAN]),
        (LogisticRegression(), [None, None]),
        (make_pipeline("passthrough"), [None, None]),
        (make_column_transformer((SimpleImputer(), [1]), (MIDDLE, [0])), [MEDIAN, MEAN]),
        (make_column_transformer((SimpleImputer(), [0]), remainder="passthrough"), [MEAN, None]),
        (make_column_transformer((SimpleImputer(), [0]), remainder=MIDDLE), [MEAN, MEDIAN]),
        (make_column_transformer((SimpleImputer(), slice(0, 2))), [MEAN, MEAN]),
        (make_column_transformer((SimpleImputer(), [True, False]), ("drop", [1])), [MEAN, None]),
        (make_column_transformer((SimpleImputer(), [0, 1]), (MIDDLE, [1])), [MEAN, None]),
        (make_column_transformer((SimpleImputer(), [0, 1]), ("passthrough", [1])), [MEAN, None]),
        (make_column_transformer((SimpleImputer(), lambda X: [0])), [None, None]),
        (make_union(SimpleImputer(), make_pipeline(SimpleImputer(), StandardScaler())), [MEAN, MEAN]),
        (make_union(SimpleImputer(), "passthrough"), [None, None]),
        (SimpleImputer(strategy="most_frequent"), [("most_frequent", 0.0)] * 2),
        (SimpleImputer(strategy="constant"), [("constant", 0.0)] * 2),
        (SimpleImputer(strategy="constant", fill_value=-1), [("constant", -1.0)] * 2),
        (SimpleImputer(strategy="constant", fill_value="x"), [None, None]),
        (SimpleImputer(strategy=np.ptp), [None, None]),
    ],
)
def test_a_column_is_filled_by_the_imputer_that_it_comes_to_first(estimator: Any, found: list[Any]) -> None:
    assert ways(estimator, columns=2) == found


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (SimpleImputer(), ""),
        (SimpleImputer(add_indicator=True), "add_indicator=True needs the missing values"),
        (SimpleImputer(missing_values=-1), "missing_values is set: list the texts"),
        (SimpleImputer(missing_values=1.0), "missing_values is set"),
    ],
)
def test_an_imputer_that_asks_for_more_than_filling_is_refused(step: Any, words: str) -> None:
    assert why_not(step).startswith(words) and bool(why_not(step)) == bool(words)


@pytest.mark.parametrize("scaler", [StandardScaler, RobustScaler])
@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
def test_a_fit_is_the_same_as_scikit_learns_with_the_imputer_alone(strategy: str, scaler: Any) -> None:
    def estimator(columns: Columns) -> Any:
        numbers = make_pipeline(SimpleImputer(strategy=strategy), scaler())
        texts = OneHotEncoder(handle_unknown="ignore")
        prepare = make_column_transformer((numbers, columns.numeric), (texts, columns.categorical))
        return make_pipeline(prepare, LogisticRegression(solver="newton-cholesky", tol=1e-10))

    recipe = data.recipe(
        columns=[Numeric("size", missing="imputer"), Numeric("age", missing="imputer"), Categorical("flag")],
        estimator=estimator,
        cross_validation_folds=0,
    )
    train = data.table(recipe, rows=300)
    numeric = np.round(train.numeric)
    numeric[np.random.default_rng(1).random(numeric.shape) < 0.3] = np.nan
    train = replace(train, numeric=numeric)

    fitted = fit(recipe, train=train)

    alone = estimator(recipe.positions).fit(fitted.levels.encode(train), train.labels)
    answers = fitted.answers(train)
    assert np.abs(alone.predict_proba(fitted.levels.encode(train)) - answers.probabilities).max() < 1e-6
    parity = compare_answers(load(export(fitted).content).score(train.features(recipe)), estimator=answers)
    assert (parity.mismatches, parity.largest < 1e-9) == (0, True)
    statistics = SimpleImputer(strategy=strategy).fit(numeric).statistics_
    assert fitted.fills.of_columns == pytest.approx(statistics.tolist(), rel=1e-14)


def test_a_column_that_no_imputer_fills_is_refused_with_what_to_write() -> None:
    recipe = data.recipe(columns=[Numeric("size", missing="imputer")])

    with pytest.raises(EstimatorUnsupported, match=r"size says missing='imputer', .* write missing='median'"):
        fits = cut(np.ones((2, 1)))
        fills(recipe, total=fits.total, estimator=make_pipeline(StandardScaler(), LogisticRegression()))


def test_of_numbers_as_frequent_the_smallest_is_taken_however_the_rows_are_cut() -> None:
    numbers = np.array([[3.0], [np.nan], [1.0], [3.0], [-0.0], [1.0], [0.0], [np.nan], [np.nan]])
    recipe = data.recipe(columns=[Numeric("size", missing="imputer")])
    imputer = SimpleImputer(strategy="most_frequent")

    for places in ([], [1], [2, 5], [0, 9]):
        found = fills(recipe, total=cut(numbers, *places).total, estimator=imputer)
        assert found.of_columns == (0.0,)


def test_a_column_of_nothing_or_of_too_many_different_numbers_has_no_most_frequent_one() -> None:
    recipe = data.recipe(columns=[Numeric("size", missing="imputer")])
    with pytest.raises(TrainingFailed, match="so it has no most_frequent"):
        fills(recipe, total=cut(np.full((2, 1), np.nan)).total, estimator=SimpleImputer(strategy="most_frequent"))

    many = np.arange(float(commonest.DIFFERENT_MAX))
    most = Numbers("size", many, np.ones(len(many), dtype=np.int64))
    assert (most + Numbers("size", many[:1], np.ones(1, dtype=np.int64))).commonest == 0
    with pytest.raises(TrainingFailed, match="column size has more than 1,000,000 different numbers"):
        most + Numbers("size", np.array([-1.0]), np.ones(1, dtype=np.int64))


def test_rows_of_one_part_are_counted_at_once() -> None:
    rows: Rows = cut(np.array([[2.0], [2.0], [1.0]]))

    assert rows.total(lambda part: Numbers.of(part, column=0, name="x")).commonest == 2.0
