"""A nightly batch on its way through the tasks, with real data and the real machine learning, on the fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalicelib import layout
from chalicelib.contracts.decisions import BAKE, SHIFT, SWAP
from chalicelib.contracts.rollout import (
    AliasSwapped,
    ModelVersioned,
    ReplayTask,
    RolloutDecided,
    ShiftTrafficTask,
    SwapAliasTask,
    VersionModelTask,
)
from chalicelib.contracts.training import Evaluated, EvaluateTask, Preprocessed, PreprocessTask, Trained, TrainTask
from chalicelib.edges import Edges
from chalicelib.promotion.lease import Lease
from chalicelib.settings.tasks import TaskSettings
from lambdas import evaluate, preprocess, replay, shift_traffic, swap_alias, train, version_model
from lambdas.model.recipe import Shift
from tests.fakes.edges import FakeOutside
from tests.given.nights import MODEL, going
from tests.http_connections import HEADER, rows
from tests.unit.lambdas.packages import serve

SETTINGS = TaskSettings(stage="test", code_sha256="code", serving_sha256="serving")
RUN = "kdd99-http-nightly-20261121T0300Z"


def night_with_data(*, run: str = RUN, lines: Sequence[str] | None = None) -> FakeOutside:
    """An account whose run is going, with one night's file."""
    night = FakeOutside(MODEL, handler=serve)
    going(night, run)
    add_data(night, "night-1.csv", lines=lines)
    return night


def add_data(night: FakeOutside, name: str, *, lines: Sequence[str] | None = None) -> None:
    found = rows(normal=900, attacks=600) if lines is None else lines
    night.store.put(layout.dataset(MODEL, name), "\n".join([HEADER, *found, ""]).encode())


def preprocessing(
    edges: Edges, *, run: str = RUN, force: bool = False, settings: TaskSettings = SETTINGS
) -> Preprocessed:
    return preprocess.run(PreprocessTask(run=run, model=MODEL, force=force), edges, settings)


def training_task(ready: Preprocessed, *, run: str = RUN) -> TrainTask:
    return TrainTask(run=run, model=MODEL, train_uri=ready.train_uri or "", holdout_uri=ready.holdout_uri or "")


def evaluation_task(ready: Preprocessed, trained: Trained, *, run: str = RUN, judging: int = 1) -> EvaluateTask:
    return EvaluateTask(
        run=run,
        model=MODEL,
        holdout_uri=ready.holdout_uri or "",
        artifact_uri=trained.artifact_uri,
        artifact_sha256=trained.artifact_sha256,
        answers_uri=trained.answers_uri,
        judging=judging,
    )


def versioning_task(
    ready: Preprocessed, trained: Trained, evaluated: Evaluated, *, run: str = RUN
) -> VersionModelTask:
    return VersionModelTask(
        run=run,
        model=MODEL,
        fingerprint=ready.fingerprint or "",
        artifact_uri=trained.artifact_uri,
        artifact_sha256=trained.artifact_sha256,
        report_uri=evaluated.report_uri,
        replay_uri=evaluated.replay_uri,
        serving_sha256=evaluated.serving_sha256,
    )


def replaying_task(versioned: ModelVersioned, evaluated: Evaluated, *, run: str = RUN) -> ReplayTask:
    return ReplayTask(
        run=run,
        model=MODEL,
        model_version=versioned.model_version,
        function_version=versioned.function_version,
        champion_revision_id=evaluated.champion_revision_id,
        is_approved=False,
    )


def shifting_task(
    replayed: ReplayTask, decided: RolloutDecided, *, fingerprint: str, judging: int = 1
) -> ShiftTrafficTask:
    return ShiftTrafficTask(
        **_onward(replayed, decided, fingerprint=fingerprint, judging=judging), since=decided.since
    )


def swapping_task(
    replayed: ReplayTask, decided: RolloutDecided, *, fingerprint: str, judging: int = 1
) -> SwapAliasTask:
    return SwapAliasTask(
        **_onward(replayed, decided, fingerprint=fingerprint, judging=judging), rollout=decided.reason
    )


def _onward(replayed: ReplayTask, decided: RolloutDecided, **judged: Any) -> dict[str, Any]:
    """What the tasks of a rollout have in common."""
    return {
        "run": replayed.run,
        "model": replayed.model,
        "model_version": replayed.model_version,
        "function_version": replayed.function_version,
        "shift": decided.shift,
        "revision_id": decided.revision_id,
        "who": replayed.run,
        "why": "",
        **judged,
    }


def up_to_evaluation(edges: Edges, *, run: str = RUN, force: bool = False) -> EvaluateTask:
    """What Evaluate is asked, after Preprocess and Train."""
    ready = preprocessing(edges, run=run, force=force)
    return evaluation_task(ready, train.run(training_task(ready, run=run), edges, SETTINGS), run=run)


def up_to_versioning(edges: Edges, *, run: str = RUN, force: bool = False) -> tuple[VersionModelTask, Evaluated]:
    """What VersionModel is asked, after Preprocess, Train and Evaluate; and what Evaluate said."""
    ready = preprocessing(edges, run=run, force=force)
    trained = train.run(training_task(ready, run=run), edges, SETTINGS)
    evaluated = evaluate.run(evaluation_task(ready, trained, run=run), edges, SETTINGS)
    return versioning_task(ready, trained, evaluated, run=run), evaluated


def whole_night(edges: Edges, *, run: str = RUN, force: bool = False, rollout: Sequence[Shift] = ()) -> AliasSwapped:
    """Everything up to SwapAlias, with these steps of the canary; then the lease is given back."""
    task, evaluated = up_to_versioning(edges, run=run, force=force)
    asked = replaying_task(version_model.run(task, edges, SETTINGS), evaluated, run=run)
    decided = replay.run(asked, edges, SETTINGS, planned=lambda model: rollout)
    while decided.decision in (SHIFT, BAKE):
        edges.sleep(decided.bake_seconds)
        shifting = shifting_task(asked, decided, fingerprint=task.fingerprint)
        decided = shift_traffic.run(shifting, edges, SETTINGS, planned=lambda model: rollout)
    if decided.decision != SWAP:
        raise AssertionError(f"the rollout went no further than {decided}")
    swapped = swap_alias.run(swapping_task(asked, decided, fingerprint=task.fingerprint), edges, SETTINGS)
    Lease(edges, MODEL).release(run)
    return swapped
