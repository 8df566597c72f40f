"""Whoever waits, waits longer than whom he waits for: every pair of an outer and an inner time-out.

caller -> gateway -> API -> move-alias, serving function, AWS       state -> task function -> AWS
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.config import Config

from chalicelib import names
from chalicelib.aws import connect
from chalicelib.aws.patience import (
    ANSWER_SECONDS,
    API_SECONDS,
    ATTENTIVE,
    BATCH_SECONDS,
    BRIEF,
    GATEWAY_SECONDS,
    MOVE_SECONDS,
    MOVING,
    PATIENT,
    PROMPT,
    SERVING_SECONDS,
    UNHURRIED,
    WATCHFUL,
    OutOfTime,
    Patience,
    ending_within,
)
from chalicelib.batches import batch_reports, batch_requests
from chalicelib.errors import TransientError
from chalicelib.interventions import fitness
from chalicelib.limits import BATCH_SCORING_SECONDS, SERVING_SECONDS_MAX
from chalicelib.names import Names
from chalicelib.registry import publishing
from chalicelib.settings.reading import load
from chalicelib.settings.stage import StageSettings
from chalicelib.settings.texts import OTHER_TASK_SECONDS, TASK_SECONDS
from tests.simulation.asl import retry_delay_seconds
from workflows.definitions.checks.policies import LAMBDA_LIMIT_SECONDS
from workflows.stacks.functions import DATA_TASKS, serving_configuration, task_sizes

ROOT = Path(__file__).parents[2]
MACHINE = json.loads((ROOT / "workflows/definitions/golden/retrain.asl.json").read_text())
CHALICE = json.loads((ROOT / ".chalice/config.json").read_text())
TASKS = {name: state for name, state in MACHINE["States"].items() if state["Type"] == "Task"}
OF_THE_API = (PROMPT, BRIEF, ATTENTIVE, WATCHFUL)
OF_TASKS = {**dict.fromkeys(DATA_TASKS, TASK_SECONDS), "task": OTHER_TASK_SECONDS}
LONGEST, SHORTEST = (
    load(StageSettings, {f"NIGHTSWAP_{task.upper()}_SECONDS": str(of[end]) for task, of in OF_TASKS.items()})
    for end in (-1, 0)
)
"""What a stage may set for the time of its tasks."""
LAMBDAS_PAUSES_SECONDS = 60 + 120
"""Before it calls a function again that failed, and once more.
Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
START_SECONDS = 5
"""So much of a function's time may be gone before its first call: it has started, and may have listed the models."""


def function_of(state: dict[str, Any]) -> str:
    """The task that a state calls."""
    title = state["Resource"].strip("${}")
    return next(task for task in names.TASKS if task.replace("-", "").lower() == title.lower())


@pytest.mark.parametrize("name", TASKS)
def test_state_waits_longer_than_its_function_may_take(name: str) -> None:
    longest = task_sizes(LONGEST)[function_of(TASKS[name])]

    assert longest.timeout_seconds < TASKS[name]["TimeoutSeconds"] <= LAMBDA_LIMIT_SECONDS


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("error", ["Lambda.TooManyRequestsException", "FunctionUnavailable"])
def test_throttled_state_outlasts_in_the_mean_every_function_that_takes_its_place(name: str, error: str) -> None:
    retrier = next(each for each in TASKS[name]["Retry"] if error in each["ErrorEquals"])
    spent: dict[int, int] = {}
    pauses: list[float] = []
    while (pause := retry_delay_seconds([retrier], error, spent)) is not None:
        pauses.append(pause)

    assert max(pauses) <= 120
    assert sum(pauses) / 2 > 1.5 * LAMBDA_LIMIT_SECONDS, "full jitter halves each pause in the mean"


@pytest.mark.parametrize("task", names.TASKS)
def test_a_tasks_call_ends_before_its_function_does(task: str) -> None:
    assert PATIENT.longest_seconds + ANSWER_SECONDS + START_SECONDS < task_sizes(SHORTEST)[task].timeout_seconds


def test_a_move_has_time_for_its_calls_and_the_api_for_a_move() -> None:
    assert {task_sizes(each)[names.MOVE_ALIAS].timeout_seconds for each in (SHORTEST, LONGEST)} == {MOVE_SECONDS}
    assert MOVING.longest_seconds + ANSWER_SECONDS + START_SECONDS < MOVE_SECONDS
    assert ATTENTIVE.read_seconds > MOVE_SECONDS


@pytest.mark.parametrize("of", OF_THE_API)
def test_a_call_of_the_api_ends_before_its_function_does_and_that_before_the_gateway(of: Patience) -> None:
    assert of.longest_seconds + ANSWER_SECONDS + START_SECONDS < API_SECONDS < GATEWAY_SECONDS


@pytest.mark.parametrize("stage", CHALICE["stages"])
def test_every_function_of_the_app_has_the_apis_time(stage: str) -> None:
    settings = CHALICE["stages"][stage]
    of_functions = settings.get("lambda_functions", {}).values()

    assert CHALICE["lambda_timeout"] == API_SECONDS
    assert [each for each in (settings, *of_functions) if "lambda_timeout" in each] == []


def test_a_serving_function_is_waited_for_to_its_end() -> None:
    assert serving_configuration()["Timeout"] == SERVING_SECONDS < PROMPT.read_seconds
    assert UNHURRIED.read_seconds > SERVING_SECONDS_MAX > PROMPT.read_seconds, "of a task, whatever a recipe says"


@pytest.mark.parametrize("task", ["replay", names.PREDICT_BATCH])
def test_a_task_that_asks_a_version_has_time_for_its_longest_answer(task: str) -> None:
    assert UNHURRIED.longest_seconds + ANSWER_SECONDS + START_SECONDS < task_sizes(SHORTEST)[task].timeout_seconds


def test_publishing_has_time_to_wait_until_its_version_is_active() -> None:
    rest = PATIENT.longest_seconds + ANSWER_SECONDS + START_SECONDS

    assert publishing.ACTIVE_WITHIN_SECONDS + rest < task_sizes(SHORTEST)["version-model"].timeout_seconds


def test_move_that_publishes_again_says_in_time_that_the_version_is_not_active_yet() -> None:
    rest = MOVING.longest_seconds + ANSWER_SECONDS + START_SECONDS

    assert fitness.REPUBLISHED_WITHIN_SECONDS + rest < MOVE_SECONDS


def test_the_api_looks_for_the_end_of_a_batch_until_it_is_time_to_say_that_it_goes_on() -> None:
    last_look = batch_requests.WAIT_SECONDS + batch_requests.LONGEST_PAUSE_SECONDS

    assert last_look + WATCHFUL.longest_seconds + ANSWER_SECONDS < API_SECONDS


def test_a_batch_has_all_of_lambdas_time_and_is_quiet_for_longer_than_lambdas_pauses() -> None:
    assert task_sizes()[names.PREDICT_BATCH].timeout_seconds == BATCH_SECONDS < LAMBDA_LIMIT_SECONDS
    assert batch_reports.QUIET_SECONDS > LAMBDAS_PAUSES_SECONDS


def test_a_batch_whose_time_is_as_long_as_it_may_be_ends_before_its_function_begins_no_more_calls() -> None:
    assert BATCH_SCORING_SECONDS + UNHURRIED.longest_seconds + ANSWER_SECONDS + START_SECONDS < BATCH_SECONDS


def test_calls_that_move_are_tried_once() -> None:
    assert (ATTENTIVE.attempts, PROMPT.attempts) == (1, 1)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 2 * 10 + 1), (3, 3 * 10 + 1 + 2), (4, 4 * 10 + 1 + 2 + 4)]
)
def test_longest_call_has_all_its_attempts_and_the_pauses_between_them(attempts: int, seconds: float) -> None:
    assert Patience(connect_seconds=4, read_seconds=6, attempts=attempts).longest_seconds == seconds


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody, and an address where nobody listens."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("nobody")
def test_whoever_has_time_for_a_call_of_lambda_may_not_have_it_for_a_versions_longest_answer() -> None:
    here = connect.edges(Names(stage="slow", account="123456789012", region="eu-west-1"), PATIENT)

    with ending_within(1000 * (PATIENT.longest_seconds + 10)):
        with pytest.raises(TransientError, match="EndpointConnectionError"):
            here.functions.alias("m")
        with pytest.raises(TransientError, match="OutOfTime"):
            here.functions.invoke("m", b"{}", qualifier="1")


@pytest.mark.usefixtures("nobody")
def test_a_move_by_hand_has_the_time_to_ask_the_version_that_it_moves_to() -> None:
    here = connect.edges(Names(stage="moving", account="123456789012", region="eu-west-1"), MOVING)

    with ending_within(1000 * MOVE_SECONDS), pytest.raises(TransientError, match="EndpointConnectionError"):
        here.functions.invoke("m", b"{}", qualifier="1")


@pytest.mark.parametrize("of", [PATIENT, PROMPT, BRIEF, MOVING, ATTENTIVE, WATCHFUL, UNHURRIED])
def test_client_is_made_with_its_patience(of: Patience) -> None:
    config: Config = of.client("s3").meta.config

    assert (config.connect_timeout, config.read_timeout) == (of.connect_seconds, of.read_seconds)  # type: ignore[attr-defined]
    assert config.retries == {"mode": "standard", "total_max_attempts": of.attempts}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("nobody")
def test_call_begins_while_there_is_time_for_all_of_it_and_never_later() -> None:
    client = BRIEF.client("s3")
    enough = 1000 * (BRIEF.longest_seconds + ANSWER_SECONDS + 60)

    with ending_within(1000 * (BRIEF.longest_seconds + ANSWER_SECONDS)), pytest.raises(OutOfTime):
        client.list_buckets()
    with ending_within(enough), ending_within(1), pytest.raises(OutOfTime):
        client.list_buckets()
    with ending_within(enough), pytest.raises(Exception, match="Could not connect"):
        client.list_buckets()
    with pytest.raises(Exception, match="Could not connect"):
        client.list_buckets()


@pytest.mark.usefixtures("nobody")
def test_every_edge_minds_the_time_and_says_so_as_a_service_that_is_away() -> None:
    here = connect.edges(Names(stage="late", account="123456789012", region="eu-west-1"), MOVING)
    long_ago = here.clock() - timedelta(hours=1)
    calls: dict[str, Callable[[], object]] = {
        "store": lambda: here.store.find("key"),
        "functions": lambda: here.functions.alias("m"),
        "executions": lambda: here.executions.find("run"),
        "metrics": lambda: here.metrics.minutes("m", function_versions=["1"], since=long_ago, until=here.clock()),
        "pipeline": lambda: connect.pipeline_functions("late").call(names.MOVE_ALIAS, b"{}"),
    }
    said = {}
    with ending_within(1):
        for name, call in calls.items():
            with pytest.raises(TransientError, match="OutOfTime") as raised:
                call()
            said[name] = type(raised.value).__name__

    assert said == {
        "store": "StoreUnavailable",
        "functions": "FunctionUnavailable",
        "executions": "ExecutionsUnavailable",
        "metrics": "MetricsUnavailable",
        "pipeline": "FunctionUnavailable",
    }
