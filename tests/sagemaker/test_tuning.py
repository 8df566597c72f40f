"""A run whose recipe is tuned by SageMaker's tuner: each trial is a job that really trains; the best goes live."""

from __future__ import annotations

import json
import random

from lambdas.engines.sagemaker import tuner
from tests.sagemaker.stage import NAMES, Stage, is_deployed_from
from workflows.definitions.rendering import TUNER, golden


def board(*, count: int = 3000) -> list[str]:
    """Connections on a board of three fields by three, whose colour is the label: shallow trees know little of it."""
    draw = random.Random(5)
    points = [(draw.randrange(300), draw.randrange(300)) for _ in range(count)]
    return [f"0,{x},{y},{'back.' if (x // 100 + y // 100) % 2 else 'normal.'}" for x, y in points]


def test_definition_is_the_committed_one_with_the_names_of_the_stage(by_the_tuner: Stage) -> None:
    assert is_deployed_from(golden(TUNER), by_the_tuner.definition)


def test_best_of_the_trials_goes_live_and_all_are_in_the_report(by_the_tuner: Stage) -> None:
    run = by_the_tuner.promoted(board())

    assert by_the_tuner.states(run["run"])[:5] == [
        "RestoreAlias",
        "Preprocess",
        "HasNewData",
        "TuneOnSageMaker",
        "Train",
    ]
    tuning = by_the_tuner.report(run)["tuning"]
    means = [each["mean"] for each in tuning["trials"]]
    assert (len(means), tuning["strategy"], tuning["parallel"]) == (4, "random", 2)
    assert means[tuning["best"] - 1] == max(means) > min(means) + 0.1
    deepest = max(tuning["trials"], key=lambda each: each["mean"])["parameters"]["max_depth"]
    assert deepest > min(each["parameters"]["max_depth"] for each in tuning["trials"])
    said = " ".join(by_the_tuner.command("explain", run["run"]).split())
    assert "Its parameters are the best of 4 trials, by average_precision over 3 folds of 2,400 training rows" in said


def test_trials_that_all_fail_are_told_and_what_is_live_stays(by_the_tuner: Stage) -> None:
    by_the_tuner.order(has_capacity=False)

    run = by_the_tuner.retrain(force=True)

    assert (run["outcome"], run["error"]) == ("RetrainFailed", "TrainingFailed"), json.dumps(run, indent=1)
    name = tuner.name(NAMES.stage, run=run["run"])
    assert run["reason"].startswith(f"the search {name} failed: SageMaker says 'All training jobs failed.")
    assert by_the_tuner.live["model_version"] == 1


def test_limit_of_the_account_is_told(by_the_tuner: Stage) -> None:
    by_the_tuner.order(refused="ResourceLimitExceeded", message="the limit is 0 Instances")

    run = by_the_tuner.retrain(force=True)

    assert (run["outcome"], run["error"]) == ("RetrainFailed", "TrainingFailed")
    assert "the account's limit of such instances is reached" in run["reason"]


def test_stopped_run_stops_its_search_with_all_jobs(by_the_tuner: Stage) -> None:
    run = by_the_tuner.started(force=True)
    by_the_tuner.until(lambda: "TuneOnSageMaker" in by_the_tuner.states(run))
    jobs = by_the_tuner.client("sagemaker", endpoint=by_the_tuner.engine)
    search = {"HyperParameterTuningJobName": tuner.name(NAMES.stage, run=run)}

    def trials() -> list[str]:
        told = jobs.list_training_jobs_for_hyper_parameter_tuning_job(**search)["TrainingJobSummaries"]
        return [each["TrainingJobStatus"] for each in told]

    by_the_tuner.until(lambda: bool(trials()))
    by_the_tuner.call("POST", f"/runs/{run}/stop", {"reason": "enough"})

    def status() -> str:
        return str(jobs.describe_hyper_parameter_tuning_job(**search)["HyperParameterTuningJobStatus"])

    by_the_tuner.until(lambda: status() not in ("InProgress", "Stopping"))
    assert status() == "Stopped"
    assert set(trials()) <= {"Stopped", "Completed"}
    assert by_the_tuner.live["model_version"] == 1
