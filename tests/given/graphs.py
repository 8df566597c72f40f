"""Models served as graphs, and how far their answers are from the estimators'."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from lambdas.model.artifact import served
from lambdas.model.formats.all_formats import FORMATS
from lambdas.model.formats.fitted import Fitted
from lambdas.model.formats.onnx import artifact
from lambdas.model.formats.onnx.export import export
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Columns, Recipe
from lambdas.model.training.estimator import fit
from lambdas.serve import onnx
from tests.given import trees
from tests.given.trees import ONE_THREAD, table

TOLERANCE = FORMATS["onnx"].tolerance


def neighbours(_: Columns) -> object:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier()


def network(columns: Columns) -> object:
    """As people write it, with an imputer that a run leaves nothing to."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    prepare = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), columns.categorical),
        (make_pipeline(SimpleImputer(), StandardScaler()), columns.numeric),
    )
    return make_pipeline(prepare, MLPClassifier((4,), max_iter=200, solver="lbfgs", random_state=0))


def encoded_neighbours(columns: Columns) -> object:
    """The encoder makes a sparse matrix, which the graph cannot hold as one."""
    from sklearn.compose import make_column_transformer
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    encoder = OneHotEncoder(handle_unknown="ignore")
    prepare = make_column_transformer((encoder, columns.categorical), (StandardScaler(), columns.numeric))
    return make_pipeline(prepare, KNeighborsClassifier(3))


def vectors(_: Columns) -> object:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    return make_pipeline(StandardScaler(), SVC(probability=True, random_state=0))


def searched(_: Columns) -> object:
    from sklearn.model_selection import GridSearchCV
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    search = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [3, 5]}, cv=2)
    return make_pipeline(make_union(StandardScaler(), MinMaxScaler()), search)


def voting(_: Columns) -> object:
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import VotingClassifier
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import LinearSVC

    calibrated = CalibratedClassifierCV(LinearSVC(random_state=0), cv=2)
    parts = [("near", KNeighborsClassifier()), ("calibrated", calibrated)]
    return VotingClassifier(parts, voting="soft", weights=[1, 2])


def stacked(_: Columns) -> object:
    from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
    from sklearn.ensemble import StackingClassifier
    from sklearn.naive_bayes import GaussianNB

    return StackingClassifier([("a", GaussianNB()), ("b", QuadraticDiscriminantAnalysis(reg_param=0.1))], cv=2)


KINDS: Mapping[str, Callable[[Columns], object]] = {
    "neighbours": neighbours,
    "network": network,
    "encoded neighbours": encoded_neighbours,
    "vectors": vectors,
    "searched": searched,
    "voting": voting,
    "stacked": stacked,
}


def recipe(estimator: Callable[[Columns], object], *, classes: int = 2, **given: Any) -> Recipe:
    return trees.recipe(estimator, classes=classes, **{"model": "graphs", "format": "onnx", **given})


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted model beside what is served of it."""

    fitted: Fitted
    artifact: artifact.OnnxArtifact
    content: bytes

    @property
    def served(self) -> onnx.Onnx:
        return self.artifact.model


@cache
def model(kind: str, classes: int = 2, rows: int = 150) -> Model:
    return made(recipe(KINDS[kind], classes=classes), table(rows, classes=classes))


def made(of: Recipe, train: Table) -> Model:
    with ONE_THREAD():
        fitted = fit(of, train=train)
    content = export(fitted).content
    return Model(fitted, artifact.load(content), content)


def strangers(rows: int, *, classes: int = 2) -> Table:
    """Rows that training did not have; of some a category too."""
    found = table(rows, classes=classes, seed=3)
    found.categorical[: rows // 5] = "zigbee"
    return found


def difference(of: Model, rows: Table) -> str:
    """In words what the served model answers otherwise than the estimator; empty where nothing is."""
    with ONE_THREAD():
        wanted = of.fitted.answers(rows)
    found = served(of.artifact, rows.features(of.fitted.recipe))
    labels = int((found.labels != wanted.labels).sum())
    apart = float(np.abs(found.probabilities - wanted.probabilities).max(initial=0.0))
    return (
        ""
        if not labels and apart <= TOLERANCE
        else f"{labels} of {len(rows)} labels differ, probabilities by {apart}"
    )


def parts(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The header and the graph."""
    begin = len(onnx.MAGIC) + onnx.LENGTH_BYTES
    end = begin + int.from_bytes(content[len(onnx.MAGIC) : begin], "little")
    return json.loads(content[begin:end]), content[end:]
