"""A search of SageMaker's tuner: what Preprocess asks of it, what a trial does, and what Train takes of them all."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contracts.decisions import TUNE_ON_SAGEMAKER
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.training import OBJECTIVE_LINE, Preprocessed, PreprocessTask, Trained
from chalicelib.edges.training_jobs import TrialJob
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from chalicelib.quality.trials import Tuning
from chalicelib.registry import run_documents
from lambdas import intermediates, preprocess, recipes, train
from lambdas.engines.sagemaker import job, script, tuner
from lambdas.model.recipe import Continuous, Integer, OneOf, Recipe, SageMaker, Tune
from lambdas.model.recipe.tuning.ranges import Range
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL
from tests.given.training_jobs import archived, carried_out
from tests.unit.lambdas.engines.sagemaker.jobs import downloaded, job_of
from tests.unit.lambdas.nightly_batch import RUN, SETTINGS, night_with_data, preprocessing, training_task
from workflows.definitions.checks.integrations import integration_mistakes
from workflows.definitions.checks.paths import fill
from workflows.definitions.checks.references import with_examples
from workflows.definitions.rendering import TUNER, golden

STATE = json.loads(golden(TUNER))["States"][TUNE_ON_SAGEMAKER]
C, WEIGHT = "logisticregression__C", "logisticregression__class_weight"
RANGES: Mapping[str, Range] = {C: Continuous(1e-07, 10, scale="log"), WEIGHT: OneOf(None, "balanced")}
TUNE = Tune(RANGES, jobs=3, parallel=2, strategy="bayesian", objective="balanced_accuracy")
SEARCH = tuner.name(SETTINGS.stage, run=RUN)
BEGAN = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
WRITTEN = f"""    engine=SageMaker(tuner=True, max_runtime_seconds=600),
    tune=Tune(
        {{"{C}": Continuous(1e-07, 10, scale="log"), "{WEIGHT}": OneOf(None, "balanced")}},
        jobs=3,
        parallel=2,
        strategy="bayesian",
        objective="balanced_accuracy",
    ),
)
"""


def tuned(model: str, *, tune: Tune = TUNE, **engine: Any) -> Recipe:
    engine = {"tuner": True, "max_runtime_seconds": 600, **engine}
    return replace(recipes.load(model), engine=SageMaker(**engine), tune=tune)


def described(night: FakeOutside, **changes: Any) -> Preprocessed:
    task = PreprocessTask(run=RUN, model=MODEL, force=False)
    return preprocess.run(task, night.edges, SETTINGS, load=lambda model: tuned(model, **changes))


def test_search_is_bounded_and_its_price_told(night: FakeOutside) -> None:
    ready = described(night)

    assert ready.decision == TUNE_ON_SAGEMAKER
    assert job_of(ready).stop == {"MaxRuntimeInSeconds": 600}
    assert ready.reason.endswith(
        "; tuned by 3 jobs of SageMaker, 2 at a time, each on one ml.m5.large for 600 s at most: $0.06 at most in"
        " us-east-1"
    )


def test_search_is_described_as_sagemaker_wants_it(night: FakeOutside) -> None:
    ranges = {**RANGES, "logisticregression__max_iter": Integer(10, 200)}
    found = job_of(described(night, tune=replace(TUNE, ranges=ranges, early_stopping=True, seed=7)))

    assert found.tuning == {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "objective"},
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": 3,
            "MaxParallelTrainingJobs": 2,
            "MaxRuntimeInSeconds": 2 * (600 + 600),
        },
        "ParameterRanges": {
            "ContinuousParameterRanges": [
                {"Name": C, "MinValue": "1e-07", "MaxValue": "10", "ScalingType": "Logarithmic"}
            ],
            "CategoricalParameterRanges": [{"Name": WEIGHT, "Values": ["null", '"balanced"']}],
            "IntegerParameterRanges": [
                {
                    "Name": "logisticregression__max_iter",
                    "MinValue": "10",
                    "MaxValue": "200",
                    "ScalingType": "Linear",
                }
            ],
        },
        "TrainingJobEarlyStoppingType": "Auto",
        "RandomSeed": 7,
    }


def test_grid_has_as_many_jobs_as_combinations_and_draws_nothing(night: FakeOutside) -> None:
    grid = Tune({WEIGHT: OneOf(None, "balanced")}, jobs=20, parallel=10, strategy="grid")

    ready = described(night, tune=grid, spot=True)

    found = job_of(ready).tuning
    assert found is not None and "RandomSeed" not in found
    assert found["ResourceLimits"] == {
        "MaxNumberOfTrainingJobs": 2,
        "MaxParallelTrainingJobs": 2,
        "MaxRuntimeInSeconds": 1200 + 600,
    }
    assert "tuned by 2 jobs of SageMaker" in ready.reason
    assert "for 600 s at most: $0.04 at most" in ready.reason


@pytest.mark.parametrize("strategy", ["random", "bayesian", "grid"])
@pytest.mark.parametrize("spot", [False, True])
def test_every_strategy_is_one_that_sagemaker_takes(night: FakeOutside, strategy: str, spot: bool) -> None:
    ranges: Mapping[str, Range] = {WEIGHT: OneOf(None, "balanced")} if strategy == "grid" else RANGES
    ready = described(night, tune=replace(TUNE, ranges=ranges, strategy=strategy), spot=spot)

    asked, wrong = fill(STATE["Parameters"], {"preprocess": {"job": to_event(job_of(ready))}})

    assert wrong == []
    assert integration_mistakes(STATE["Resource"], with_examples(asked)) == []


def test_run_that_is_repeated_describes_the_same_search(night: FakeOutside) -> None:
    assert described(night) == described(night)


@given(
    stage=st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True),
    run=st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True),
)
def test_every_name_is_one_that_sagemaker_takes(stage: str, run: str) -> None:
    name = tuner.name(stage, run=run)

    mistakes = integration_mistakes(STATE["Resource"], {"HyperParameterTuningJobName": name})
    assert not [each for each in mistakes if "HyperParameterTuningJobName" in each]
    assert name.startswith(f"nightswap-{stage}-")


def test_parameters_come_back_as_what_the_recipe_lists() -> None:
    tune = Tune({"a": OneOf(1, "1", True, None, 1.0), "b": Integer(2, 9), "c": Continuous(0.5, 2)})

    def parameters(**told: str) -> Mapping[str, Any]:
        return tuner.drawn(tune, {"a": "1", "b": "3", "c": "0.7", **told})

    assert [repr(parameters(a=text)["a"]) for text in ("1", '"1"', "true", "null", "1.0")] == [
        "1",
        "'1'",
        "True",
        "None",
        "1.0",
    ]
    assert parameters(b="3", c="1.23456789") == {"a": 1, "b": 3, "c": 1.23457}
    assert (parameters(b="10", c="0.49999999999")["b"], parameters(c="0.49999999999")["c"]) == (9, 0.5)


@pytest.mark.parametrize("told", [{}, {"a": "2"}, {"b": "x"}, {"b": "1.5"}, {"c": "nan"}, {"c": ""}, {"a": ["1"]}])
def test_parameters_that_are_not_of_the_recipe_are_refused(told: Mapping[str, Any]) -> None:
    tune = Tune({"a": OneOf(1, "1"), "b": Integer(2, 9), "c": Continuous(0.5, 2)})
    known = {"a": "1", "b": "3", "c": "0.7", **told} if told else {}

    with pytest.raises(ArtifactInvalid, match="not of tune"):
        tuner.drawn(tune, known)


def carried(night: FakeOutside, ready: Preprocessed, base: Path, **told: str) -> Any:
    """A trial with these parameters, as SageMaker starts its job."""
    downloaded(night, ready, base)
    config = base / script.HYPERPARAMETERS
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({C: "1.0", WEIGHT: "null", "_tuning_objective_metric": "objective", **told}))
    recipe = base / "code/lambdas/recipes/kdd99_http.py"
    text = recipe.read_text("utf-8").replace("Numeric, Recipe", "Continuous, Numeric, OneOf, Recipe, SageMaker, Tune")
    recipe.write_text(f"{text.rstrip()[:-1]}{WRITTEN}", "utf-8")
    return carried_out(base, sys.executable)


def objective(done: Any) -> list[float]:
    lines = [line.removeprefix(OBJECTIVE_LINE) for line in done.stdout.splitlines() if OBJECTIVE_LINE in line]
    return [float(line) for line in lines]


DRAWN = ({C: "1e-07"}, {C: "1.0000001"}, {C: "0.5", WEIGHT: '"balanced"'})


def trial(number: int, told: Mapping[str, str], **changes: Any) -> TrialJob:
    given = {
        "name": f"{SEARCH}-{number:03}-0a1b2c3d",
        "status": "Completed",
        "parameters": {C: "1.0", WEIGHT: "null", **told},
        "value": None,
        "began_at": BEGAN + timedelta(minutes=number),
        "ended_at": BEGAN + timedelta(minutes=number + 2),
        "reason": "",
    }
    return TrialJob(**{**given, **changes})


class Search:
    """Three trials, carried out: what each told, and what it left."""

    def __init__(self, folder: Path) -> None:
        night = night_with_data()
        ready = described(night)
        done = [carried(night, ready, folder / str(place), **told) for place, told in enumerate(DRAWN)]
        assert [each.returncode for each in done] == [0, 0, 0], done[0].stderr
        self.told = [objective(each) for each in done]
        self.archives = [archived(folder / str(place) / "model") for place in range(len(DRAWN))]

    def trials(self) -> list[TrialJob]:
        return [trial(place + 1, told, value=self.told[place][-1] + 1e-09) for place, told in enumerate(DRAWN)]

    def ended(self, night: FakeOutside, trials: list[TrialJob]) -> Preprocessed:
        """The night, after the search."""
        ready = described(night)
        night.jobs.trials_of[SEARCH] = trials
        for each, body in zip(trials, self.archives, strict=False):
            night.store.put(job.archive_of(each.name, run=RUN), body)
        return ready


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Search:
    return Search(tmp_path_factory.mktemp("search"))


def collected(night: FakeOutside, ready: Preprocessed) -> tuple[Trained, Tuning]:
    trained = train.run(training_task(ready), night.edges, SETTINGS, load=tuned)
    training = run_documents.training(night.edges, run=RUN)
    assert training is not None and training.tuning is not None
    return trained, training.tuning


def test_trial_tells_its_mean_from_fold_to_fold(search: Search) -> None:
    assert [len(each) for each in search.told] == [3, 3, 3]
    assert [each[-1] for each in search.told] == [0.5, pytest.approx(1), pytest.approx(1)]


def test_best_trial_is_taken_and_all_are_told(night: FakeOutside, search: Search) -> None:
    ready = search.ended(night, search.trials())

    trained, tuning = collected(night, ready)

    other = night_with_data()
    alone = replace(recipes.load(MODEL), tune=Tune({C: OneOf(1.0, 2.0)}, jobs=2, objective="balanced_accuracy"))
    expected = train.run(training_task(preprocessing(other.edges)), other.edges, SETTINGS, load=lambda _: alone)
    assert intermediates.read(night.edges, trained.artifact_uri) == intermediates.read(
        other.edges, expected.artifact_uri
    )
    assert (tuning.best, tuning.strategy, tuning.folds, tuning.rows) == (2, "bayesian", 3, 1200)
    assert [each.parameters for each in tuning.trials] == [
        {C: 1e-07, WEIGHT: None},
        {C: 1.0, WEIGHT: None},
        {C: 0.5, WEIGHT: "balanced"},
    ]
    assert [each.mean for each in tuning.trials] == [0.5, search.told[1][-1], pytest.approx(1)]
    assert [each.standard_deviation is None for each in tuning.trials] == [True, False, True]
    assert ([each.seconds for each in tuning.trials], tuning.seconds) == ([120, 120, 120], 240)


def test_trials_without_a_value_say_why(night: FakeOutside, search: Search) -> None:
    first, second, third = search.trials()
    trials = [
        first,
        second,
        TrialJob(**{**vars(third), "status": "Stopped", "value": 1.5}),
        trial(4, {}, status="Failed", reason="AlgorithmError: ExitCode 1", began_at=None, ended_at=None),
        trial(5, {}),
    ]

    _, tuning = collected(night, search.ended(night, trials))

    assert tuning.best == 2
    assert [each.mean is None for each in tuning.trials] == [False, False, True, True, True]
    assert tuning.warnings == [
        "trial 3 was ended before the others, with 1.5 until then",
        "trial 4 failed: AlgorithmError: ExitCode 1",
        "trial 5 failed: it told no value",
    ]
    assert tuning.trials[3].seconds == 0


def test_first_of_equals_is_the_best(night: FakeOutside, search: Search) -> None:
    trials = [TrialJob(**{**vars(each), "value": 0.75}) for each in search.trials()]

    assert collected(night, search.ended(night, trials))[1].best == 1


@pytest.mark.parametrize(
    ("trials", "error", "words"),
    [
        ([], ArtifactInvalid, "left no trial: retrain again"),
        ([trial(1, {}, value=float("nan"))], TrainingFailed, "no trial of recipe kdd99-http has a value$"),
        (
            [trial(1, {}, value=0.9, status="Failed", reason="no room")],
            TrainingFailed,
            "no trial of recipe kdd99-http has a value: no room",
        ),
        ([trial(7, {}, value=0.9)], ArtifactInvalid, "left nothing at work/"),
        ([trial(7, {WEIGHT: "7"}, value=0.9)], ArtifactInvalid, "not of tune"),
    ],
)
def test_search_that_left_nothing_to_take(
    night: FakeOutside, trials: list[TrialJob], error: type[Exception], words: str
) -> None:
    ready = described(night)
    night.jobs.trials_of[SEARCH] = trials

    with pytest.raises(error, match=words):
        train.run(training_task(ready), night.edges, SETTINGS, load=tuned)


def test_archive_of_other_parameters_is_refused_and_nothing_of_it_kept(night: FakeOutside, search: Search) -> None:
    ready = search.ended(night, [trial(1, {C: "3"}, value=0.9)])

    with pytest.raises(ArtifactInvalid, match="left no facts of the trial that it was"):
        train.run(training_task(ready), night.edges, SETTINGS, load=tuned)
    assert run_documents.training(night.edges, run=RUN) is None


def test_trial_that_cannot_be_fitted_fails_so_that_no_value_of_it_counts(night: FakeOutside, tmp_path: Path) -> None:
    done = carried(night, described(night), tmp_path, **{WEIGHT: '"balanced"', C: "nan"})

    assert done.returncode == 1
    assert "ArtifactInvalid: SageMaker's tuner drew" in done.stderr
    assert objective(done) == []
