"""Defines how the machine ends: with a recorded outcome, or by the way of every failure."""

from __future__ import annotations

from stepfunctions.steps import Fail, Pass, Task

from chalicelib.contracts.decisions import RETRAIN_FAILED, SUPERSEDED
from workflows.definitions.states import fail, task


def end(state: str, *, outcome: str, reason: str) -> Task:
    """Record how the run ended; the record is the execution's output. Being superseded has a state for each cause."""
    return task(
        "record-outcome",
        state=state,
        outcome=outcome,
        reason=reason,
        ends=True,
        caught_by=restore_after_failure(),
    )


def superseded_by_move() -> Task:
    return end("SupersededByMove", outcome=SUPERSEDED, reason="$.rollout.reason")


def decision_unknown() -> Pass:
    """A task answered with a decision that the machine does not know: fail as a task would."""
    state = Pass(
        "DecisionUnknown",
        result={
            "Error": "ContractBroken",
            "Cause": "A task made a decision that the state machine does not know: "
            "deploy the functions and the state machine together.",
        },
        result_path="$.failure",
    )
    state.next(restore_after_failure())
    return state


def restore_after_failure() -> Task:
    """Put the alias right and record the failure; one of its own must not hide the first."""
    state = task(
        "restore-alias",
        state="RestoreAfterFailure",
        failure="$.failure",
        failure_path="$.restore_after_failure",
        caught_by=retrain_failed(),
    )
    state.next(retrain_failed())
    return state


def retrain_failed() -> Fail:
    return fail(RETRAIN_FAILED, failure_path="$.failure")
