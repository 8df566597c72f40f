"""What the committed machine promises."""

import json
from typing import Any

import pytest

from chalicelib.contracts.decisions import (
    MODEL_REJECTED,
    NOTHING_NEW,
    OUTCOMES,
    PROMOTED,
    RETRAIN_FAILED,
    ROLLED_BACK,
    SUPERSEDED,
    WAITING,
)
from chalicelib.errors import TransientError, leaves
from chalicelib.names import TASKS
from workflows.definitions.asl import chosen, otherwise
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
        "RolledBack": ROLLED_BACK,
        "Waiting": WAITING,
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
        "GoesOn": "DecisionUnknown",
        "IsLive": "DecisionUnknown",
        "JudgesAgain": "SupersededByMove",
        "StillPasses": "ModelRejected",
    }
    assert STATES["DecisionUnknown"]["Next"] == "RestoreAfterFailure"


def test_run_begins_by_repairing_what_a_dead_run_left() -> None:
    assert json.loads(golden())["StartAt"] == "RestoreAlias"
    assert STATES["RestoreAlias"]["Parameters"]["failure"] is None


def test_first_move_replaces_the_alias_that_the_champion_was_scored_at_and_each_further_one_what_was_left() -> None:
    assert STATES["Replay"]["Parameters"]["champion_revision_id.$"] == "$.evaluate.champion_revision_id"
    for name in ("ShiftTraffic", "SwapAlias"):
        assert STATES[name]["Parameters"]["revision_id.$"] == "$.rollout.revision_id"
    assert {name for name, state in STATES.items() if state.get("ResultPath") == "$.rollout"} == {
        *("Replay", "ShiftTraffic", "SwapAlias")
    }


def test_nothing_is_live_before_it_was_replayed() -> None:
    def ways(start: str, *, past: str) -> set[str]:
        reached: set[str] = set()
        ahead = [start]
        while ahead:
            name = ahead.pop()
            if name not in reached and name != past:
                reached.add(name)
                ahead += chosen(STATES[name]) + otherwise(STATES[name])
        return reached

    assert "SwapAlias" in ways("RestoreAlias", past="nothing")
    assert not {"ShiftTraffic", "SwapAlias"} & ways("RestoreAlias", past="Replay")


def test_second_judging_is_the_first_one_once_more() -> None:
    first, second = STATES["Evaluate"], STATES["Rejudge"]

    assert (first["Parameters"]["judging"], second["Parameters"]["judging"]) == (1, 2)
    assert {**second, "Next": first["Next"], "Parameters": {**second["Parameters"], "judging": 1}} == first


def test_share_is_served_for_as_long_as_the_function_says_and_then_looked_at() -> None:
    assert STATES["Bake"] == {"Type": "Wait", "SecondsPath": "$.rollout.bake_seconds", "Next": "ShiftTraffic"}


def test_approved_version_is_replayed_again_and_never_judged() -> None:
    taking_up = STATES["TakeUp"]

    assert taking_up["Next"] == "Replay"
    assert taking_up["Parameters"]["preprocess"]["is_approved"] is True
    assert STATES["Replay"]["Parameters"]["is_approved.$"] == "$.preprocess.is_approved"
    assert [rule["BooleanEquals"] for rule in STATES["JudgesAgain"]["Choices"]] == [False]


def test_moves_of_an_approved_version_are_by_whoever_approved_it() -> None:
    for name in ("ShiftTraffic", "SwapAlias"):
        assert STATES[name]["Parameters"]["who.$"] == "$.preprocess.who"
        assert STATES[name]["Parameters"]["why.$"] == "$.preprocess.why"
