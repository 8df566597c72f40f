"""What the job runs, in this Python: what Train makes of the same rows, on a folder in the place of the bucket."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from chalicelib import layout
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from lambdas import answers, intermediates, train
from lambdas.engines.sagemaker import script
from lambdas.parts import Parts
from tests.fakes.edges import FakeOutside
from tests.given.training_jobs import carried_out
from tests.unit.lambdas.engines.sagemaker.jobs import described, downloaded, on_sagemaker, uploaded
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, preprocessing, training_task


@pytest.fixture
def night() -> FakeOutside:
    return night_with_data()


def test_job_makes_the_artifact_and_the_answers_that_train_makes(night: FakeOutside, tmp_path: Path) -> None:
    ready = described(night)
    downloaded(night, ready, tmp_path)
    done = carried_out(tmp_path, sys.executable)
    assert done.returncode == 0, done.stderr
    uploaded(night, tmp_path)

    trained = train.run(training_task(ready), night.edges, SETTINGS, load=on_sagemaker)

    other = night_with_data()
    task = training_task(preprocessing(other.edges))
    expected = train.run(task, other.edges, SETTINGS)
    assert trained == expected
    assert intermediates.read(night.edges, trained.artifact_uri) == intermediates.read(
        other.edges, expected.artifact_uri
    )
    with Parts(other.edges, task.holdout_uri, task="Train") as holdout:
        for part in holdout.names:
            ours, theirs = (answers.read(each, trained.answers_uri, part=part) for each in (night.edges, other.edges))
            assert ours.to_files() == theirs.to_files()


def test_error_of_the_training_is_raised_as_itself(night: FakeOutside, tmp_path: Path) -> None:
    ready = described(night)
    downloaded(night, ready, tmp_path)
    recipe = tmp_path / "code/lambdas/recipes/kdd99_http.py"
    recipe.write_text(
        recipe.read_text("utf-8").replace("LogisticRegression())", "LogisticRegression(C=-1))"), "utf-8"
    )

    done = carried_out(tmp_path, sys.executable)

    assert done.returncode == 0
    assert "TrainingFailed: fitting the estimator of recipe kdd99-http" in done.stderr
    uploaded(night, tmp_path)
    with pytest.raises(TrainingFailed, match="on SageMaker: fitting the estimator of recipe kdd99-http raised"):
        train.run(training_task(ready), night.edges, SETTINGS, load=on_sagemaker)
    assert night.store.find(layout.work(RUN, "model.json")) is None


def test_script_without_its_task_ends_as_a_failed_job(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()

    with pytest.raises(ValueError, match="not enough values"):
        script.main(tmp_path)


def test_task_of_another_form_is_an_error_of_ours(tmp_path: Path) -> None:
    document = tmp_path / script.CHANNEL / layout.side(RUN, "job")
    document.parent.mkdir(parents=True)
    document.write_text(json.dumps({"run": RUN}), encoding="utf-8")
    (tmp_path / "model").mkdir()

    script.main(tmp_path)

    assert json.loads((tmp_path / "model" / script.ERROR).read_text("utf-8"))["error"] == ArtifactInvalid.__name__
