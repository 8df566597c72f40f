from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from chalicelib import layout
from chalicelib.contracts.training import Trained
from chalicelib.documents import documents
from chalicelib.errors import ArtifactInvalid, DatasetTooLarge, EstimatorUnsupported, LayersMissing, StoreUnavailable
from chalicelib.limits import PACKAGED_BYTES
from chalicelib.registry import models, registry, run_documents
from chalicelib.registry.report import Report
from lambdas import answers, evaluate, intermediates, recipes, train, version_model
from lambdas.model.formats.all_formats import Format, format_of
from lambdas.model.formats.fitted import Exported, Fitted
from lambdas.model.formats.scorecard.artifact import load
from lambdas.model.recipe import Columns, Continuous, Integer, Tune
from lambdas.model.training import trial
from lambdas.parts import Parts
from tests.fakes.edges import FakeOutside
from tests.fakes.formats import CodeOf
from tests.given import data
from tests.given.interference import raising, with_store
from tests.given.nights import MODEL, outside
from tests.http_connections import rows
from tests.unit.lambdas.nightly_batch import (
    RUN,
    SETTINGS,
    evaluation_task,
    night_with_data,
    preprocessing,
    training_task,
    versioning_task,
)


@pytest.fixture
def night() -> FakeOutside:
    return night_with_data()


def test_artifact_is_exported_under_its_checksum(night: FakeOutside) -> None:
    trained = train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    body = intermediates.read(night.edges, trained.artifact_uri)
    assert hashlib.sha256(body).hexdigest() == trained.artifact_sha256
    assert load(body).classes == ("attack", "normal")
    assert trained.artifact_uri == f"s3://test-bucket/{layout.work(RUN, 'model.json')}"


def test_estimators_own_answers_for_each_part_of_the_holdout_lie_beside_it(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    trained = train.run(task, night.edges, SETTINGS)

    with Parts(night.edges, task.holdout_uri, task="Train") as parts:
        rows = {name: len(parts.open(name)) for name in parts.names}
    given = {name: answers.read(night.edges, trained.answers_uri, part=name) for name in rows}
    assert {name: len(each) for name, each in given.items()} == rows
    assert sum(rows.values()) == 300
    assert {label for each in given.values() for label in each.labels.tolist()} == {"attack", "normal"}


def test_format_that_follows_from_the_estimator_is_recorded(night: FakeOutside) -> None:
    train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    told = documents.find(night.store, layout.run_document(RUN, "training"))["artifact"]
    assert recipes.load(MODEL).format is None
    assert (told["format"], told["file"]) == ("scorecard", "model.json")


def in_numpy(name: str) -> Format:
    """A format that needs a library to be served."""
    return replace(format_of(name), layers=("numpy",))


def test_estimator_whose_format_needs_layers_that_are_not_deployed_is_not_fitted(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    with pytest.raises(LayersMissing, match="run nightswap deploy"):
        train.run(task, night.edges, SETTINGS, find_format=in_numpy)

    assert night.store.find(layout.work(RUN, "model.json")) is None


@pytest.mark.parametrize(("more", "target"), [(0, "endpoint"), (1, "endpoint"), (1, "lambda")])
def test_artifact_that_the_data_of_an_endpoint_cannot_hold_is_refused(
    night: FakeOutside, more: int, target: str
) -> None:
    recipe = replace(recipes.load(MODEL), target=target)

    def large(name: str) -> Format:
        return replace(format_of(name), code=lambda: LargeCode(PACKAGED_BYTES + more))

    def trained() -> Trained:
        task = training_task(preprocessing(night.edges))
        return train.run(task, night.edges, SETTINGS, load=lambda _: recipe, find_format=large)

    if more and target == "endpoint":
        with pytest.raises(EstimatorUnsupported, match="has 40 MB, and one behind an endpoint has 40 at most"):
            trained()
    else:
        assert trained().artifact_uri.endswith("model.json")


class LargeCode(CodeOf):
    """Exports so many bytes."""

    def __init__(self, size_bytes: int) -> None:
        super().__init__()
        self.size_bytes = size_bytes

    def export(self, fitted: Fitted, /) -> Exported:
        return replace(format_of("scorecard").code().export(fitted), content=bytes(self.size_bytes))


def test_layers_of_the_format_are_recorded(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    train.run(task, night.edges, replace(SETTINGS, serving_layers=f"{MODEL}=numpy"), find_format=in_numpy)

    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.artifact is not None
    assert list(training.artifact.layers) == ["numpy"]


def test_facts_of_the_training_are_kept(night: FakeOutside) -> None:
    train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    facts = documents.find(night.store, layout.run_document(RUN, "training"))
    assert facts["train_rows"] == 1200
    assert facts["fit_seconds"] >= 0
    assert {"python", "numpy", "scipy"} <= set(facts["libraries"])
    assert facts["cross_validation"]["mean"] > 0.9


def test_size_of_trees_is_estimated_before_the_fit_and_kept() -> None:
    night = night_with_data(lines=rows(normal=2400, attacks=1800))
    recipe = replace(
        recipes.load(MODEL), estimator=lambda _: DecisionTreeClassifier(max_leaf_nodes=2), format="trees"
    )

    train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS, load=lambda _: recipe)

    facts = documents.find(night.store, layout.run_document(RUN, "training"))
    assert facts["train_rows"] > trial.MORE_ROWS
    assert (facts["expected"]["nodes"], facts["nodes"]) == (1, 1)


def test_repeated_task_leaves_the_same_artifact(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    assert train.run(task, night.edges, SETTINGS) == train.run(task, night.edges, SETTINGS)


def test_what_cannot_be_served_is_found_on_few_rows_before_the_fit_on_all(night: FakeOutside) -> None:
    fitted_rows: list[int] = []
    encoder = data.encoder_that_notes(fitted_rows)
    in_one_piece = LogisticRegression(solver="liblinear")
    recipe = replace(recipes.load(MODEL), estimator=lambda _: make_pipeline(encoder, in_one_piece))

    with pytest.raises(EstimatorUnsupported, match="over a column that is declared Numeric"):
        train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS, load=lambda _: recipe)

    assert fitted_rows == [2 * trial.ROWS_OF_A_CLASS]


def test_estimator_that_folds_is_fitted_part_by_part(night: FakeOutside) -> None:
    train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    folded = documents.find(night.store, layout.run_document(RUN, "training"))["folded"]
    assert (folded["method"], folded["passes"] > 3) == ("newton", True)


def test_estimator_that_does_not_fold_is_fitted_in_one_piece(night: FakeOutside) -> None:
    estimator = make_pipeline(RobustScaler(), LogisticRegression())
    recipe = replace(recipes.load(MODEL), estimator=lambda _: estimator)

    train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS, load=lambda _: recipe)

    facts = documents.find(night.store, layout.run_document(RUN, "training"))
    assert (facts["folded"], facts["train_rows"]) == (None, 1200)


def test_rows_that_do_not_fit_into_memory_are_refused_in_words_before_the_fit(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    with (
        Parts(night.edges, task.train_uri, task="Train") as fit,
        Parts(night.edges, task.holdout_uri, task="Train") as judge,
    ):
        size = fit.size_bytes + judge.size_bytes

    with pytest.raises(DatasetTooLarge, match=rf"1,500 rows .* in Train, which has 200 MB; .* has {size:,} bytes"):
        train.run(task, night.edges, replace(SETTINGS, memory_mb=200))


def test_intermediates_of_a_run_that_was_ended_are_a_typed_error(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    with pytest.raises(ArtifactInvalid):
        train.run(task, outside().edges, SETTINGS)


def test_facts_are_told_of_an_artifact_that_is_there(night: FakeOutside) -> None:
    task = training_task(preprocessing(night.edges))

    with pytest.raises(StoreUnavailable):
        train.run(
            task, with_store(night.edges, "put", nth=2, before=raising(StoreUnavailable("no answer"))), SETTINGS
        )

    assert night.store.find(layout.work(RUN, "model.json")) is not None
    assert night.store.find(layout.run_document(RUN, "training")) is None


def logistic_regression(columns: Columns) -> Any:
    encoder = OneHotEncoder(handle_unknown="ignore")
    return make_pipeline(
        make_column_transformer((StandardScaler(), columns.numeric), (encoder, columns.categorical)),
        LogisticRegression(),
    )


STRENGTH = {"logisticregression__C": Continuous(0.0001, 1, scale="log")}


@pytest.mark.parametrize(
    ("estimator", "ranges", "is_folded"),
    [
        (logistic_regression, STRENGTH, True),
        (lambda _: DecisionTreeClassifier(random_state=0), {"max_leaf_nodes": Integer(2, 5)}, False),
    ],
)
def test_best_parameters_of_a_search_are_fitted_and_all_trials_are_kept(
    night: FakeOutside, estimator: Callable[[Columns], Any], ranges: dict[str, Any], is_folded: bool
) -> None:
    recipe = replace(recipes.load(MODEL), estimator=estimator, tune=Tune(ranges, jobs=4))
    task = training_task(preprocessing(night.edges))

    trained = train.run(task, night.edges, SETTINGS, load=lambda _: recipe)

    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.tuning is not None
    assert (len(training.tuning.trials), training.tuning.rows, training.train_rows) == (4, 1200, 1200)
    (name,) = ranges
    chosen = training.tuning.trials[training.tuning.best - 1].parameters[name]
    assert training.document["parameters"][name] == repr(chosen)
    assert (training.document["folded"] is not None) == is_folded
    assert train.run(task, night.edges, SETTINGS, load=lambda _: recipe) == trained


def test_trials_go_from_the_training_into_the_report_the_manifest_and_the_list_of_versions(
    night: FakeOutside,
) -> None:
    recipe = replace(recipes.load(MODEL), estimator=logistic_regression, tune=Tune(STRENGTH, jobs=3))
    ready = preprocessing(night.edges)
    trained = train.run(training_task(ready), night.edges, SETTINGS, load=lambda _: recipe)
    training = run_documents.training(night.edges, run=RUN)
    evaluated = evaluate.run(evaluation_task(ready, trained), night.edges, SETTINGS)

    version_model.run(versioning_task(ready, trained, evaluated), night.edges, SETTINGS)

    report = Report.find(night.store, layout.run_document(RUN, "report"))
    assert training is not None and training.tuning is not None and report is not None
    assert report.tuning == training.tuning
    assert registry.manifest(night.edges, model=MODEL, model_version=1).tuning == training.tuning
    assert models.versions(night.edges, model=MODEL)[0]["tuned"] == training.tuning.words
