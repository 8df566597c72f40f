from __future__ import annotations

import hashlib

import pytest

from chalicelib import documents, layout
from chalicelib.errors import ArtifactInvalid
from lambdas import intermediates, train
from lambdas.model import answers, artifact
from lambdas.model.answers import Answers
from tests.unit.chalicelib.nights import outside
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, preprocessing, training_task


def test_artifact_is_exported_under_its_checksum() -> None:
    night = night_with_data()

    trained = train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    body = intermediates.read(night.edges, trained.artifact_uri)
    assert hashlib.sha256(body).hexdigest() == trained.artifact_sha256
    assert artifact.load(body).classes == ("attack", "normal")
    assert trained.artifact_uri == f"s3://test-bucket/{layout.work(RUN, 'model.json')}"


def test_estimators_own_answers_for_the_holdout_lie_beside_it() -> None:
    night = night_with_data()

    trained = train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    given = Answers.from_files(intermediates.read_all(night.edges, trained.answers_uri, names=answers.FILES))
    assert len(given) == 300
    assert set(given.labels.tolist()) == {"attack", "normal"}


def test_facts_of_the_training_are_kept() -> None:
    night = night_with_data()

    train.run(training_task(preprocessing(night.edges)), night.edges, SETTINGS)

    facts = documents.find(night.store, layout.run_document(RUN, "training"))
    assert facts["train_rows"] == 1200
    assert facts["fit_seconds"] >= 0
    assert {"python", "numpy", "scipy"} <= set(facts["libraries"])
    assert facts["cross_validation"]["mean"] > 0.9


def test_repeated_task_leaves_the_same_artifact() -> None:
    night = night_with_data()
    task = training_task(preprocessing(night.edges))

    assert train.run(task, night.edges, SETTINGS) == train.run(task, night.edges, SETTINGS)


def test_intermediates_of_a_run_that_was_ended_are_a_typed_error() -> None:
    night = night_with_data()
    task = training_task(preprocessing(night.edges))

    with pytest.raises(ArtifactInvalid):
        train.run(task, outside().edges, SETTINGS)
