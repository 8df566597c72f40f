from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import FixedThresholdClassifier, GridSearchCV, TunedThresholdClassifierCV
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, PowerTransformer, StandardScaler
from sklearn.tree import DecisionTreeClassifier, ExtraTreeClassifier

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.features import missing
from lambdas.model.formats.refusals import THRESHOLD
from lambdas.model.formats.trees.supported import (
    CODES,
    INCREASING,
    LEARNS,
    MIXES,
    WITHOUT_TREES,
    XGBOOST_INSIDE,
    check,
)
from lambdas.model.recipe import month
from tests.fakes.xgboost import XGBClassifier

FOREST = RandomForestClassifier()


@pytest.mark.parametrize(
    "estimator",
    [
        FOREST,
        make_pipeline(None, "passthrough", StandardScaler(), SimpleImputer(), FOREST),
        make_pipeline(make_column_transformer((OneHotEncoder(), [0]), remainder="drop"), FOREST),
        make_pipeline(make_union(SelectKBest(k=1), "passthrough"), make_pipeline(FOREST)),
        make_pipeline(FunctionTransformer(), DecisionTreeClassifier()),
        make_pipeline(FunctionTransformer(month), DecisionTreeClassifier()),
        GridSearchCV(make_pipeline(StandardScaler(), FOREST), {"randomforestclassifier__max_depth": [2, 3]}),
        AdaBoostClassifier(),
        AdaBoostClassifier(ExtraTreeClassifier()),
        CalibratedClassifierCV(make_pipeline(StandardScaler(), FOREST), method="isotonic"),
        GridSearchCV(CalibratedClassifierCV(FOREST), {"method": ["sigmoid", "isotonic"]}),
        CalibratedClassifierCV(GridSearchCV(FOREST, {"max_depth": [2, 3]})),
        VotingClassifier([("a", CalibratedClassifierCV(FOREST)), ("out", "drop")], voting="soft"),
        BaggingClassifier(),
        BaggingClassifier(ExtraTreeClassifier(), max_features=0.5),
        GradientBoostingClassifier(init="zero"),
        HistGradientBoostingClassifier(categorical_features=[2, 3]),
        HistGradientBoostingClassifier(categorical_features="from_dtype"),
    ],
)
def test_estimators_that_are_served(estimator: Any) -> None:
    check(estimator)


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (None, "None: the recipe's function `estimator` returns no estimator"),
        (RandomForestClassifier, "RandomForestClassifier: it is a class, not an object"),
        (LogisticRegression(), f"LogisticRegression: {WITHOUT_TREES}"),
        (BaggingClassifier(LogisticRegression()), "BaggingClassifier: its estimator is not a tree"),
        (VotingClassifier([("forest", FOREST)]), "VotingClassifier: it gives no probabilities: set voting='soft'"),
        (
            VotingClassifier([("forest", FOREST), ("sums", LogisticRegression())], voting="soft"),
            f"VotingClassifier: of its estimator LogisticRegression: {WITHOUT_TREES}",
        ),
        (
            VotingClassifier([("boosted", XGBClassifier("binary.json"))], voting="soft"),
            f"VotingClassifier: of its estimator XGBClassifier: {XGBOOST_INSIDE}",
        ),
        (StackingClassifier([("forest", FOREST)]), f"StackingClassifier: {LEARNS}"),
        (CalibratedClassifierCV(), "CalibratedClassifierCV: its estimator is left out, so it is LinearSVC"),
        (CalibratedClassifierCV(FOREST, method="temperature"), "CalibratedClassifierCV: with method='temperature'"),
        (
            CalibratedClassifierCV(make_pipeline(PCA(), FOREST)),
            f"CalibratedClassifierCV: of its estimator PCA: {MIXES}",
        ),
        (FixedThresholdClassifier(FOREST), f"FixedThresholdClassifier: {THRESHOLD}"),
        (TunedThresholdClassifierCV(FOREST), f"TunedThresholdClassifierCV: {THRESHOLD}"),
        (make_pipeline(PCA(), FOREST), f"PCA: {MIXES}"),
        (make_pipeline(StandardScaler, FOREST), "StandardScaler: it is a class, not an object"),
        (make_pipeline(LogisticRegression(), FOREST), "LogisticRegression: it transforms nothing"),
        (make_pipeline(PowerTransformer(), FOREST), f"PowerTransformer: {INCREASING}"),
        (make_pipeline(FunctionTransformer(np.log1p), FOREST), f"FunctionTransformer: {INCREASING}"),
        (make_pipeline(FunctionTransformer(np.clip), FOREST), f"FunctionTransformer: {MIXES}"),
        (make_pipeline(FunctionTransformer(month, kw_args={"n": 1}), FOREST), f"FunctionTransformer: {MIXES}"),
        (make_pipeline(OrdinalEncoder(), FOREST), f"OrdinalEncoder: {CODES}"),
        (make_pipeline(OneHotEncoder(categories=[["a", "b"]]), FOREST), "OneHotEncoder: it is fitted on codes"),
        (
            make_pipeline(OneHotEncoder(feature_name_combiner=lambda name, _: name), FOREST),
            "OneHotEncoder: feature_name_combiner is set",
        ),
        (make_pipeline(SimpleImputer(add_indicator=True), FOREST), "SimpleImputer: add_indicator=True"),
        (GradientBoostingClassifier(init=LogisticRegression()), "GradientBoostingClassifier: init is an estimator"),
        (
            HistGradientBoostingClassifier(categorical_features=["flag"]),
            "HistGradientBoostingClassifier: categorical_features has names",
        ),
        (AdaBoostClassifier(LogisticRegression()), "AdaBoostClassifier: its estimator is not a tree"),
        (GridSearchCV(FOREST, {}, refit=False), "GridSearchCV: with refit=False nothing is fitted"),
        (GridSearchCV(LogisticRegression(), {"C": [1, 2]}), f"LogisticRegression: {WITHOUT_TREES}"),
    ],
)
def test_estimators_that_are_refused_and_why(estimator: Any, told: str) -> None:
    with pytest.raises(EstimatorUnsupported) as refused:
        check(estimator)

    assert refused.value.details["problems"][0].startswith(told)
    assert refused.value.message.startswith(f"the estimator has no exact form as trees. {told}")


@pytest.mark.parametrize(
    ("estimator", "why"),
    [
        (FOREST, ""),
        (
            make_pipeline(
                StandardScaler(), make_column_transformer((OneHotEncoder(), [0]), remainder="drop"), FOREST
            ),
            "",
        ),
        (GridSearchCV(HistGradientBoostingClassifier(), {"max_iter": [2, 3]}), ""),
        (CalibratedClassifierCV(make_pipeline(FOREST)), ""),
        (CalibratedClassifierCV(), "CalibratedClassifierCV takes none"),
        (VotingClassifier([("a", FOREST), ("out", "drop")]), ""),
        (VotingClassifier([("a", FOREST), ("b", AdaBoostClassifier())]), "AdaBoostClassifier takes none"),
        (GradientBoostingClassifier(), "GradientBoostingClassifier takes none"),
        (LogisticRegression(), "LogisticRegression takes none"),
        (make_pipeline(FunctionTransformer(month), FOREST), ""),
        (make_pipeline(FunctionTransformer(np.log1p), FOREST), "FunctionTransformer takes none"),
        (make_pipeline(SimpleImputer(), FOREST), "SimpleImputer takes none"),
        (GridSearchCV(LogisticRegression(), {"C": [1.0]}), "LogisticRegression takes none"),
    ],
)
def test_which_estimators_take_missing_numbers(estimator: Any, why: str) -> None:
    assert missing.why_not(estimator) == why
