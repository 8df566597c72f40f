"""Payloads of the states that train and judge: Preprocess, Train, Evaluate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.values import Value

OBJECTIVE = "objective"
"""The metric by which SageMaker's tuner compares trials: the more, the better."""
OBJECTIVE_LINE = "nightswap objective: "
"""How the line begins with which a trial tells it, from fold to fold."""


class PreprocessTask(Value, kw_only=True):
    run: str
    model: str
    force: bool


class TrainingJob(Value, kw_only=True):
    """What the state machine asks of SageMaker, where a training job fits in the place of Train."""

    name: str
    manifest_uri: str
    """Of the list of objects that the job downloads."""
    output_uri: str
    checkpoints_uri: str
    """Where an algorithm that can go on leaves what it goes on with, beside its output."""
    instance_type: str
    volume_gb: int
    spot: bool
    stop: Mapping[str, int]
    """When it is stopped, as StoppingCondition has it."""
    instances: int
    hyperparameters: Mapping[str, str]
    """Of one of SageMaker's own algorithms; none where the job runs the code of Train."""
    tuning: Mapping[str, Any] | None = None
    """What is searched by a job for each trial, as HyperParameterTuningJobConfig has it; then the rest is of each."""
    validation_uri: str | None = None
    """The same as `manifest_uri` of the rows that a trial of one of SageMaker's own algorithms is measured on."""


class Preprocessed(Value, kw_only=True):
    decision: str
    """TRAIN, TRAIN_ON_SAGEMAKER, TUNE_ON_SAGEMAKER, TRAIN_LINEAR_LEARNER, TRAIN_XGBOOST, TUNE_LINEAR_LEARNER,
    TUNE_XGBOOST, TAKE_UP, NOTHING_NEW or SUPERSEDED."""
    reason: str
    fingerprint: str | None
    """SHA-256 over data, recipe, code and serving configuration; None where Superseded."""
    train_uri: str | None
    holdout_uri: str | None
    who: str
    """Whom the run's moves of the alias are by: the run itself, or whoever approved the version."""
    why: str
    """Why it was approved; empty in a run that trains."""
    is_approved: bool
    """Whether the run takes up a version of an earlier one. It judges nothing, so it gives way to any other move."""
    model_version: int | None
    """Where it takes one up, as the next two."""
    function_version: str | None
    champion_revision_id: str | None
    """The alias's RevisionId now, while the version that was the champion is live; None where nothing is."""
    job: TrainingJob | None = None
    """Where a training job fits."""


class TrainTask(Value, kw_only=True):
    run: str
    model: str
    train_uri: str
    holdout_uri: str


class Trained(Value, kw_only=True):
    artifact_uri: str
    artifact_sha256: str
    answers_uri: str
    """The estimator's own labels and probabilities for the holdout, which the artifact has to equal."""


class EvaluateTask(Value, kw_only=True):
    run: str
    model: str
    holdout_uri: str
    artifact_uri: str
    artifact_sha256: str
    answers_uri: str
    judging: int
    """1, or 2 when the champion changed and the run judges again."""


class Evaluated(Value, kw_only=True):
    passed: bool
    reason: str
    report_uri: str
    replay_uri: str
    """Rows of the holdout with the artifact's answers, which the published version has to give too."""
    judging: int
    champion_revision_id: str | None
    """The alias's RevisionId when the champion was scored; None when there was no alias."""
    serving_sha256: str
    """SHA-256 of the serving configuration that was judged."""
