"""Tuning jobs that really search: each trial is a training job, and the best of them is found in their logs.

The parameters are drawn at random, or are those of the grid. SageMaker's Bayesian search is its own affair: here it
draws at random too. A job is never ended before the others. Source:
https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-how-it-works.html
"""

from __future__ import annotations

import hashlib
import itertools
import math
import random
import re
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.sagemaker.adapter.linear_learner import LINES
from tests.sagemaker.adapter.orders import Order, Orders
from tests.sagemaker.adapter.service import Action, Json, Refused
from tests.sagemaker.adapter.training import Job, TrainingJobs

ARN = "arn:aws:sagemaker:us-east-1:000000000000:"
NAME, CONFIG, DEFINITION = (
    "HyperParameterTuningJobName",
    "HyperParameterTuningJobConfig",
    "TrainingJobDefinition",
)
OBJECTIVE = "_tuning_objective_metric"
"""Among the hyperparameters of each job that a tuning job starts."""
ENDED = "All training jobs failed. Please take a look at the training jobs failures to get more details."


@dataclass
class Trial:
    """A training job, and when it was at work."""

    tuned: Mapping[str, str]
    job: Job
    began: datetime
    ended: datetime | None = None


@dataclass
class Search:
    """One tuning job, from its start on."""

    request: Json
    order: Order
    status: str = "InProgress"
    failure: str = ""
    trials: list[Trial] = field(default_factory=list)

    @property
    def config(self) -> Json:
        found: Json = self.request[CONFIG]
        return found


class TuningJobs:
    """Knows every search of this account by its name."""

    def __init__(self, jobs: TrainingJobs, *, orders: Orders) -> None:
        self._jobs, self._orders = jobs, orders
        self._searches: dict[str, Search] = {}

    def actions(self) -> Mapping[str, Action]:
        return {
            "CreateHyperParameterTuningJob": self._create,
            "DescribeHyperParameterTuningJob": self._describe,
            "StopHyperParameterTuningJob": self._stop,
            "ListTrainingJobsForHyperParameterTuningJob": self._list,
        }

    def _create(self, request: Json) -> Json:
        name, order = request[NAME], self._orders.next()
        if order.refused:
            raise Refused(order.refused, order.message)
        if name in self._searches:
            raise Refused("ResourceInUse", "Hyperparameter tuning job names must be unique")
        search = self._searches[name] = Search(request, order)
        threading.Thread(target=self._carry_out, args=(search,), daemon=True).start()
        return {"HyperParameterTuningJobArn": f"{ARN}hyper-parameter-tuning-job/{name}"}

    def _search(self, request: Json) -> Search:
        search = self._searches.get(request[NAME])
        if search is None:
            raise Refused("ResourceNotFound", "Requested resource not found.")
        return search

    def _describe(self, request: Json) -> Json:
        search = self._search(request)
        told = {name: search.request[name] for name in (NAME, CONFIG, DEFINITION)}
        told |= {"HyperParameterTuningJobArn": f"{ARN}hyper-parameter-tuning-job/{search.request[NAME]}"}
        told |= {"HyperParameterTuningJobStatus": search.status, "CreationTime": 0}
        told |= {"TrainingJobStatusCounters": {}, "ObjectiveStatusCounters": {}}
        told |= {"FailureReason": search.failure} if search.failure else {}
        return told

    def _stop(self, request: Json) -> Json:
        search = self._search(request)
        if search.status not in ("InProgress", "Stopping"):
            raise Refused("ValidationException", f"The job is in status {search.status}.")
        search.status = "Stopping"
        self._end_jobs(search)
        return {}

    def _list(self, request: Json) -> Json:
        search = self._search(request)
        objective = search.config["HyperParameterTuningJobObjective"]
        return {"TrainingJobSummaries": [_summary(each, objective=objective) for each in search.trials]}

    def _carry_out(self, search: Search) -> None:
        limits = search.config["ResourceLimits"]
        trials = itertools.islice(drawn(search.config), limits["MaxNumberOfTrainingJobs"])
        try:
            with ThreadPoolExecutor(limits["MaxParallelTrainingJobs"]) as pool:
                list(pool.map(lambda each: self._try(search, *each), enumerate(trials, start=1)))
        except Refused as refused:
            search.failure = refused.message
        if search.status == "Stopping":
            search.status = "Stopped"
        elif any(value(each.job) is not None and each.job.status == "Completed" for each in search.trials):
            search.status = "Completed"
        else:
            search.status, search.failure = "Failed", search.failure or ENDED

    def _try(self, search: Search, number: int, tuned: Mapping[str, str]) -> None:
        if search.status != "InProgress":
            return
        definition, name = search.request[DEFINITION], search.request[NAME]
        static = definition["StaticHyperParameters"]
        if static.keys() & tuned.keys():
            raise Refused("ValidationException", f"both fixed and tuned: {sorted(static.keys() & tuned.keys())}")
        each = {
            **{part: content for part, content in definition.items() if part != "StaticHyperParameters"},
            "TrainingJobName": f"{name}-{number:03}-{hashlib.sha256(name.encode()).hexdigest()[:8]}",
            "HyperParameters": {
                **static,
                **tuned,
                OBJECTIVE: search.config["HyperParameterTuningJobObjective"]["MetricName"],
            },
        }
        trial = Trial(tuned, self._jobs.train(each, order=search.order), datetime.now(UTC))
        search.trials.append(trial)
        if search.status != "InProgress":
            self._end_jobs(search)
        trial.job.done.wait()
        trial.ended = datetime.now(UTC)

    def _end_jobs(self, search: Search) -> None:
        for each in [*search.trials]:
            if not each.job.done.is_set():
                self._jobs.end_one(each.job)


def value(job: Job) -> float | None:
    """The last one that the job wrote of the search's metric."""
    found = re.findall(_expression(job), job.log)
    return float(found[-1]) if found else None


def _expression(job: Job) -> str:
    """By which the metric is found in the log: the request's own, or for a closed image what SageMaker knows."""
    described = job.request["AlgorithmSpecification"].get("MetricDefinitions")
    if described is None:
        return f"{re.escape(LINES[job.request['HyperParameters'][OBJECTIVE]])}(\\S+)"
    [metric] = described
    return str(metric["Regex"])


def _summary(trial: Trial, *, objective: Json) -> Json:
    job, told = trial.job, value(trial.job)
    ended = {"TrainingEndTime": trial.ended.timestamp()} if trial.ended else {}
    final = {"MetricName": objective["MetricName"], "Value": told, "Type": objective["Type"]}
    return {
        "TrainingJobName": job.name,
        "TrainingJobArn": f"{ARN}training-job/{job.name}",
        "CreationTime": trial.began.timestamp(),
        "TrainingStartTime": trial.began.timestamp(),
        "TrainingJobStatus": job.status,
        "TunedHyperParameters": trial.tuned,
        "ObjectiveStatus": "Failed" if told is None else "Succeeded",
        **ended,
        **({} if told is None else {"FinalHyperParameterTuningJobObjectiveMetric": final}),
        **({"FailureReason": job.failure} if job.failure else {}),
    }


def drawn(config: Json) -> Iterator[dict[str, str]]:
    """The parameters of one trial after another, each as a text."""
    ranges = config["ParameterRanges"]
    listed = {each["Name"]: each["Values"] for each in ranges.get("CategoricalParameterRanges", [])}
    if config["Strategy"] == "Grid":
        yield from (dict(zip(listed, chosen, strict=True)) for chosen in itertools.product(*listed.values()))
        return
    source = random.Random(config["RandomSeed"])
    while True:
        trial = {name: source.choice(values) for name, values in listed.items()}
        for each in ranges.get("ContinuousParameterRanges", []):
            trial[each["Name"]] = repr(_between(each, source))
        for each in ranges.get("IntegerParameterRanges", []):
            trial[each["Name"]] = str(round(_between(each, source)))
        yield trial


def _between(given: Json, source: random.Random) -> float:
    low, high = float(given["MinValue"]), float(given["MaxValue"])
    if given["ScalingType"] == "Logarithmic":
        return math.exp(source.uniform(math.log(low), math.log(high)))
    return source.uniform(low, high)
