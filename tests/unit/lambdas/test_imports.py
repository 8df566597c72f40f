"""A model that was trained elsewhere, through the tasks of a run, with real data and the real machine learning."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import NOTHING_NEW, TRAIN
from chalicelib.documents import documents
from chalicelib.errors import CommandFailed, DatasetTooLarge, ImportRefused, LayersMissing
from chalicelib.explain.explanation import explain
from chalicelib.explain.facts import gather
from chalicelib.registry import models, registry
from chalicelib.registry.report import Imported
from chalicelib.runs import retraining
from chalicelib.runs import runs as core
from chalicelib.runs.retraining import Request, Wish
from lambdas import evaluate, imports, train
from tests.fakes.edges import FakeOutside
from tests.given import foreign_graphs as graphs
from tests.given import imports as given
from tests.given.nights import MODEL, going
from tests.unit.lambdas.nightly_batch import (
    RUN,
    SETTINGS,
    evaluation_task,
    night_with_data,
    preprocessing,
    training_task,
    whole_night,
)
from workflows.importing import importing

CLASSES = ("normal", "attack")
WITH_LAYERS = replace(SETTINGS, serving_layers=f"{MODEL}=onnxruntime")
NEXT = "kdd99-http-nightly-20261122T0300Z"


@pytest.fixture
def night() -> FakeOutside:
    return night_with_data()


def bring(night: FakeOutside, content: bytes = given.content("connections"), *, run: str = RUN) -> Imported:
    """As the command does, but that the run is going already."""
    brought = importing.bring(night.edges, content, file="mine.json", model=MODEL, classes=CLASSES)
    asked = Request(model=MODEL, reason="imported", imports=brought)
    night.store.put(layout.run_document(run, "request"), asked.encode())
    return brought


def test_imported_model_goes_live_like_one_that_was_trained_here(night: FakeOutside) -> None:
    brought = bring(night)

    swapped = whole_night(night.edges)

    manifest = registry.manifest(night.edges, model=MODEL, model_version=1)
    assert swapped.decision == "Promoted"
    assert (manifest.format, manifest.artifact_file) == ("trees", "model.trees")
    assert manifest.imported == brought
    assert (brought.file, brought.key) == ("mine.json", f"imports/{MODEL}/{brought.sha256}")
    assert brought.version_id is not None


def test_report_explanation_and_list_of_versions_tell_where_it_came_from(night: FakeOutside) -> None:
    brought = bring(night)
    whole_night(night.edges)

    report = registry.report(night.edges, model=MODEL, model_version=1)
    (listed,) = models.versions(night.edges, model=MODEL)
    told = explain(gather(night.edges, run=RUN))

    assert report.imported == brought
    assert listed["imported"] == brought.document
    assert f"The model was imported from mine.json (SHA-256 {brought.sha256}), and not trained here." in told


def test_artifact_has_the_bits_of_the_models_own_answers(night: FakeOutside) -> None:
    bring(night)
    ready = preprocessing(night.edges)

    trained = train.run(training_task(ready), night.edges, SETTINGS)
    evaluate.run(evaluation_task(ready, trained), night.edges, SETTINGS)

    report = core.report(night.edges, run=RUN)
    assert report.document["parity"] == {"rows": 300, "label_mismatches": 0, "largest_difference": 0.0}


def test_graph_of_tensorflow_is_judged_by_what_serves(night: FakeOutside) -> None:
    bring(night, graphs.committed("logistic"))
    ready = preprocessing(night.edges)

    trained = train.run(training_task(ready), night.edges, WITH_LAYERS)
    evaluate.run(evaluation_task(ready, trained), night.edges, WITH_LAYERS)

    report = core.report(night.edges, run=RUN)
    told = documents.find(night.store, layout.run_document(RUN, "training"))
    assert (told["artifact"]["format"], told["artifact"]["layers"]) == ("onnx", ["onnxruntime"])
    assert report.document["parity"] == {"rows": 300, "label_mismatches": 0, "largest_difference": 0.0}
    assert report.passed, report.reason


def test_graph_is_refused_where_the_serving_function_has_no_layers_for_it(night: FakeOutside) -> None:
    bring(night, graphs.committed("logistic"))

    with pytest.raises(LayersMissing, match=r'write format="onnx" into its recipe, .*, and run nightswap deploy'):
        train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)


def test_graph_that_train_has_no_memory_for_is_refused_before_it_is_read(night: FakeOutside) -> None:
    bring(night, graphs.committed("logistic"))
    small = replace(WITH_LAYERS, memory_mb=200)

    with pytest.raises(DatasetTooLarge, match=r"in Train, which has 200 MB.*NIGHTSWAP_TRAIN_MEMORY_MB"):
        train.run(training_task(preprocessing(night.edges)), night.edges, small)


def test_same_file_on_the_same_data_is_nothing_new(night: FakeOutside) -> None:
    bring(night)
    whole_night(night.edges)
    going(night, NEXT)
    bring(night, run=NEXT)

    assert preprocessing(night.edges, run=NEXT).decision == NOTHING_NEW


def test_next_night_trains_the_recipes_own_estimator_on_the_same_data(night: FakeOutside) -> None:
    bring(night)
    whole_night(night.edges)
    going(night, NEXT)

    ready = preprocessing(night.edges, run=NEXT)
    train.run(training_task(ready, run=NEXT), night.edges, SETTINGS)

    told = documents.find(night.store, layout.run_document(NEXT, "training"))
    assert ready.decision == TRAIN
    assert (told["estimator"], told["artifact"]["format"]) == ("Pipeline", "scorecard")


def test_other_names_of_its_classes_make_another_model(night: FakeOutside) -> None:
    ready = []
    for classes in (CLASSES, CLASSES[::-1]):
        brought = importing.bring(
            night.edges, given.content("connections"), file="mine.json", model=MODEL, classes=classes
        )
        asked = Request(model=MODEL, imports=brought)
        night.store.put(layout.run_document(RUN, "request"), asked.encode())
        ready.append(preprocessing(night.edges).fingerprint)

    assert len({*ready}) == 2


def test_file_that_is_gone_is_told(night: FakeOutside) -> None:
    brought = bring(night)
    night.store.delete(brought.key)

    with pytest.raises(ImportRefused, match=r"mine\.json is gone from imports/kdd99-http/.*: import it again"):
        train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)


def test_file_that_is_another_one_is_told(night: FakeOutside) -> None:
    brought = bring(night)
    night.store.put(brought.key, b"{}")

    with pytest.raises(ImportRefused, match=r"has SHA-256 44136fa3.*, imported was"):
        imports.content(night.edges, brought)


def test_place_that_holds_something_else_is_told(night: FakeOutside) -> None:
    brought = bring(night)
    night.store.put(brought.key, b"{}")

    with pytest.raises(CommandFailed, match="is not what was written: remove it"):
        bring(night)


def test_run_that_goes_is_not_taken_for_an_import(night: FakeOutside) -> None:
    brought = bring(night)
    wish = Wish(model=MODEL, force=False, reason="imported", imports=brought)

    started = retraining.on_demand(night.edges, wish=wish, idempotency_key=None, attempt="abcdef")
    again = retraining.on_demand(night.edges, wish=wish, idempotency_key="one", attempt="abcdef")
    once_more = retraining.on_demand(night.edges, wish=wish, idempotency_key="one", attempt="fedcba")

    assert started.run not in (RUN, again.run)
    assert (again.run, once_more.is_new) == (once_more.run, False)
