"""Defines the state machine that retrains a model. Read it from the top: each function is one part of the diagram.

Every task that fails for good leads to RestoreAfterFailure, which repairs the alias and keeps the reason, and ends in
RetrainFailed. The whole machine has no time-out, because no Catch would run on it. The tasks' own time-outs bound it,
and `functions.SIGNATURES` says what bounds the loops.

Each end calls record-outcome. Preprocess says by its decision which engine fits.
"""

from __future__ import annotations

from collections.abc import Sequence

from stepfunctions.steps import Chain, Choice, Graph, Pass, Task, Wait
from stepfunctions.steps.states import State

from chalicelib.contracts.decisions import (
    BAKE,
    MODEL_REJECTED,
    NOTHING_NEW,
    PROMOTED,
    REJUDGE,
    ROLLED_BACK,
    SHIFT,
    SUPERSEDED,
    SWAP,
    TAKE_UP,
    TRAIN,
    WAITING,
)
from workflows.definitions.ends import decision_unknown, end, restore_after_failure, superseded_by_move
from workflows.definitions.hosting.endpoint import has_endpoint
from workflows.definitions.states import branch, task


def retrain(*, jobs: Sequence[str] = (), with_endpoints: bool = False) -> Graph:
    """The whole machine: with a state for each of these decisions, by which SageMaker fits, and with endpoints."""
    return Graph(
        Chain([restore_alias(), preprocess(), has_new_data(jobs, with_endpoints)]),
        comment="Retrain a model, judge it, version it, and make it live only when it is not shown worse.",
    )


def restore_alias() -> Task:
    """Repair what a dead run left behind."""
    return task(
        "restore-alias",
        state="RestoreAlias",
        failure=None,
        caught_by=restore_after_failure(),
    )


def preprocess() -> Task:
    """Take the lease, read the data set, split it."""
    return task(
        "preprocess",
        state="Preprocess",
        force="$.force",
        caught_by=restore_after_failure(),
    )


def has_new_data(jobs: Sequence[str], with_endpoints: bool) -> Choice:
    first = roll_out()
    published = has_endpoint(replay=first) if with_endpoints else first
    train = fit()
    return branch(
        "HasNewData",
        on="$.preprocess.decision",
        cases={
            TRAIN: Chain([train, evaluate(), passes_thresholds(roll_out=published)]),
            **{decision: Chain([step, train]) for decision, step in fit_by_jobs(jobs).items()},
            TAKE_UP: Chain([take_up(), first]),
            NOTHING_NEW: end("NothingNew", outcome=NOTHING_NEW, reason="$.preprocess.reason"),
            SUPERSEDED: end("SupersededByRun", outcome=SUPERSEDED, reason="$.preprocess.reason"),
        },
        otherwise=decision_unknown(),
    )


def fit() -> Task:
    """From the data to an artifact. The function takes what a training job made, where one did."""
    return task(
        "train",
        state="Train",
        train_uri="$.preprocess.train_uri",
        holdout_uri="$.preprocess.holdout_uri",
        caught_by=restore_after_failure(),
    )


def fit_by_jobs(jobs: Sequence[str]) -> dict[str, State]:
    """The same by jobs of SageMaker, each by its decision, in a machine of a stage that has a recipe for it."""
    from workflows.definitions.sagemaker import by_jobs

    return by_jobs(jobs, caught_by=restore_after_failure)


def evaluate() -> Task:
    """Score the artifact on the holdout, and the champion beside it."""
    return _judge("Evaluate", judging=1)


def passes_thresholds(*, roll_out: State) -> Choice:
    """Only `true` passes; any other value fails."""
    return branch(
        "PassesThresholds",
        on="$.evaluate.passed",
        cases={True: Chain([version_model(), roll_out])},
        otherwise=model_rejected(),
    )


def take_up() -> Pass:
    """A version that waited was approved: go on as the run that made it would have, with what is live now."""
    return Pass(
        "TakeUp",
        parameters={
            "model.$": "$.model",
            "preprocess": {
                "fingerprint.$": "$.preprocess.fingerprint",
                "who.$": "$.preprocess.who",
                "why.$": "$.preprocess.why",
                "is_approved": True,
            },
            "version_model": {
                "model_version.$": "$.preprocess.model_version",
                "function_version.$": "$.preprocess.function_version",
            },
            "evaluate": {"judging": 1, "champion_revision_id.$": "$.preprocess.champion_revision_id"},
        },
        result_path="$",
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
        replay_uri="$.evaluate.replay_uri",
        serving_sha256="$.evaluate.serving_sha256",
        caught_by=restore_after_failure(),
    )


def roll_out() -> Task:
    """From a published function version to the live one. Replay, ShiftTraffic and SwapAlias each say at `$.rollout`
    how it goes on; it comes back to ShiftTraffic after every bake, and to Replay when the champion changed."""
    first, shift, bake, judge = replay(), shift_traffic(), wait_for_health(), rejudge()
    again = judges_again(rejudge=judge)
    onward = goes_on(shift=shift, bake=bake, swap=Chain([swap_alias(), is_live(rejudge=again)]), rejudge=again)
    first.next(onward)
    shift.next(onward)
    bake.next(shift)
    judge.next(still_passes(replay=first))
    return first


def replay() -> Task:
    """Ask the published version by its number, before any traffic: does it answer as it was judged?"""
    return task(
        "replay",
        state="Replay",
        model_version="$.version_model.model_version",
        function_version="$.version_model.function_version",
        champion_revision_id="$.evaluate.champion_revision_id",
        is_approved="$.preprocess.is_approved",
        result="rollout",
        caught_by=restore_after_failure(),
    )


def goes_on(*, shift: State, bake: State, swap: Chain, rejudge: State) -> Choice:
    return branch(
        "GoesOn",
        on="$.rollout.decision",
        cases={
            SHIFT: shift,
            BAKE: bake,
            SWAP: swap,
            REJUDGE: rejudge,
            ROLLED_BACK: end("RolledBack", outcome=ROLLED_BACK, reason="$.rollout.reason"),
            SUPERSEDED: superseded_by_move(),
            WAITING: end("Waiting", outcome=WAITING, reason="$.rollout.reason"),
        },
        otherwise=decision_unknown(),
    )


def shift_traffic() -> Task:
    """Check the health of the last share, then shift the next, or go back."""
    return task(
        "shift-traffic",
        state="ShiftTraffic",
        model_version="$.version_model.model_version",
        function_version="$.version_model.function_version",
        fingerprint="$.preprocess.fingerprint",
        judging="$.evaluate.judging",
        shift="$.rollout.shift",
        since="$.rollout.since",
        revision_id="$.rollout.revision_id",
        who="$.preprocess.who",
        why="$.preprocess.why",
        result="rollout",
        caught_by=restore_after_failure(),
    )


def wait_for_health() -> Wait:
    """Let the share be served for as long as the recipe says."""
    return Wait("Bake", seconds_path="$.rollout.bake_seconds")


def swap_alias() -> Task:
    """All traffic to the new version, if the alias is still what the run last saw or left."""
    return task(
        "swap-alias",
        state="SwapAlias",
        model_version="$.version_model.model_version",
        function_version="$.version_model.function_version",
        fingerprint="$.preprocess.fingerprint",
        judging="$.evaluate.judging",
        shift="$.rollout.shift",
        revision_id="$.rollout.revision_id",
        rollout="$.rollout.reason",
        who="$.preprocess.who",
        why="$.preprocess.why",
        result="rollout",
        caught_by=restore_after_failure(),
    )


def is_live(*, rejudge: State) -> Choice:
    return branch(
        "IsLive",
        on="$.rollout.decision",
        cases={
            PROMOTED: end("Promoted", outcome=PROMOTED, reason="$.rollout.reason"),
            REJUDGE: rejudge,
            SUPERSEDED: superseded_by_move(),
        },
        otherwise=decision_unknown(),
    )


def judges_again(*, rejudge: State) -> Choice:
    """A run that took up a version has no holdout to judge it on: it gives way, and the next run judges anew."""
    return branch(
        "JudgesAgain",
        on="$.preprocess.is_approved",
        cases={False: rejudge},
        otherwise=superseded_by_move(),
    )


def rejudge() -> Task:
    """The champion changed after the judging: score the artifact again, beside the one that is live now."""
    return _judge("Rejudge", judging=2)


def still_passes(*, replay: State) -> Choice:
    """Its version is numbered and published already, so it goes on with the replay."""
    return branch("StillPasses", on="$.evaluate.passed", cases={True: replay}, otherwise=model_rejected())


def _judge(state: str, *, judging: int) -> Task:
    return task(
        "evaluate",
        state=state,
        holdout_uri="$.preprocess.holdout_uri",
        artifact_uri="$.train.artifact_uri",
        artifact_sha256="$.train.artifact_sha256",
        answers_uri="$.train.answers_uri",
        judging=judging,
        result="evaluate",
        caught_by=restore_after_failure(),
    )


def model_rejected() -> Task:
    return end("ModelRejected", outcome=MODEL_REJECTED, reason="$.evaluate.reason")
