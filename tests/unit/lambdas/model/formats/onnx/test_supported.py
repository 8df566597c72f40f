from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    RandomForestClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB, GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    Normalizer,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    StandardScaler,
)
from sklearn.svm import SVC, LinearSVC, NuSVC

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.onnx.supported import (
    NO_PROBABILITIES,
    NOT_CONVERTED,
    NOT_RUN,
    OTHERWISE,
    SCORES,
    SURE,
    TREES,
    UNMEASURED,
    check,
)

NEAR, NETWORK = KNeighborsClassifier(), MLPClassifier()
VECTORS = SVC(probability=True)


class Own(KNeighborsClassifier):  # type: ignore[misc]
    """A subclass may do anything."""


@pytest.mark.parametrize(
    "estimator",
    [
        NEAR,
        KNeighborsClassifier(3, metric="euclidean", algorithm="brute"),
        NETWORK,
        VECTORS,
        NuSVC(probability=True, kernel="sigmoid"),
        make_pipeline(None, "passthrough", StandardScaler(), SimpleImputer(), NETWORK),
        make_pipeline(make_column_transformer((OneHotEncoder(handle_unknown="ignore"), [0]), remainder="drop"), NEAR),
        make_pipeline(make_union(PCA(1), "passthrough"), make_pipeline(Normalizer(), FunctionTransformer(), NEAR)),
        make_pipeline(QuantileTransformer(), NEAR),
        GridSearchCV(make_pipeline(StandardScaler(), NEAR), {"kneighborsclassifier__n_neighbors": [2, 3]}),
        CalibratedClassifierCV(),
        CalibratedClassifierCV(LinearSVC()),
        SVC(kernel="linear", probability=True),
        CalibratedClassifierCV(SVC(kernel="poly", break_ties=True)),
        CalibratedClassifierCV(SGDClassifier()),
        VotingClassifier(
            [("a", NEAR), ("b", "drop"), ("c", make_pipeline(StandardScaler(), NETWORK))], voting="soft"
        ),
        VotingClassifier([("a", CalibratedClassifierCV(LinearSVC()))], voting="soft"),
        StackingClassifier([("a", NEAR), ("b", GaussianNB())]),
        StackingClassifier([("a", NEAR)], final_estimator=NETWORK),
        BaggingClassifier(NEAR),
        OneVsRestClassifier(NETWORK),
        OneVsRestClassifier(make_pipeline(StandardScaler(), LogisticRegression())),
    ],
)
def test_estimators_that_are_served(estimator: Any) -> None:
    check(estimator)


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (None, "None: the recipe's function `estimator` returns no estimator"),
        (KNeighborsClassifier, "KNeighborsClassifier: it is a class, not an object"),
        (Own(), f"Own: {UNMEASURED}"),
        (NearestCentroid(), f"NearestCentroid: {UNMEASURED}"),
        (LinearSVC(), f"LinearSVC: {NO_PROBABILITIES}"),
        (SVC(), "SVC: it gives no probabilities: set probability=True"),
        (SVC(kernel="precomputed", probability=True), "SVC: its kernel is none that a graph computes"),
        (SVC(break_ties=True, probability=True), f"SVC: with break_ties=True {OTHERWISE}"),
        (KNeighborsClassifier(weights="distance"), f"KNeighborsClassifier: with weights='distance' {NOT_RUN}"),
        (KNeighborsClassifier(metric="manhattan"), f"of other metrics, {OTHERWISE}"),
        (KNeighborsClassifier(p=1), "leave metric and p out"),
        (BernoulliNB(binarize=None), "BernoulliNB: with binarize=None"),
        (SGDClassifier(loss="modified_huber"), "SGDClassifier: with loss='modified_huber'"),
        (CalibratedClassifierCV(NEAR, method="isotonic"), f"with method='isotonic' {OTHERWISE}: leave method out"),
        (CalibratedClassifierCV(RandomForestClassifier()), "of its estimator RandomForestClassifier: "),
        (CalibratedClassifierCV(make_pipeline(StandardScaler(), NEAR)), "its estimator is a Pipeline"),
        (VotingClassifier([("a", NEAR)]), "VotingClassifier: it gives no probabilities: set voting='soft'"),
        (VotingClassifier([("a", SVC())], voting="soft"), "of its estimator SVC: it gives no probabilities"),
        (StackingClassifier([("a", NEAR)], stack_method="predict"), f"with stack_method='predict' {NOT_RUN}"),
        (StackingClassifier([("a", NEAR)], final_estimator=VECTORS), f"of its estimator SVC: {SCORES}"),
        (StackingClassifier([("a", LinearSVC())]), f"of its estimator LinearSVC: {NO_PROBABILITIES}"),
        (BaggingClassifier(), "BaggingClassifier: its estimator is left out, so it is made of trees"),
        (OneVsRestClassifier(VECTORS), f"of its estimator SVC: {SCORES}"),
        (OneVsRestClassifier(GaussianNB()), f"of its estimator GaussianNB: {SURE}"),
        (OneVsRestClassifier(make_pipeline(StandardScaler(), GaussianNB())), f"of its estimator GaussianNB: {SURE}"),
        (AdaBoostClassifier(), f"AdaBoostClassifier: {TREES}"),
        (LinearDiscriminantAnalysis(), f"LinearDiscriminantAnalysis: of two classes, {OTHERWISE}"),
        (RadiusNeighborsClassifier(), "RadiusNeighborsClassifier: its graph fails on a row that has no neighbour"),
        (GaussianProcessClassifier(), f"of more than two classes, {NOT_CONVERTED}"),
        (make_pipeline(Binarizer(), NEAR), f"Binarizer: {OTHERWISE}"),
        (make_pipeline(PowerTransformer(), NEAR), f"PowerTransformer: {NOT_CONVERTED}"),
        (make_pipeline(FunctionTransformer(abs), NEAR), f"FunctionTransformer: of functions, {NOT_CONVERTED}"),
        (make_pipeline(Normalizer("max"), NEAR), "Normalizer: with norm='max'"),
        (make_pipeline(OneHotEncoder(), NEAR), "OneHotEncoder: it does not take unknown categories"),
        (make_pipeline(OneHotEncoder(handle_unknown="ignore", min_frequency=2), NEAR), "of infrequent categories"),
        (make_pipeline(OneHotEncoder(handle_unknown="ignore", categories=[["a"]]), NEAR), "fitted on codes"),
        (make_pipeline(QuantileTransformer(output_distribution="normal"), NEAR), "with output_distribution='normal'"),
        (make_pipeline(SimpleImputer(add_indicator=True), NEAR), "SimpleImputer: add_indicator=True"),
        (make_pipeline(type("Strange", (StandardScaler,), {})(), NEAR), UNMEASURED),
        (GridSearchCV(NEAR, {"weights": ["uniform", "distance"]}), "with weights='distance'"),
    ],
)
def test_estimators_that_are_refused_and_why(estimator: Any, told: str) -> None:
    with pytest.raises(EstimatorUnsupported) as refused:
        check(estimator)

    assert told in refused.value.message
    assert "docs/onnx.md" in refused.value.message


def test_naive_bayes_is_sure_of_several_classes_at_once_where_it_is_asked_about_each() -> None:
    """So the last bit of 1 tells the label, and that bit is not the graph's."""
    same, far = np.tile(np.arange(12.0), (20, 1)), np.random.default_rng(0).normal(size=(40, 12)) * 30
    fitted = OneVsRestClassifier(GaussianNB()).fit(np.vstack([same, same, far]), ["a"] * 20 + ["b"] * 20 + ["c"] * 40)

    assert [each.predict_proba(same[:1])[0, 1] for each in fitted.estimators_[:2]] == [1.0, 1.0]
