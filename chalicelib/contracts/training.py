"""Payloads of the states that train and judge: Preprocess, Train, Evaluate."""

from __future__ import annotations

from chalicelib.values import Value


class PreprocessTask(Value, kw_only=True):
    run: str
    model: str
    force: bool


class Preprocessed(Value, kw_only=True):
    decision: str
    """TRAIN, NOTHING_NEW or SUPERSEDED."""
    reason: str
    fingerprint: str | None
    """SHA-256 over data, recipe, code and serving configuration; None where Superseded."""
    train_uri: str | None
    holdout_uri: str | None


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
