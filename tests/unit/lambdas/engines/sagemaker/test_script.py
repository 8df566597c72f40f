"""What the job runs, in this Python: what Train makes of the same rows, on a folder in the place of the bucket."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib import layout
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from chalicelib.registry import run_documents
from lambdas import answers, intermediates, recipes, train
from lambdas.engines.sagemaker import script
from lambdas.model.recipe import Continuous, Tune
from lambdas.parts import Parts
from tests.fakes.edges import FakeOutside
from tests.given.training_jobs import carried_out
from tests.unit.lambdas.engines.sagemaker.jobs import described, downloaded, on_sagemaker, uploaded
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, preprocessing, training_task


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


TUNED = """    tune=Tune({"logisticregression__C": Continuous(0.0001, 1, scale="log")}, jobs=3, parallel=2),
)
"""


def test_job_searches_the_best_parameters_as_train_does_and_all_trials_are_taken(
    night: FakeOutside, tmp_path: Path
) -> None:
    ready = described(night)
    downloaded(night, ready, tmp_path)
    recipe = tmp_path / "code/lambdas/recipes/kdd99_http.py"
    text = recipe.read_text("utf-8")
    recipe.write_text(f"from lambdas.model.recipe import Continuous, Tune\n{text.rstrip()[:-1]}{TUNED}", "utf-8")

    done = carried_out(tmp_path, sys.executable)

    assert done.returncode == 0, done.stderr
    uploaded(night, tmp_path)
    train.run(training_task(ready), night.edges, SETTINGS, load=on_sagemaker)
    taken = run_documents.training(night.edges, run=RUN)
    tune = Tune({"logisticregression__C": Continuous(0.0001, 1, scale="log")}, jobs=3)
    other = night_with_data()
    task = training_task(preprocessing(other.edges))
    train.run(task, other.edges, SETTINGS, load=lambda model: replace(recipes.load(model), tune=tune))
    expected = run_documents.training(other.edges, run=RUN)
    assert taken is not None and taken.tuning is not None and expected is not None and expected.tuning is not None
    assert (taken.tuning.best, len(taken.tuning.trials)) == (expected.tuning.best, 3)
    assert [each.mean for each in taken.tuning.trials] == [each.mean for each in expected.tuning.trials]


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
