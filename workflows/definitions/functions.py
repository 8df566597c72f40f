"""Lists the Lambda functions that the machine calls: what each takes and returns, and its name in the definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.contracts import decisions, rollout, runs, training
from chalicelib.names import state_name
from chalicelib.values import Value


@dataclass(frozen=True, order=True)
class Bound:
    """What bounds how often a function can make a decision in one run."""

    counts: str
    """The field of the task that counts the rounds: the function looks at it, and at some value decides otherwise."""
    reason: str


ONE_MORE_SHARE = Bound(
    counts="shift",
    reason="each share bakes once, and waits once for its newest minutes; a recipe has SHIFTS_MAX shares at most",
)
JUDGES_TWICE = Bound(counts="judging", reason="only a run that has judged once says it")


@dataclass(frozen=True)
class Signature:
    """The contract of one function."""

    takes: type[Value]
    returns: type[Value]
    decisions: tuple[str, ...] = ()
    """All values of the result's field `decision`, if it has one."""
    repeats: Mapping[str, Bound] = field(default_factory=dict)
    """The decisions that may lead back to an earlier state, and what ends that. No others may."""


SIGNATURES: Mapping[str, Signature] = {
    "restore-alias": Signature(runs.RestoreAliasTask, runs.AliasRestored),
    "preprocess": Signature(
        training.PreprocessTask,
        training.Preprocessed,
        decisions=(
            *(decisions.TRAIN, decisions.TRAIN_ON_SAGEMAKER, decisions.TUNE_ON_SAGEMAKER),
            *(decisions.TRAIN_LINEAR_LEARNER, decisions.TRAIN_XGBOOST),
            *(decisions.TUNE_LINEAR_LEARNER, decisions.TUNE_XGBOOST, decisions.TAKE_UP),
            *(decisions.NOTHING_NEW, decisions.SUPERSEDED),
        ),
    ),
    "train": Signature(training.TrainTask, training.Trained),
    "evaluate": Signature(training.EvaluateTask, training.Evaluated),
    "version-model": Signature(
        rollout.VersionModelTask, rollout.ModelVersioned, decisions=(decisions.REPLAY, decisions.MAKE_ENDPOINT)
    ),
    "replay": Signature(
        rollout.ReplayTask,
        rollout.RolloutDecided,
        decisions=(decisions.SHIFT, decisions.SWAP, decisions.WAITING, decisions.ROLLED_BACK),
    ),
    "shift-traffic": Signature(
        rollout.ShiftTrafficTask,
        rollout.RolloutDecided,
        decisions=(
            *(decisions.BAKE, decisions.SWAP, decisions.REJUDGE),
            *(decisions.ROLLED_BACK, decisions.SUPERSEDED),
        ),
        repeats={decisions.BAKE: ONE_MORE_SHARE, decisions.REJUDGE: JUDGES_TWICE},
    ),
    "swap-alias": Signature(
        rollout.SwapAliasTask,
        rollout.AliasSwapped,
        decisions=(decisions.PROMOTED, decisions.REJUDGE, decisions.SUPERSEDED),
        repeats={decisions.REJUDGE: JUDGES_TWICE},
    ),
    "record-outcome": Signature(runs.RecordOutcomeTask, runs.RunOutcome),
}
"""By task, as in `chalicelib.names.TASKS`."""


TRAINING_IMAGE, TRAINING_ROLE, TRAINING_SOURCE = "${TrainingImage}", "${TrainingRole}", "${TrainingSource}"
STAGE = "${Stage}"
SAGEMAKER = {
    TRAINING_IMAGE: "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3",
    TRAINING_ROLE: "arn:aws:iam::123456789012:role/nightswap-prod-TrainingRole-1A2B3C4D5E6F",
    TRAINING_SOURCE: "s3://nightswap-prod-123456789012-us-east-1/deploy/0123456789abcdef.tar.gz",
    STAGE: "prod",
}
"""What else stands in the definition with SageMaker until the stack is deployed, with an example of each."""
ENDPOINT_IMAGE, ENDPOINT_ROLE, ALERTS = "${EndpointImage}", "${EndpointRole}", "${AlertsTopic}"
ENDPOINTS = {
    ENDPOINT_IMAGE: "123456789012.dkr.ecr.us-east-1.amazonaws.com/nightswap:7",
    ENDPOINT_ROLE: "arn:aws:iam::123456789012:role/nightswap-prod-EndpointRole-1A2B3C4D5E6F",
    ALERTS: "arn:aws:sns:us-east-1:123456789012:nightswap-prod-alerts",
}
"""The same with endpoints."""

DESCRIBE_ENDPOINT = "arn:aws:states:::aws-sdk:sagemaker:describeEndpoint"
ANSWERS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    DESCRIBE_ENDPOINT: (
        {"EndpointStatus": "InService"},
        {"EndpointStatus": "Creating"},
        {"EndpointStatus": "Failed", "FailureReason": "text"},
    )
}
"""What services answer that are called by themselves, by resource: of those alone whose answer is read."""
ENDED_BY_SERVICE: Mapping[str, tuple[str, Bound]] = {
    DESCRIBE_ENDPOINT: (
        "Creating",
        Bound(counts="", reason="SageMaker ends the creation of an endpoint that does not become healthy in time"),
    )
}
"""The value of a service's answer that may lead back to the call, because the service lets it last so long only."""


LINEAR_LEARNER_IMAGE, XGBOOST_IMAGE = "${LinearLearnerImage}", "${XGBoostImage}"
BUILT_INS = {decisions.TRAIN_LINEAR_LEARNER: LINEAR_LEARNER_IMAGE, decisions.TRAIN_XGBOOST: XGBOOST_IMAGE}
"""SageMaker's own algorithms, by the decision, which names the state too: the image of each."""
TUNED_BUILT_INS = {decisions.TUNE_LINEAR_LEARNER: LINEAR_LEARNER_IMAGE, decisions.TUNE_XGBOOST: XGBOOST_IMAGE}
"""The same of those that SageMaker's tuner searches."""
EXAMPLES = {
    **SAGEMAKER,
    **ENDPOINTS,
    LINEAR_LEARNER_IMAGE: "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1",
    XGBOOST_IMAGE: "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5",
}
"""Of all placeholders that are no function's."""


def placeholder(task: str) -> str:
    """What stands in the definition for the function's ARN until the stack is deployed.

    >>> placeholder("version-model")
    '${VersionModel}'
    """
    return f"${{{state_name(task)}}}"
