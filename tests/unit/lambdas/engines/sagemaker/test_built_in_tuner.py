"""A search of one of SageMaker's own algorithms: the rows of its trials, what is asked, and the best one's model."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from chalicelib import layout
from chalicelib.contracts.decisions import TUNE_LINEAR_LEARNER, TUNE_XGBOOST
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.training import Preprocessed, PreprocessTask
from chalicelib.edges.training_jobs import TrialJob
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from chalicelib.registry import run_documents
from lambdas import evaluate, preprocess, recipes, train
from lambdas.engines.sagemaker import job, tuner
from lambdas.engines.sagemaker.built_in_tuner import Search
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.recipe import Continuous, Integer, LinearLearner, Recipe, SageMaker, Split, Tune, XGBoost
from lambdas.model.recipe.tuning.ranges import Range
from tests.fakes.edges import FakeOutside
from tests.given import built_ins
from tests.given.nights import MODEL
from tests.unit.lambdas.engines.sagemaker.jobs import content, job_of
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, evaluation_task, night_with_data, training_task
from workflows.definitions.checks.integrations import integration_mistakes
from workflows.definitions.checks.paths import fill
from workflows.definitions.checks.references import with_examples
from workflows.definitions.rendering import BOTH, golden

STATES = json.loads(golden(BOTH))["States"]
SEARCH = tuner.name(SETTINGS.stage, run=RUN)
BEGAN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
RANGES: Mapping[str, Range] = {"l1": Continuous(1e-6, 0.1), "learning_rate": Continuous(1e-4, 0.1, scale="log")}
TUNE = Tune(RANGES, jobs=3, parallel=2, strategy="bayesian", early_stopping=True, seed=5)
LEARNER = LinearLearner(epochs=9, l1=0.5)
TREES = XGBoost(max_depth=3, reg_lambda=2)
OF_TREES = Tune({"reg_lambda": Continuous(0, 9), "num_round": Integer(5, 50)}, jobs=2, objective="roc_auc")


def tuned(model: str, *, built_in: BuiltIn = LEARNER, tune: Tune = TUNE, **engine: Any) -> Recipe:
    where = SageMaker(**{"tuner": True, "max_runtime_seconds": 600, **engine})
    return replace(recipes.load(model), estimator=built_in, engine=where, tune=tune)


def described(night: FakeOutside, **changes: Any) -> Preprocessed:
    task = PreprocessTask(run=RUN, model=MODEL, force=False)
    return preprocess.run(task, night.edges, SETTINGS, load=lambda model: tuned(model, **changes))


def channel(night: FakeOutside, uri: str | None) -> list[bytes]:
    assert uri is not None
    [head, *names] = json.loads(content(night, uri.removeprefix("s3://test-bucket/")))
    return [content(night, (head["prefix"] + name).removeprefix("s3://test-bucket/")) for name in names]


def lines(texts: list[bytes]) -> Counter[str]:
    return Counter(line for text in texts for line in text.decode().splitlines())


def test_search_is_one_of_the_algorithm_and_its_price_told(night: FakeOutside) -> None:
    ready = described(night, instances=3)

    assert ready.decision == TUNE_LINEAR_LEARNER
    assert job_of(ready).name == SEARCH
    assert ready.reason.endswith(
        "; tuned by 3 jobs of SageMaker's linear-learner, 2 at a time, each on 3 ml.m5.large for 600 s at most: $0.18"
        " at most in us-east-1"
    )


def test_search_minimises_the_loss_that_the_algorithm_reports(night: FakeOutside) -> None:
    asked = job_of(described(night))

    assert asked.tuning == {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:objective_loss"},
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": 3,
            "MaxParallelTrainingJobs": 2,
            "MaxRuntimeInSeconds": 2 * (600 + 600),
        },
        "ParameterRanges": {
            "ContinuousParameterRanges": [
                {"Name": "l1", "MinValue": "1e-06", "MaxValue": "0.1", "ScalingType": "Linear"},
                {"Name": "learning_rate", "MinValue": "0.0001", "MaxValue": "0.1", "ScalingType": "Logarithmic"},
            ],
        },
        "TrainingJobEarlyStoppingType": "Auto",
        "RandomSeed": 5,
    }


def test_range_takes_the_place_of_what_the_recipe_fixes(night: FakeOutside) -> None:
    asked = job_of(described(night))

    assert {*asked.hyperparameters} & {"l1", "learning_rate"} == set()
    assert (asked.hyperparameters["epochs"], asked.hyperparameters["feature_dim"]) == ("9", "3")


def test_search_of_boosted_trees_has_the_algorithms_own_names(night: FakeOutside) -> None:
    ready = described(night, built_in=TREES, tune=OF_TREES)

    asked = job_of(ready)
    assert ready.decision == TUNE_XGBOOST
    assert asked.hyperparameters == {"eval_metric": "auc", "max_depth": "3", "objective": "binary:logistic"}
    assert asked.tuning is not None
    assert asked.tuning["HyperParameterTuningJobObjective"] == {"Type": "Maximize", "MetricName": "validation:auc"}
    assert asked.tuning["ParameterRanges"] == {
        "ContinuousParameterRanges": [{"Name": "lambda", "MinValue": "0", "MaxValue": "9", "ScalingType": "Linear"}],
        "IntegerParameterRanges": [{"Name": "num_round", "MinValue": "5", "MaxValue": "50", "ScalingType": "Linear"}],
    }


@pytest.mark.parametrize(("built_in", "tune"), [(LEARNER, TUNE), (TREES, OF_TREES)])
@pytest.mark.parametrize("spot", [False, True])
def test_request_is_one_that_sagemaker_takes(night: FakeOutside, built_in: BuiltIn, tune: Tune, spot: bool) -> None:
    ready = described(night, built_in=built_in, tune=tune, spot=spot, instances=2)
    state = STATES[ready.decision]

    asked, wrong = fill(state["Parameters"], {"preprocess": {"job": to_event(job_of(ready))}})

    assert wrong == []
    assert integration_mistakes(state["Resource"], with_examples(asked)) == []


def test_trial_waits_for_spare_capacity_no_longer_than_the_algorithm_may_without_checkpoints(
    night: FakeOutside,
) -> None:
    ready = described(night, built_in=TREES, tune=OF_TREES, spot=True, max_runtime_seconds=3000)

    assert job_of(ready).stop == {"MaxRuntimeInSeconds": 3000, "MaxWaitTimeInSeconds": 3600}


def test_batch_is_never_larger_than_the_rows_of_an_instance(night: FakeOutside) -> None:
    tune = replace(TUNE, ranges={"mini_batch_size": Integer(100, 5000)})

    asked = job_of(described(night, tune=tune, instances=2))

    assert asked.tuning is not None
    [batch] = asked.tuning["ParameterRanges"]["IntegerParameterRanges"]
    assert (batch["MinValue"], batch["MaxValue"]) == ("100", "480")
    assert "mini_batch_size" not in asked.hyperparameters


def test_batch_that_no_instance_has_the_rows_for_is_refused(night: FakeOutside) -> None:
    tune = replace(TUNE, ranges={"mini_batch_size": Integer(960, 5000)})

    with pytest.raises(TrainingFailed, match="begins at 960, and an instance is fitted on 960 rows: lower it"):
        described(night, tune=tune)


def test_batch_within_the_rows_of_an_instance_stays(night: FakeOutside) -> None:
    tune = replace(TUNE, ranges={"mini_batch_size": Integer(100, 900)})

    asked = job_of(described(night, tune=tune))

    assert asked.tuning is not None
    assert asked.tuning["ParameterRanges"]["IntegerParameterRanges"][0]["MaxValue"] == "900"


def test_trials_are_measured_on_a_fifth_of_the_training_part_that_none_is_fitted_on(night: FakeOutside) -> None:
    asked = job_of(described(night, instances=3))

    rows, held_out = (channel(night, uri) for uri in (asked.manifest_uri, asked.validation_uri))
    X, y = built_ins.read_rows(rows)
    of_held_out, true = built_ins.read_rows(held_out)
    assert [len(each.splitlines()) for each in rows] == [320, 320, 320]
    assert (len(X), len(of_held_out)) == (960, 240)
    assert y.mean() == true.mean() == 0.4
    both = np.concatenate([X, of_held_out])
    assert np.abs(both.mean(axis=0)).max() < 1e-6
    assert np.abs(both.std(axis=0) - 1).max() < 1e-6


def test_both_channels_are_together_the_rows_that_a_job_alone_reads(night: FakeOutside) -> None:
    asked = job_of(described(night))
    searched = lines(channel(night, asked.manifest_uri)) + lines(channel(night, asked.validation_uri))
    alone = night_with_data()
    task = PreprocessTask(run=RUN, model=MODEL, force=False)

    ready = preprocess.run(
        task,
        alone.edges,
        SETTINGS,
        load=lambda model: replace(recipes.load(model), estimator=LEARNER, engine="sagemaker"),
    )

    assert job_of(ready).validation_uri is None
    assert lines(channel(alone, job_of(ready).manifest_uri)) == searched


def test_run_that_is_repeated_holds_out_the_same_rows(night: FakeOutside) -> None:
    first = described(night)
    held_out = channel(night, job_of(first).validation_uri)

    assert described(night) == first
    assert channel(night, job_of(first).validation_uri) == held_out


def test_class_too_rare_to_hold_rows_of_it_out_is_named() -> None:
    few = night_with_data(lines=["0,54540,8314,normal."] * 40 + ["0,230,1200,phf."] * 2)

    with pytest.raises(
        TrainingFailed, match="has 1 row of 'attack', too few to keep some of them for the trials of tune"
    ):
        preprocess.run(
            PreprocessTask(run=RUN, model=MODEL, force=False),
            few.edges,
            SETTINGS,
            load=lambda model: replace(tuned(model), split=Split(holdout_ratio=0.5)),
        )


def test_instances_share_what_is_left_to_be_fitted_on() -> None:
    small = night_with_data(lines=["0,54540,8314,normal."] * 13 + ["0,230,1200,phf."] * 13)

    with pytest.raises(TrainingFailed, match="20 instances are to share 16 rows: take fewer instances"):
        described(small, instances=20)


DRAWN: Sequence[Mapping[str, str]] = (
    {"l1": "0.0625", "learning_rate": "0.001"},
    {"l1": "1.2345678901e-05", "learning_rate": "0.01"},
    {},
)


def trial(number: int, told: Mapping[str, str], **changes: Any) -> TrialJob:
    given = {
        "name": f"{SEARCH}-{number:03}-0a1b2c3d",
        "status": "Completed",
        "parameters": {"l1": "0.1", "learning_rate": "0.1", **told},
        "value": None,
        "began_at": BEGAN + timedelta(minutes=number),
        "ended_at": BEGAN + timedelta(minutes=number + 2),
        "reason": "",
    }
    return TrialJob(**{**given, **changes})


TRIALS = [
    trial(1, DRAWN[0], value=0.5),
    trial(2, DRAWN[1], value=0.125),
    trial(3, DRAWN[2], value=0.75, status="Stopped"),
    trial(4, DRAWN[2], status="Failed", reason="ClientError: no rows"),
]


def searched(night: FakeOutside, trials: list[TrialJob], **changes: Any) -> Preprocessed:
    """The night after the search: each trial has left a model, and they differ."""
    ready = described(night, **changes)
    night.jobs.trials_of[SEARCH] = trials
    rows = channel(night, job_of(ready).manifest_uri)
    for place, each in enumerate(trials):
        body = built_ins.linear_learner(rows if place == 1 else [*rows, *rows[:1] * 30])
        night.store.put(job.archive_of(each.name, run=RUN), body)
    return ready


def test_best_trials_model_passes_its_gate_and_all_trials_are_told(night: FakeOutside) -> None:
    ready = searched(night, TRIALS)

    trained = train.run(training_task(ready), night.edges, SETTINGS, load=tuned)
    judged = evaluate.run(evaluation_task(ready, trained), night.edges, SETTINGS)

    assert judged.passed, judged.reason
    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.tuning is not None
    tuning = training.tuning
    assert (tuning.strategy, tuning.objective, tuning.early_stopping) == ("bayesian", "neg_log_loss", True)
    assert (tuning.best, tuning.folds, tuning.rows, tuning.parallel, tuning.seconds) == (2, 0, 240, 2, 300)
    assert [each.mean for each in tuning.trials] == [-0.5, -0.125, None, None]
    assert [each.parameters for each in tuning.trials] == [
        {"l1": 0.0625, "learning_rate": 0.001},
        {"l1": 1.2345678901e-05, "learning_rate": 0.01},
        {"l1": 0.1, "learning_rate": 0.1},
        {"l1": 0.1, "learning_rate": 0.1},
    ]
    assert tuning.warnings == [
        "trial 3 was ended before the others, with -0.75 until then",
        "trial 4 failed: ClientError: no rows",
    ]
    assert training.document["parameters"] == {"epochs": "9", "l1": "1.2345678901e-05", "learning_rate": "0.01"}
    assert training.train_rows == 960
    assert training.document["cross_validation"] == {
        "left_out": "SageMaker measured each trial once, on rows of the training part that none was fitted on"
    }
    report = json.loads(content(night, judged.report_uri.removeprefix("s3://test-bucket/")))
    assert report["tuning"] == tuning.document


def test_model_is_that_of_the_best_trial_and_of_no_other(night: FakeOutside) -> None:
    ready = searched(night, TRIALS)
    train.run(training_task(ready), night.edges, SETTINGS, load=tuned)
    best = content(night, layout.work(RUN, "model.json"))

    night.jobs.trials_of[SEARCH] = TRIALS[:1]
    train.run(training_task(ready), night.edges, SETTINGS, load=tuned)

    assert content(night, layout.work(RUN, "model.json")) != best


def test_more_is_better_where_the_metric_is_no_loss(night: FakeOutside) -> None:
    tune = replace(TUNE, objective="roc_auc", early_stopping=False)
    ready = searched(night, TRIALS[:2], tune=tune)

    train.run(training_task(ready), night.edges, SETTINGS, load=lambda model: tuned(model, tune=tune))

    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.tuning is not None
    assert (training.tuning.best, [each.mean for each in training.tuning.trials]) == (1, [0.5, 0.125])


def test_loss_of_nothing_is_told_without_a_minus(night: FakeOutside) -> None:
    ready = searched(night, [trial(1, {}, value=0.0), trial(2, {}, value=0.5)])

    train.run(training_task(ready), night.edges, SETTINGS, load=tuned)

    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.tuning is not None
    assert next(line for line in training.tuning.lines if "trial 1" in line).startswith("  0 ")


def test_hyperparameters_of_trees_come_back_by_the_recipes_names(night: FakeOutside) -> None:
    search = Search.of(tuned(MODEL, built_in=TREES, tune=OF_TREES))

    assert search is not None
    assert search.drawn({"lambda": "0.30000000001", "num_round": "17"}) == {
        "reg_lambda": 0.30000000001,
        "num_round": 17,
    }


@pytest.mark.parametrize(
    ("trials", "error", "words"),
    [
        ([], ArtifactInvalid, "left no trial: retrain again"),
        ([trial(1, {}, value=float("nan"))], TrainingFailed, "no trial of recipe kdd99-http has a value$"),
        ([trial(1, {}, status="Failed", reason="no room")], TrainingFailed, "has a value: no room"),
        ([trial(1, {"l1": "much"}, value=0.5)], ArtifactInvalid, "SageMaker's tuner drew .* not of tune"),
        ([trial(1, {"l1": "inf"}, value=0.5)], ArtifactInvalid, "not of tune"),
    ],
)
def test_search_that_left_nothing_to_take(
    night: FakeOutside, trials: list[TrialJob], error: type[Exception], words: str
) -> None:
    ready = searched(night, trials)

    with pytest.raises(error, match=words):
        train.run(training_task(ready), night.edges, SETTINGS, load=tuned)
    assert run_documents.training(night.edges, run=RUN) is None


def test_archive_of_the_best_that_is_gone(night: FakeOutside) -> None:
    ready = searched(night, TRIALS)
    night.store.delete(job.archive_of(TRIALS[1].name, run=RUN))

    with pytest.raises(
        ArtifactInvalid, match=f"left nothing at .*{TRIALS[1].name}/output/model.tar.gz: retrain again"
    ):
        train.run(training_task(ready), night.edges, SETTINGS, load=tuned)


def test_recipe_that_tunes_nothing_has_no_search() -> None:
    assert Search.of(recipes.load(MODEL)) is None
