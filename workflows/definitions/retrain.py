"""The state machine that retrains a model, read from the top: each function is one stretch of the diagram.

Every task that fails for good leads to RestoreAfterFailure, which puts the alias right and keeps the reason, and ends
in RetrainFailed. There is no time-out of the whole machine: no Catch would run on it. The tasks' own bound it.

Where later states belong: an engine choice, with training on SageMaker, in `fit`; the replay through the published
function version and the canary steps in `shift_traffic`.
"""

from __future__ import annotations

from stepfunctions.steps import Chain, Choice, Fail, Graph, Pass, Task
from stepfunctions.steps.states import State

from chalicelib.contracts import MODEL_REJECTED, NOTHING_NEW, PROMOTED, RETRAIN_FAILED, SUPERSEDED, TRAIN
from workflows.definitions.states import branch, fail, task


def retrain() -> Graph:
    """The whole machine."""
    return Graph(
        Chain([restore_alias(), preprocess(), has_new_data()]),
        comment="Retrain a model, judge it, version it, and make it live only when it is proved no worse.",
    )


def restore_alias() -> Task:
    """Repair what a dead run left behind."""
    return task(
        "restore-alias",
        state="RestoreAlias",
        failure=None,
        timeout_seconds=120,
        caught_by=restore_after_failure(),
    )


def preprocess() -> Task:
    """Take the lease, read the data set, split it."""
    return task(
        "preprocess",
        state="Preprocess",
        force="$.force",
        timeout_seconds=900,
        caught_by=restore_after_failure(),
    )


def has_new_data() -> Choice:
    return branch(
        "HasNewData",
        on="$.preprocess.decision",
        cases={
            TRAIN: Chain([*fit(), evaluate(), passes_thresholds()]),
            NOTHING_NEW: end("NothingNew", outcome=NOTHING_NEW, reason="$.preprocess.reason"),
            SUPERSEDED: end("SupersededByRun", outcome=SUPERSEDED, reason="$.preprocess.reason"),
        },
        otherwise=decision_unknown(),
    )


def fit() -> list[State]:
    """From the data to an artifact: today in a Lambda function."""
    return [
        task(
            "train",
            state="Train",
            train_uri="$.preprocess.train_uri",
            holdout_uri="$.preprocess.holdout_uri",
            timeout_seconds=900,
            caught_by=restore_after_failure(),
        )
    ]


def evaluate() -> Task:
    """Score the artifact on the holdout, and the champion beside it."""
    return task(
        "evaluate",
        state="Evaluate",
        holdout_uri="$.preprocess.holdout_uri",
        artifact_uri="$.train.artifact_uri",
        artifact_sha256="$.train.artifact_sha256",
        answers_uri="$.train.answers_uri",
        timeout_seconds=600,
        caught_by=restore_after_failure(),
    )


def passes_thresholds() -> Choice:
    """Anything but a plain yes is a no."""
    return branch(
        "PassesThresholds",
        on="$.evaluate.passed",
        cases={True: Chain([version_model(), *shift_traffic(), is_live()])},
        otherwise=end("ModelRejected", outcome=MODEL_REJECTED, reason="$.evaluate.reason"),
    )


def version_model() -> Task:
    """Number the model in the registry and publish it as a function version."""
    return task(
        "version-model",
        state="VersionModel",
        fingerprint="$.preprocess.fingerprint",
        artifact_uri="$.train.artifact_uri",
        artifact_sha256="$.train.artifact_sha256",
        report_uri="$.evaluate.report_uri",
        serving_sha256="$.evaluate.serving_sha256",
        timeout_seconds=300,
        caught_by=restore_after_failure(),
    )


def shift_traffic() -> list[State]:
    """From a published function version to the live one: today all at once."""
    return [
        task(
            "swap-alias",
            state="SwapAlias",
            model_version="$.version_model.model_version",
            function_version="$.version_model.function_version",
            champion_revision_id="$.evaluate.champion_revision_id",
            timeout_seconds=120,
            caught_by=restore_after_failure(),
        )
    ]


def is_live() -> Choice:
    return branch(
        "IsLive",
        on="$.swap_alias.decision",
        cases={
            PROMOTED: end("Promoted", outcome=PROMOTED, reason="$.swap_alias.reason"),
            SUPERSEDED: end("SupersededByMove", outcome=SUPERSEDED, reason="$.swap_alias.reason"),
        },
        otherwise=decision_unknown(),
    )


def end(state: str, *, outcome: str, reason: str) -> Task:
    """Record how the run ended; the record is the execution's output. Being superseded has a state for each cause."""
    return task(
        "record-outcome",
        state=state,
        outcome=outcome,
        reason=reason,
        ends=True,
        timeout_seconds=120,
        caught_by=restore_after_failure(),
    )


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
        timeout_seconds=120,
        caught_by=retrain_failed(),
    )
    state.next(retrain_failed())
    return state


def retrain_failed() -> Fail:
    return fail(RETRAIN_FAILED, failure_path="$.failure")
