"""Lists how a run can go on and end: the outcomes, and the decisions that the state machine's choices read."""

from __future__ import annotations

PROMOTED = "Promoted"
NOTHING_NEW = "NothingNew"
MODEL_REJECTED = "ModelRejected"
ROLLED_BACK = "RolledBack"
SUPERSEDED = "Superseded"
WAITING = "Waiting"
RETRAIN_FAILED = "RetrainFailed"
OUTCOMES = (PROMOTED, NOTHING_NEW, MODEL_REJECTED, ROLLED_BACK, SUPERSEDED, WAITING, RETRAIN_FAILED)
"""How a run can end. All but RetrainFailed end the execution SUCCEEDED."""
WENT_WELL = (PROMOTED, NOTHING_NEW, WAITING)
"""The outcomes after which a command that waits for a run exits 0."""
TRAIN = "train"
"""Preprocessed.decision: there is something to train on; the others are TAKE_UP, NothingNew and Superseded."""
TRAIN_ON_SAGEMAKER = "TrainOnSageMaker"
"""The same, by a training job."""
TRAIN_LINEAR_LEARNER, TRAIN_XGBOOST = "TrainLinearLearner", "TrainXGBoost"
"""The same, by SageMaker's own algorithm of that name."""
TAKE_UP = "TakeUp"
"""A version of an earlier run was approved: this run takes it live."""
REPLAY, MAKE_ENDPOINT = "Replay", "MakeEndpoint"
"""ModelVersioned.decision: ask the published version, or make the endpoint first that it asks."""
SHIFT, BAKE, SWAP = "Shift", "Bake", "Swap"
"""RolloutDecided.decision: shift the next share, wait and look, or go live; the others are outcomes and REJUDGE."""
REJUDGE = "Rejudge"
"""The champion changed after the judging: judge again, once, against the one that is live now."""
