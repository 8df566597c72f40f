"""A run that has SageMaker's tuner search Linear Learner: each trial really fits; the best one's model goes live.

The algorithm's image is closed, so a program stands in its place: `adapter/linear_learner.py`.
"""

from __future__ import annotations

from chalicelib import layout
from lambdas.engines.sagemaker import tuner
from tests.sagemaker.stage import MODEL, NAMES, Stage, is_deployed_from
from workflows.definitions.rendering import BOTH, golden


def test_definition_is_the_committed_one_with_the_names_of_the_stage(by_tuned_linear_learner: Stage) -> None:
    assert is_deployed_from(golden(BOTH), by_tuned_linear_learner.definition)


def test_best_of_the_trials_goes_live_and_all_are_in_the_report(by_tuned_linear_learner: Stage) -> None:
    stage = by_tuned_linear_learner

    run = stage.promoted()

    assert stage.states(run["run"])[:5] == ["RestoreAlias", "Preprocess", "HasNewData", "TuneLinearLearner", "Train"]
    tuning = stage.report(run)["tuning"]
    means, drawn = ([each[of] for each in tuning["trials"]] for of in ("mean", "parameters"))
    best = tuning["best"] - 1
    assert (len(means), tuning["strategy"], tuning["objective"]) == (4, "bayesian", "neg_log_loss")
    assert (tuning["folds"], tuning["rows"]) == (0, 576)
    assert means[best] == max(means) > min(means) + 0.05
    assert max(means) < 0
    assert drawn[best]["l1"] < max(each["l1"] for each in drawn)
    training = stage.object(layout.run_document(run["run"], "training"))
    assert training["parameters"] == {"epochs": "20", **{name: str(value) for name, value in drawn[best].items()}}
    assert (training["estimator"], training["train_rows"]) == ("LinearLearner", 2880 - 576)
    said = " ".join(stage.command("explain", run["run"]).split())
    assert (
        "Its parameters are the best of 4 trials, by neg_log_loss on 576 training rows that none was fitted on"
        in said
    )


def test_jobs_of_the_search_are_what_the_best_was_taken_of(by_tuned_linear_learner: Stage) -> None:
    stage = by_tuned_linear_learner
    run = stage.call("GET", f"/models/{MODEL}")["manifest"]["run"]
    jobs = stage.client("sagemaker", endpoint=stage.engine)
    search = {"HyperParameterTuningJobName": tuner.name(NAMES.stage, run=run)}

    described = jobs.describe_hyper_parameter_tuning_job(**search)
    trials = jobs.list_training_jobs_for_hyper_parameter_tuning_job(**search)["TrainingJobSummaries"]

    objective = described["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    assert objective == {"Type": "Minimize", "MetricName": "validation:objective_loss"}
    assert "l1" not in described["TrainingJobDefinition"]["StaticHyperParameters"]
    assert [each["TrainingJobStatus"] for each in trials] == ["Completed"] * 4
    one = jobs.describe_training_job(TrainingJobName=trials[0]["TrainingJobName"])
    assert "/linear-learner:" in one["AlgorithmSpecification"]["TrainingImage"]
    assert [each["ChannelName"] for each in one["InputDataConfig"]] == ["train", "validation"]


def test_stopped_run_stops_its_search_with_all_jobs(by_tuned_linear_learner: Stage) -> None:
    stage = by_tuned_linear_learner
    stage.order(interruptions=3)
    run = stage.started(force=True)
    stage.until(lambda: "TuneLinearLearner" in stage.states(run))
    jobs = stage.client("sagemaker", endpoint=stage.engine)
    search = {"HyperParameterTuningJobName": tuner.name(NAMES.stage, run=run)}

    stage.call("POST", f"/runs/{run}/stop", {"reason": "enough"})

    def status() -> str:
        return str(jobs.describe_hyper_parameter_tuning_job(**search)["HyperParameterTuningJobStatus"])

    stage.until(lambda: status() not in ("InProgress", "Stopping"))
    assert status() == "Stopped"
    assert stage.live["model_version"] == 1
