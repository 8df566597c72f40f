"""What the committed machine promises."""

import json
from typing import Any

import pytest

from chalicelib.contracts import MODEL_REJECTED, NOTHING_NEW, OUTCOMES, PROMOTED, RETRAIN_FAILED, SUPERSEDED
from chalicelib.errors import TransientError, leaves
from chalicelib.names import TASKS
from workflows.definitions.checker import problems
from workflows.definitions.functions import SIGNATURES, placeholder
from workflows.definitions.rendering import golden

STATES: dict[str, dict[str, Any]] = json.loads(golden())["States"]
TASK_STATES = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def test_checker_and_statelint_find_nothing() -> None:
    assert problems(golden()) == []


def test_every_task_is_called_and_has_a_signature() -> None:
    assert {state["Resource"] for state in TASK_STATES.values()} == {placeholder(task) for task in TASKS}
    assert tuple(SIGNATURES) == TASKS


@pytest.mark.parametrize("name", TASK_STATES)
def test_our_own_errors_are_retried_exactly_when_they_are_transient(name: str) -> None:
    retried = {error for retrier in TASK_STATES[name]["Retry"] for error in retrier["ErrorEquals"]}

    assert retried & set(leaves()) == set(leaves(TransientError))


@pytest.mark.parametrize("name", TASK_STATES)
def test_killed_function_gets_two_more_tries(name: str) -> None:
    attempts = {
        error: retrier["MaxAttempts"] for retrier in TASK_STATES[name]["Retry"] for error in retrier["ErrorEquals"]
    }

    killed = ("Runtime.ExitError", "Sandbox.Timedout", "Lambda.Unknown", "States.Timeout")
    assert [attempts[error] for error in killed] == [2, 2, 2, 2]


def test_machine_ends_in_outcomes_only() -> None:
    ends = {name for name, state in STATES.items() if state.get("End") or state["Type"] == "Fail"}

    recorded = {name: STATES[name]["Parameters"]["outcome"] for name in ends & set(TASK_STATES)}
    assert recorded == {
        "Promoted": PROMOTED,
        "NothingNew": NOTHING_NEW,
        "ModelRejected": MODEL_REJECTED,
        "SupersededByRun": SUPERSEDED,
        "SupersededByMove": SUPERSEDED,
    }
    assert {*recorded.values(), *(ends - set(TASK_STATES))} == set(OUTCOMES)


def test_failure_of_the_restoring_leaves_the_first_failure_in_place() -> None:
    restore = STATES["RestoreAfterFailure"]

    assert (restore["Catch"][0]["Next"], restore["Next"]) == (RETRAIN_FAILED, RETRAIN_FAILED)
    assert restore["Catch"][0]["ResultPath"] == restore["ResultPath"] == "$.restore_after_failure"
    assert STATES[RETRAIN_FAILED]["ErrorPath"] == "$.failure.Error"


def test_every_choice_fails_closed() -> None:
    defaults = {name: state["Default"] for name, state in STATES.items() if state["Type"] == "Choice"}

    assert defaults == {
        "HasNewData": "DecisionUnknown",
        "PassesThresholds": "ModelRejected",
        "IsLive": "DecisionUnknown",
    }
    assert STATES["DecisionUnknown"]["Next"] == "RestoreAfterFailure"


def test_run_begins_by_repairing_what_a_dead_run_left() -> None:
    assert json.loads(golden())["StartAt"] == "RestoreAlias"
    assert STATES["RestoreAlias"]["Parameters"]["failure"] is None


def test_alias_is_judged_by_the_revision_that_the_champion_was_scored_at() -> None:
    assert STATES["SwapAlias"]["Parameters"]["champion_revision_id.$"] == "$.evaluate.champion_revision_id"
