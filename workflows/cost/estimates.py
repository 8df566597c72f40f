"""Estimates how much of AWS a retrain and an idle month of a stage use. Real data and real Lambdas differ."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence

from chalicelib.limits import BATCH_INSTANCES, BATCH_RECORDS
from chalicelib.log import REJECTED, SUCCEEDED
from chalicelib.names import PREDICT_BATCH, TASKS
from workflows.cost.usage import Call, Usage, Work, of_calls
from workflows.definitions.asl import Definition, chosen, states
from workflows.definitions.functions import placeholder
from workflows.stacks.functions import Size

PROMOTED, NOTHING_NEW = "Promoted", "NothingNew"
SHORTCUT = "TakeUp"
"""The way of a run that takes an approved version up: it trains nothing, and costs less."""
NIGHTS = 365.25 / 12
"""The nights of a mean month."""
HOURS_OF_A_DAY = 24
OUTCOME_METRICS = (SUCCEEDED, REJECTED)
"""Of each model, written once a run."""

TYPICAL_SECONDS = {
    "restore-alias": 2.0,
    "preprocess": 6.0,
    "train": 12.0,
    "evaluate": 4.0,
    "version-model": 2.0,
    "replay": 4.0,
    "shift-traffic": 4.0,
    "swap-alias": 2.0,
    "record-outcome": 2.0,
}
"""Of a cold start and the work on 567,498 rows: about three times what a laptop's processor takes."""
UNKNOWN_TASK_SECONDS = 5.0
API_SECONDS, SERVING_SECONDS = 0.040, 0.010
"""Of a warm prediction: the app waits while the serving function works."""
BATCH_RECORDS_A_SECOND = 6_200
"""Of a scorecard of 3 columns, on the local AWS of a laptop: docs/batches.md."""
OF_A_CHUNK = ("predictions", "errors", "chunks")
"""The files that it writes at most."""
REQUESTS_OF_A_BATCH = 30
"""Of S3 beside those, writes and reads each: the file, the request, and who looks how far it is."""
REQUESTS_PER_STATE = (4, 10)
"""S3 writes and reads of one state, rounded up."""
LOG_GB_PER_STATE = 4e-6
"""Lambda's own lines and a few of ours: some 4 KB."""
LOG_GB_PER_PREDICTION = 600e-9
"""Lambda's own lines of a call of two functions, some 200 bytes each, and the serving function's line of labels."""
STORED_GB = 1.0
"""Data, models and packages of a small stage, noncurrent versions included."""


def path_to(definition: Definition, state: str) -> tuple[str, ...]:
    """The shortest way to the state of a run that trains, both ends included, when nothing fails; empty for none."""
    known = states(definition)
    ways: deque[tuple[str, ...]] = deque([(definition["StartAt"],)])
    seen = {definition["StartAt"]}
    while ways:
        way = ways.popleft()
        if way[-1] == state:
            return way
        for successor in chosen(known[way[-1]]):
            if successor not in seen and successor != SHORTCUT:
                seen.add(successor)
                ways.append((*way, successor))
    return ()


def work_to(
    definition: Definition, outcome: str, *, sizes: Mapping[str, Size], seconds: Mapping[str, float] = TYPICAL_SECONDS
) -> Work:
    """What a run takes that ends with the outcome; sizes and seconds are by task.

    The start of an execution counts as a transition, and so does each state.
    """
    way = path_to(definition, outcome)
    tasks = {placeholder(task): task for task in TASKS}
    called = [
        tasks[known["Resource"]] for name in way if (known := states(definition)[name]).get("Resource") in tasks
    ]
    writes, reads = REQUESTS_PER_STATE
    return Work(
        calls=tuple(
            Call(
                memory_mb=sizes[task].memory_mb,
                storage_mb=sizes[task].storage_mb,
                seconds=seconds.get(task, UNKNOWN_TASK_SECONDS),
            )
            for task in called
        ),
        transitions=len(way) + 1,
        put_requests=writes * len(called),
        get_requests=reads * len(called),
        log_gb=LOG_GB_PER_STATE * len(called),
    )


def retrain_usage(definition: Definition, *, sizes: Mapping[str, Size], architecture: str) -> Usage:
    """Of one retrain that ends Promoted, all at once, every function starting cold.

    Each step of a canary adds three transitions, a call of ShiftTraffic, ten metrics that CloudWatch is asked for,
    and a query that scans the log of the serving function since the first share.
    """
    return work_to(definition, PROMOTED, sizes=sizes).usage(architecture=architecture)


def longest_retrain_usage(definition: Definition, *, sizes: Mapping[str, Size], architecture: str) -> Usage:
    """Of one whose data are so many that every task takes all the time that it may. More ends it, unpromoted."""
    longest = {task: size.timeout_seconds for task, size in sizes.items()}
    return work_to(definition, PROMOTED, sizes=sizes, seconds=longest).usage(architecture=architecture)


def idle_usage(
    definition: Definition,
    *,
    sizes: Mapping[str, Size],
    architecture: str,
    alarms: int,
    models: Sequence[str],
    stored_gb: float = STORED_GB,
) -> Usage:
    """Of a month without new data and without a prediction: each night one run for each model ends NothingNew."""
    night = work_to(definition, NOTHING_NEW, sizes=sizes)
    runs = NIGHTS * len(models)
    return night.usage(architecture=architecture).times(runs) + standing_usage(
        alarms=alarms, models=len(models), stored_gb=stored_gb, log_gb=night.log_gb * runs
    )


def standing_usage(*, alarms: int, models: int, stored_gb: float, log_gb: float) -> Usage:
    """Of a month, used or not: what is stored, and what watches. A metric is paid by the hours that have a value of
    it, one in a day here.

    Source: https://aws.amazon.com/cloudwatch/pricing/
    """
    return Usage(
        {
            "stored_gb_month": stored_gb,
            "log_gb_month": log_gb,
            "alarm_month": alarms,
            "metric_month": len(OUTCOME_METRICS) * models / HOURS_OF_A_DAY,
        }
    )


def predictions_usage(count: int, *, serving_memory_mb: int, api_memory_mb: int, architecture: str) -> Usage:
    """Of so many requests to /predict that find their functions warm: API Gateway, the app, the serving function."""
    calls = (
        Call(memory_mb=api_memory_mb, seconds=API_SECONDS),
        Call(memory_mb=serving_memory_mb, seconds=SERVING_SECONDS),
    )
    said = Usage({"rest_request": 1, "log_gb": LOG_GB_PER_PREDICTION})
    return (of_calls(calls, architecture=architecture) + said).times(count)


def batch_usage(records: int, *, sizes: Mapping[str, Size], serving_memory_mb: int, architecture: str) -> Usage:
    """Of a stored file of so many records. The serving function works all the time that predict-batch takes: it works
    less, while that reads and writes."""
    seconds = records / BATCH_RECORDS_A_SECOND
    calls, chunks = math.ceil(records / BATCH_INSTANCES), math.ceil(records / BATCH_RECORDS)
    size = sizes[PREDICT_BATCH]
    asked = [Call(memory_mb=serving_memory_mb, seconds=seconds / calls)] * calls
    scoring = Call(memory_mb=size.memory_mb, storage_mb=size.storage_mb, seconds=seconds)
    work = Work(
        calls=(scoring, *asked),
        transitions=0,
        put_requests=len(OF_A_CHUNK) * chunks + REQUESTS_OF_A_BATCH,
        get_requests=REQUESTS_OF_A_BATCH,
        log_gb=LOG_GB_PER_PREDICTION * calls,
    )
    return work.usage(architecture=architecture)
