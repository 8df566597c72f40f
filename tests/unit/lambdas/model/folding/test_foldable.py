from __future__ import annotations

from typing import Any

import pytest
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, RobustScaler, StandardScaler
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection

from lambdas.model.folding.foldable import why_not


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        LogisticRegression(solver="newton-cholesky", C=3.0, class_weight="balanced"),
        LogisticRegression(solver="saga", fit_intercept=False),
        LogisticRegression(penalty=None),
        LogisticRegression(penalty="l2"),
        make_pipeline("passthrough", FunctionTransformer(), LogisticRegression()),
        make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression())),
        make_pipeline(
            make_column_transformer((StandardScaler(), [0]), (OneHotEncoder(drop="first"), [1]), ("drop", [2])),
            make_pipeline(StandardScaler(), LogisticRegression()),
        ),
    ],
)
def test_scalers_and_encoders_before_a_smooth_logistic_regression_fold(estimator: Any) -> None:
    assert why_not(estimator) == ""


@pytest.mark.parametrize(
    ("estimator", "words"),
    [
        (make_pipeline(RobustScaler(), LogisticRegression()), "RobustScaler needs quantiles"),
        (make_pipeline(OneHotEncoder(min_frequency=5), LogisticRegression()), "OneHotEncoder joins rare categories"),
        (LogisticRegression(solver="liblinear"), "solver='liblinear' penalises the intercept too"),
        (LogisticRegression(solver="saga", l1_ratio=0.5), "an l1 penalty has no smooth loss"),
        (LogisticRegression(solver="saga", penalty="l1"), "an l1 penalty has no smooth loss"),
        (LogisticRegressionCV(), "LogisticRegressionCV cross-validates its penalty"),
        (LinearDiscriminantAnalysis(), "LinearDiscriminantAnalysis is fitted by a decomposition"),
        (SGDClassifier(loss="log_loss"), "SGDClassifier goes through the rows in an order of its own"),
        (OneVsRestClassifier(LogisticRegression(solver="liblinear")), "penalises the intercept too"),
        (OneVsRestClassifier(SGDClassifier(loss="log_loss")), "SGDClassifier goes through the rows in an order"),
        (MultinomialNB(), "MultinomialNB counts every row of each class at once"),
        (ComplementNB(), "ComplementNB counts every row of each class at once"),
        (GridSearchCV(LogisticRegression(), {"C": [1]}), "GridSearchCV fits its candidates on all rows, again"),
        (make_pipeline(PCA(), LogisticRegression()), "PCA is fitted by a decomposition of all rows"),
        (make_pipeline(SparseRandomProjection(), LogisticRegression()), "SparseRandomProjection draws its own"),
        (make_pipeline(GaussianRandomProjection(), LogisticRegression()), "GaussianRandomProjection draws its own"),
        (object(), "builtins.object has no form as sums"),
        (make_pipeline(object(), LogisticRegression()), "builtins.object has no form as sums"),
    ],
)
def test_others_say_why_they_do_not(estimator: Any, words: str) -> None:
    assert words in why_not(estimator)


ENCODE = make_column_transformer((OneHotEncoder(), [1]))
SCALE = make_column_transformer((StandardScaler(), [0]), remainder="passthrough")


@pytest.mark.parametrize(
    "estimator",
    [
        make_pipeline(StandardScaler(), ENCODE, LogisticRegression()),
        make_pipeline(SCALE, make_pipeline("passthrough", OneHotEncoder()), LogisticRegression()),
        make_pipeline(
            make_column_transformer((make_pipeline(StandardScaler(), OneHotEncoder()), [1])), LogisticRegression()
        ),
        make_pipeline(StandardScaler(), make_pipeline(ENCODE, LogisticRegression())),
    ],
)
def test_categories_that_were_scaled_before_are_known_from_all_rows_alone(estimator: Any) -> None:
    assert why_not(estimator) == "OneHotEncoder behind a StandardScaler has categories that only all rows tell"


def test_each_reason_is_told_once() -> None:
    twice = make_column_transformer((RobustScaler(), [0]), (make_pipeline(RobustScaler()), [1]))

    assert why_not(make_pipeline(twice, LinearDiscriminantAnalysis())) == (
        "RobustScaler needs quantiles; LinearDiscriminantAnalysis is fitted by a decomposition of all rows"
    )
