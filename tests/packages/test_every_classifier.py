"""Every classifier of scikit-learn on four data sets, in the format that takes it.

Its artifact answers as it does, or it is refused before the fit, for a reason that is true.

Those that need others are made of LogisticRegression and of trees too.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from sklearn import datasets, ensemble
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, MinMaxScaler, OneHotEncoder
from sklearn.utils import all_estimators

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.arrays import Floats, Texts
from lambdas.model.artifact import served
from lambdas.model.features import missing
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.choice import choose
from lambdas.model.formats.onnx import converting
from lambdas.model.formats.onnx.supported import NOT_CONVERTED, TREES
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Categorical, Columns, Numeric, Recipe, at_least
from lambdas.model.training.estimator import fit
from lambdas.serve.native.onnxruntime import GraphRefused, Session
from tests.given import trees
from tests.given.trees import ONE_THREAD

SMALL = {"n_estimators": 5, "max_iter": 300, "probability": True, "reg_param": 0.1, "random_state": 0}
"""Parameters of those that have them."""
FOREST = ensemble.RandomForestClassifier(3, random_state=0)
COMPOSED = {
    "VotingClassifier": ensemble.VotingClassifier([("a", LogisticRegression())], voting="soft"),
    "StackingClassifier": ensemble.StackingClassifier([("a", LogisticRegression())], cv=2),
    "OneVsRestClassifier": OneVsRestClassifier(LogisticRegression()),
    "CalibratedClassifierCV": CalibratedClassifierCV(cv=2),
    "VotingClassifier of trees": ensemble.VotingClassifier([("a", FOREST)], voting="soft"),
    "StackingClassifier of trees": ensemble.StackingClassifier([("a", FOREST)], cv=2),
    "CalibratedClassifierCV of trees": CalibratedClassifierCV(FOREST, cv=2),
    "VotingClassifier of trees and others": ensemble.VotingClassifier(
        [("a", FOREST), ("b", LogisticRegression(max_iter=2000))], voting="soft"
    ),
}
NEED_OTHERS = {
    *("ClassifierChain", "FixedThresholdClassifier", "MultiOutputClassifier", "OneVsOneClassifier"),
    *("OutputCodeClassifier", "SelfTrainingClassifier", "TunedThresholdClassifierCV"),
}


def classifiers() -> Iterator[tuple[str, Any]]:
    for name, kind in all_estimators("classifier"):
        if name in COMPOSED:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # one goes with the next release
            estimator = kind(LogisticRegression()) if name in NEED_OTHERS else kind()
        known = estimator.get_params(deep=False)
        yield name, estimator.set_params(**{each: value for each, value in SMALL.items() if each in known})
    yield from COMPOSED.items()


def of_scikit_learn(name: str) -> Table:
    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    return Table(X, np.empty((len(X), 0), dtype=np.str_), np.array([f"class-{place}" for place in y], dtype=np.str_))


def with_holes() -> Table:
    whole = of_scikit_learn("breast_cancer")
    numbers = whole.numeric.copy()
    numbers[np.random.default_rng(0).random(numbers.shape) < 0.05] = np.nan
    return Table(numbers, whole.categorical, whole.labels)


DATA: Mapping[str, Callable[[], Table]] = {
    "two classes": lambda: of_scikit_learn("breast_cancer"),
    "three classes": lambda: of_scikit_learn("wine"),
    "missing numbers": with_holes,
    "categories": lambda: trees.table(300, classes=3),
}
TREES_INSIDE = [name for name in COMPOSED if "of trees" in name]
KINDS_OF_TREES = ["DecisionTreeClassifier", "ExtraTreesClassifier", "RandomForestClassifier", "AdaBoostClassifier"]
NONE, SEVERAL = "it gives no probabilities", "it gives several labels to a row"
THRESHOLD = "its label is not the most probable class but what a threshold of its own says"
REFUSED = {
    **dict.fromkeys(("LinearSVC", "RidgeClassifier", "RidgeClassifierCV", "PassiveAggressiveClassifier"), NONE),
    **dict.fromkeys(("Perceptron", "OneVsOneClassifier", "OutputCodeClassifier"), NONE),
    **dict.fromkeys(("ClassifierChain", "MultiOutputClassifier"), SEVERAL),
    **dict.fromkeys(("FixedThresholdClassifier", "TunedThresholdClassifierCV"), THRESHOLD),
    **dict.fromkeys(("LabelPropagation", "LabelSpreading"), NOT_CONVERTED),
    "GaussianProcessClassifier": f"of texts as classes, and of more than two classes, {NOT_CONVERTED}",
    "DummyClassifier": "it does not look at the row",
    "NearestCentroid": "its label is of the nearest centroid, and not of the highest probability",
    "RadiusNeighborsClassifier": "its graph fails on a row that has no neighbour within the radius",
    "SelfTrainingClassifier": "it takes no classes that are texts",
    "SGDClassifier": "loss='hinge' gives no logistic probabilities",
    **dict.fromkeys(("StackingClassifier of trees", "VotingClassifier of trees and others"), TREES),
}
"""Of the others why they are refused; each is tried below."""


def recipe_of(name: str, estimator: Any, data: str, table: Table) -> Recipe:
    """Numbers behind a scaler, categories behind an encoder; missing numbers are kept where they can be."""
    kept = "median" if missing.why_not(estimator) else "kept"
    numbers = [
        Numeric(f"n{place}", missing=kept if data == "missing numbers" else None)
        for place in range(table.numeric.shape[1])
    ]
    texts = [Categorical(f"t{place}") for place in range(table.categorical.shape[1])]

    def whole(columns: Columns) -> object:
        scaler: Any = MinMaxScaler()
        encoder: Any = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        if name == "CategoricalNB":
            scaler = KBinsDiscretizer(3, encode="ordinal", quantile_method="averaged_inverted_cdf")
            encoder = "passthrough"
        prepare = make_column_transformer((scaler, columns.numeric), (encoder, columns.categorical))
        return make_pipeline(prepare, clone(estimator))

    return Recipe(
        model="every",
        columns=[*numbers, *texts],
        label="y",
        classes={label: label for label in np.unique(table.labels).tolist()},
        estimator=whole,
        thresholds=[at_least("accuracy", bound=0.9)],
        cross_validation_folds=0,
    )


CLASSIFIERS = dict(classifiers())


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("name", sorted({*CLASSIFIERS} - {*REFUSED}))
def test_classifier_that_is_served_answers_as_scikit_learn(name: str, data: str) -> None:
    table = DATA[data]()
    recipe = recipe_of(name, CLASSIFIERS[name], data, table)
    code = format_of(choose(recipe.estimator(recipe.positions), named=None))
    order = np.random.default_rng(0).permutation(len(table))
    rows = table.take(order[1::2])

    with ONE_THREAD():
        fitted = fit(recipe, train=table.take(order[::2]))
        wanted = fitted.answers(rows)
    artifact = code.code().load(code.code().export(fitted).content)
    found = served(artifact, rows.features(recipe))

    assert found.labels.tolist() == wanted.labels.tolist()
    assert float(np.abs(found.probabilities - wanted.probabilities).max()) <= code.tolerance


@pytest.mark.parametrize("name", REFUSED)
def test_classifier_that_is_refused_is_refused_before_the_fit_by_its_name(name: str) -> None:
    with pytest.raises(EstimatorUnsupported) as refused:
        choose(make_pipeline(MinMaxScaler(), CLASSIFIERS[name]), named=None)

    assert REFUSED[name] in refused.value.message
    assert type(CLASSIFIERS[name]).__name__ in refused.value.message


@pytest.mark.parametrize("name", [name for name, why in REFUSED.items() if why == NONE])
def test_classifier_that_is_said_to_give_no_probabilities_gives_none(name: str) -> None:
    assert not hasattr(CLASSIFIERS[name], "predict_proba")


def test_gradient_descent_by_hinges_gives_no_probabilities() -> None:
    assert not hasattr(CLASSIFIERS["SGDClassifier"], "predict_proba")


def scaled() -> tuple[Floats, Texts]:
    """Rows of two classes, and their labels."""
    table = of_scikit_learn("breast_cancer")
    return MinMaxScaler().fit_transform(table.numeric), table.labels


@pytest.mark.parametrize("name", [name for name, why in REFUSED.items() if why == SEVERAL])
def test_classifier_that_is_said_to_give_several_labels_learns_no_less(name: str) -> None:
    rows, labels = scaled()
    one = (labels == "class-1").astype(np.int64)
    fitted = clone(CLASSIFIERS[name]).fit(rows, np.column_stack([one, 1 - one]))

    assert fitted.predict(rows).shape == (len(rows), 2)
    with pytest.raises((IndexError, ValueError)):
        clone(CLASSIFIERS[name]).fit(rows, one)


@pytest.mark.parametrize(
    ("name", "parameters"), [("FixedThresholdClassifier", {"threshold": 0.9}), ("TunedThresholdClassifierCV", {})]
)
def test_threshold_of_its_own_answers_another_class_than_the_most_probable_one(
    name: str, parameters: Mapping[str, float]
) -> None:
    rows, labels = scaled()
    fitted = clone(CLASSIFIERS[name]).set_params(**parameters).fit(rows, labels)

    most_probable = fitted.classes_[fitted.predict_proba(rows).argmax(axis=1)]
    threshold = parameters.get("threshold") or fitted.best_threshold_
    reached = fitted.classes_[(fitted.predict_proba(rows)[:, 1] >= threshold).astype(np.int64)]
    assert (fitted.predict(rows) != most_probable).any()
    assert fitted.predict(rows).tolist() == reached.tolist()


def test_nearest_centroid_is_not_always_of_the_highest_probability() -> None:
    rows, labels = scaled()
    fitted = clone(CLASSIFIERS["NearestCentroid"]).fit(rows, labels)

    far = np.linalg.norm(rows[:, np.newaxis] - fitted.centroids_, axis=2)
    assert fitted.predict(rows).tolist() == fitted.classes_[far.argmin(axis=1)].tolist()
    assert (fitted.predict(rows) != fitted.classes_[fitted.predict_proba(rows).argmax(axis=1)]).any()


def test_dummy_has_the_same_probabilities_for_every_row() -> None:
    rows, labels = scaled()
    fitted = clone(CLASSIFIERS["DummyClassifier"]).fit(rows, labels)

    assert len(np.unique(fitted.predict_proba(rows), axis=0)) == 1
    assert len({*fitted.predict(rows).tolist()}) == 1


def test_classifier_that_trains_itself_takes_no_texts_as_classes() -> None:
    """In the array that a run gives it: it takes them as objects alone."""
    with pytest.raises(ValueError, match="y has dtype string"):
        clone(CLASSIFIERS["SelfTrainingClassifier"]).fit(*scaled())


@pytest.mark.parametrize("name", [name for name, why in REFUSED.items() if NOT_CONVERTED in why])
def test_classifier_that_is_said_not_to_convert_does_not(name: str) -> None:
    table = of_scikit_learn("wine")
    fitted = clone(CLASSIFIERS[name]).fit(table.numeric, table.labels)

    with pytest.raises((RuntimeError, NotImplementedError)):
        converting.graph(fitted, columns=table.numeric.shape[1])


@pytest.mark.parametrize("name", [*TREES_INSIDE, *KINDS_OF_TREES])
def test_graph_of_trees_does_not_run_or_answers_otherwise(name: str) -> None:
    """Thresholds lie between two numbers of the training."""
    table = of_scikit_learn("iris")
    rng = np.random.default_rng(0)
    between = [(each[1:] + each[:-1]) / 2 for each in map(np.unique, table.numeric.T)]
    rows = np.column_stack([rng.choice(each, 500) for each in between])
    with ONE_THREAD():
        fitted = clone(CLASSIFIERS[name]).fit(table.numeric, table.labels)
        wanted = fitted.predict_proba(rows)
    try:
        _, found = Session(converting.graph(fitted, columns=4)).run(
            rows.tolist(), named="rows", labels="labels", numbers="probabilities"
        )
    except GraphRefused:
        return

    assert np.abs(np.array(found) - wanted.ravel()).max() > format_of("onnx").tolerance


def test_neighbours_within_a_radius_fail_where_there_are_none() -> None:
    table = of_scikit_learn("wine")
    far = clone(CLASSIFIERS["RadiusNeighborsClassifier"]).set_params(radius=100.0).fit(table.numeric, table.labels)
    session = Session(converting.graph(far, columns=table.numeric.shape[1]))

    with pytest.raises(GraphRefused):
        session.run([[1e6] * table.numeric.shape[1]], named="rows", labels="labels", numbers="probabilities")
