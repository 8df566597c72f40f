"""Has SageMaker's tuner search: it starts a training job for each trial, and Train takes what the best one made.

The tuner draws the parameters, each as a text. A trial is a job like any other, which cross-validates these alone
before it fits them, and tells their mean. So the archive of the best trial is like that of a run's only job. Of
SageMaker's own algorithms `built_in_tuner` has what differs.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from chalicelib.contracts.training import OBJECTIVE, Trained, TrainingJob, TrainTask
from chalicelib.cutting import cut
from chalicelib.edges import Edges
from chalicelib.edges.training_jobs import COMPLETED, STOPPED, TrialJob
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from chalicelib.limits import WORDS_CHARACTERS
from chalicelib.names import APP
from chalicelib.quality.trials import Trial
from chalicelib.registry.manifest import Training
from lambdas.engines.sagemaker import collected, job
from lambdas.model.recipe import Continuous, Integer, OneOf, SageMaker, Tune
from lambdas.model.recipe.tuning.ranges import GRID, LOG, Plain, Range
from lambdas.model.recipe.tuning.tuning_rules import search_seconds
from lambdas.model.training.search.candidates import DIGITS

NAME_CHARACTERS = 32
"""Of a search; of a job it is 63.
Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHyperParameterTuningJob.html"""
DIGITS_OF_A_VALUE = 7
"""That are SageMaker's own, which keeps it in 32 bits."""
KINDS: Mapping[type, str] = {Continuous: "ContinuousParameterRanges", Integer: "IntegerParameterRanges"}


def name(stage: str, *, run: str) -> str:
    """Follows from the run, so that a run has one search, however often a state is repeated.

    >>> name("prod", run="kdd99-http-nightly-20261121T0300Z")
    'nightswap-prod-b2fb099bd679511b4'
    """
    return f"{APP}-{stage}-{hashlib.sha256(run.encode()).hexdigest()}"[:NAME_CHARACTERS]


def describe(edges: Edges, task: TrainTask, tune: Tune, engine: SageMaker, *, stage: str) -> TrainingJob:
    """Write what each job reads beside the rows, and say what the search is to be. Raises as `job.describe`."""
    each = job.describe(edges, task, engine, stage=stage)
    return replace(each, name=name(stage, run=task.run), tuning=configuration(tune, engine, ranges=tune.ranges))


def configuration(
    tune: Tune, engine: SageMaker, *, ranges: Mapping[str, Range], metric: str = OBJECTIVE, is_loss: bool = False
) -> dict[str, Any]:
    """HyperParameterTuningJobConfig, with the `ranges` by the names that the job has for them; a search on a grid
    takes no seed, for it draws nothing."""
    described: dict[str, list[dict[str, Any]]] = {}
    for parameter, given in ranges.items():
        kind, content = _range(given)
        described.setdefault(kind, []).append({"Name": parameter, **content})
    return {
        "Strategy": tune.strategy.capitalize(),
        "HyperParameterTuningJobObjective": {"Type": "Minimize" if is_loss else "Maximize", "MetricName": metric},
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": tune.trials,
            "MaxParallelTrainingJobs": min(tune.parallel, tune.trials),
            "MaxRuntimeInSeconds": search_seconds(tune, engine),
        },
        "ParameterRanges": described,
        "TrainingJobEarlyStoppingType": "Auto" if tune.early_stopping else "Off",
        **({} if tune.strategy == GRID else {"RandomSeed": tune.seed}),
    }


def _range(given: Range) -> tuple[str, dict[str, Any]]:
    if isinstance(given, OneOf):
        return "CategoricalParameterRanges", {"Values": [_spelled(value) for value in given.values]}
    scale = "Logarithmic" if given.scale == LOG else "Linear"
    return KINDS[type(given)], {"MinValue": str(given.low), "MaxValue": str(given.high), "ScalingType": scale}


def _spelled(value: Plain) -> str:
    """As JSON, so that None, True, 1 and "1" stay four values; the training toolkit reads it so, too."""
    return json.dumps(value, ensure_ascii=False)


def drawn(tune: Tune, told: Mapping[str, Any]) -> dict[str, Plain]:
    """The parameters of a trial, of the texts that SageMaker hands on. Raises ArtifactInvalid for others.

    >>> drawn(Tune({"C": Continuous(0.1, 1), "penalty": OneOf("l2", None)}), {"C": "0.123456789", "penalty": "null"})
    {'C': 0.123457, 'penalty': None}
    """
    try:
        return {parameter: _value(given, told[parameter]) for parameter, given in tune.ranges.items()}
    except (KeyError, ValueError, TypeError) as exc:
        raise ArtifactInvalid(
            f"SageMaker's tuner drew {cut(str(dict(told)), WORDS_CHARACTERS)}, not of tune"
        ) from exc


def _value(given: Range, told: str) -> Plain:
    if isinstance(given, OneOf):
        return {_spelled(value): value for value in given.values}[told]
    if isinstance(given, Integer):
        return min(max(int(told), given.low), given.high)
    value = float(told)
    if not math.isfinite(value):
        raise ValueError(told)
    return min(max(float(f"{value:.{DIGITS}g}"), float(given.low)), float(given.high))


@dataclass(frozen=True)
class Found:
    """What a search came to: all of its trials, in the order in which they were started."""

    jobs: Sequence[TrialJob]
    means: Sequence[float | None]
    """Of the objective, of which more is better; None for a trial without a value."""
    parameters: Sequence[Mapping[str, Plain]]
    best: int
    """The place of the first one with the highest mean."""
    sign: int = 1
    """-1 where SageMaker was told of losses, whose negatives the means are."""

    @property
    def trials(self) -> list[Trial]:
        """Without the spread, which SageMaker does not know."""
        return [
            Trial(parameters=each, mean=mean, standard_deviation=None, seconds=_seconds([of]))
            for of, each, mean in zip(self.jobs, self.parameters, self.means, strict=True)
        ]

    @property
    def seconds(self) -> float:
        return _seconds(self.jobs)

    @property
    def ends(self) -> list[str]:
        """Why trials have no value, in words."""
        return list(_ends(self.jobs, sign=self.sign))


def find(
    edges: Edges,
    task: TrainTask,
    *,
    stage: str,
    drawn: Callable[[Mapping[str, str]], Mapping[str, Plain]],
    is_loss: bool = False,
) -> Found:
    """`drawn` makes parameters of a trial's texts; with `is_loss`, a mean is the negative of what was told.

    Raises ArtifactInvalid where there is no trial, TrainingFailed where none has a value.
    """
    search = name(stage, run=task.run)
    jobs = edges.jobs.trials(search)
    if not jobs:
        raise ArtifactInvalid(f"the search {search} left no trial: retrain again")
    sign = -1 if is_loss else 1
    means = [_mean(each, sign=sign) for each in jobs]
    known = [mean for mean in means if mean is not None]
    if not known:
        reasons = [each.reason for each in jobs if each.reason]
        said = f": {cut(reasons[0], WORDS_CHARACTERS)}" if reasons else ""
        raise TrainingFailed(f"no trial of recipe {task.model} has a value{said}", model=task.model)
    return Found(jobs, means, [drawn(each.parameters) for each in jobs], best=means.index(max(known)), sign=sign)


def collect(edges: Edges, task: TrainTask, tune: Tune, *, stage: str) -> Trained:
    """What the best trial made, with the facts of all. Raises as `find`, and ArtifactInvalid where its archive is
    gone or is no trial's."""
    found = find(edges, task, stage=stage, drawn=partial(drawn, tune))
    key = job.archive_of(found.jobs[found.best].name, run=task.run)
    return collected.collect(edges, task, key=key, take=partial(_with_all, found=found))


def _mean(each: TrialJob, *, sign: int) -> float | None:
    """Of a job that came to its end: one that did not told what it had until then."""
    if each.status != COMPLETED or each.value is None or not math.isfinite(each.value):
        return None
    return sign * float(f"{each.value:.{DIGITS_OF_A_VALUE}g}") + 0.0  # else a loss of 0 were -0


def _with_all(training: Training, *, found: Found) -> Training:
    """The facts of the best trial, which knows its own search alone, with those of all. Only it told its spread."""
    own, best = training.tuning, found.best
    if own is None or len(own.trials) != 1 or own.trials[0].parameters != found.parameters[best]:
        raise ArtifactInvalid(
            f"the job {found.jobs[best].name} left no facts of the trial that it was: retrain again"
        )
    trials, alone = found.trials, own.trials[0]
    trials[best] = Trial.of({**trials[best].document, **_measured(alone)})
    whole = {
        **own.document,
        "seconds": found.seconds,
        "best": best + 1,
        "trials": [each.document for each in trials],
        "warnings": [*own.warnings, *found.ends],
    }
    return Training.of({**training.document, "tuning": whole})


def _measured(alone: Trial) -> dict[str, Any]:
    return {"mean": alone.mean, "standard_deviation": alone.standard_deviation}


def _seconds(jobs: Sequence[TrialJob]) -> float:
    """From the first one's begin to the last one's end, as far as they tell."""
    begun = [each.began_at for each in jobs if each.began_at is not None]
    ended = [each.ended_at for each in jobs if each.ended_at is not None]
    return max(0.0, round((max(ended) - min(begun)).total_seconds(), 3)) if begun and ended else 0.0


def _ends(jobs: Sequence[TrialJob], *, sign: int) -> Iterator[str]:
    for number, each in enumerate(jobs, start=1):
        if each.status == STOPPED:
            so_far = "" if each.value is None else f", with {sign * each.value:.6g} until then"
            yield f"trial {number} was ended before the others{so_far}"
        elif each.status != COMPLETED or each.value is None:
            yield cut(f"trial {number} failed: {each.reason or 'it told no value'}", WORDS_CHARACTERS)
