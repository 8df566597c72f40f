"""Names every resource of a stage by convention, so that the app needs no generated configuration.

A model's name is 1 to 24 characters, a stage's 1 to 10: the longest function name is then 51 of Lambda's 64.
"""

from __future__ import annotations

import re

from chalicelib.limits import RUN_CHARACTERS
from chalicelib.values import Pattern, Value

APP = "nightswap"
LIVE = "live"
MODEL_NAME = Pattern(r"[a-z][a-z0-9-]{0,23}")
MODEL_NAME_IN_WORDS = "1 to 24 small letters, digits and -, a letter first"
STAGE_NAME = Pattern(r"[a-z][a-z0-9]{0,9}")
RUN_NAME = Pattern(
    rf"(?P<model>{MODEL_NAME.pattern})-(nightly-\d{{8}}T\d{{4}}Z|(key|approve)-[0-9a-f]{{20}}|\d{{8}}T\d{{6}}Z-[0-9a-f]{{6}})"
)
"""The form of the app's names for runs; the longest has 53 characters."""
EXECUTION_NAME = Pattern(rf"[A-Za-z0-9_-]{{1,{RUN_CHARACTERS}}}")
"""Any valid name of a run or of an operator's request: each is a part of documents' keys."""
BATCH_NAME = Pattern(rf"{MODEL_NAME.pattern}-[0-9a-f]{{20}}")

TASKS = (
    "restore-alias",
    "preprocess",
    "train",
    "evaluate",
    "version-model",
    "replay",
    "shift-traffic",
    "swap-alias",
    "record-outcome",
)
"""The state machine's Lambda functions; each is a file of `lambdas/` with `_` for `-`."""
MOVE_ALIAS = "move-alias"
PREDICT_BATCH = "predict-batch"
PIPELINE = (*TASKS, MOVE_ALIAS, PREDICT_BATCH)
"""All functions of the pipeline: the tasks, and what the API and the command line call."""


def state_name(task: str) -> str:
    """The state that calls a task; the stack's DefinitionSubstitutions call its function so too.

    >>> state_name("version-model"), state_name("version_model")
    ('VersionModel', 'VersionModel')
    """
    return "".join(word.capitalize() for word in re.split("[-_]", task))


def document_name(state: str) -> str:
    """A state's document in a run's folder, and its result in the machine; the file of its task, too.

    >>> document_name("VersionModel"), document_name("version-model")
    ('version_model', 'version_model')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", state).lower().replace("-", "_")


class Names(Value, kw_only=True):
    """The names of one stage's resources in one account and region.

    >>> names = Names(stage="prod", account="123456789012", region="eu-west-1")
    >>> names.bucket
    'nightswap-prod-123456789012-eu-west-1'
    >>> names.serving_function("kdd99-http")
    'nightswap-prod-serve-kdd99-http'
    >>> names.execution_arn("kdd99-http-nightly-20261121T0300Z")
    'arn:aws:states:eu-west-1:123456789012:execution:nightswap-prod-retrain:kdd99-http-nightly-20261121T0300Z'
    """

    stage: str
    account: str
    region: str

    @classmethod
    def from_function_arn(cls, arn: str, *, stage: str) -> Names:
        """Of the stage whose function or API method has this ARN: a function learns account and region
        without a call."""
        _, _, _, region, account, *_ = arn.split(":")
        return cls(stage=stage, account=account, region=region)

    @property
    def data_stack(self) -> str:
        return f"{APP}-{self.stage}-data"

    @property
    def stack(self) -> str:
        return f"{APP}-{self.stage}"

    @property
    def bucket(self) -> str:
        return f"{APP}-{self.stage}-{self.account}-{self.region}"

    @property
    def state_machine(self) -> str:
        return f"{APP}-{self.stage}-retrain"

    @property
    def state_machine_arn(self) -> str:
        return self.arn("states", f"stateMachine:{self.state_machine}")

    def execution_arn(self, run: str) -> str:
        return self.arn("states", f"execution:{self.state_machine}:{run}")

    @property
    def transform_machine(self) -> str:
        """The state machine each of whose executions transforms chunks of a batch."""
        return f"{APP}-{self.stage}-transform"

    @property
    def alerts_topic_arn(self) -> str:
        return self.arn("sns", alerts_topic(self.stage))

    @property
    def access_log(self) -> str:
        """The log group of the API's requests."""
        return f"/aws/apigateway/{self.stack}"

    @property
    def access_log_arn(self) -> str:
        return self.arn("logs", f"log-group:{self.access_log}")

    def arn(self, service: str, resource: str) -> str:
        """Of a resource in the stage's account and region."""
        return f"arn:{self._partition}:{service}:{self.region}:{self.account}:{resource}"

    @property
    def _partition(self) -> str:
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def task_function(self, task: str) -> str:
        return task_function(self.stage, task)

    def serving_function(self, model: str) -> str:
        return serving_function(self.stage, model)


def task_function(stage: str, task: str) -> str:
    """The Lambda function of one of the state machine's tasks."""
    return f"{APP}-{stage}-{task}"


def endpoint(stage: str, model: str, model_version: int) -> str:
    """The endpoint of SageMaker of one version, where it has any, at most 63 letters, digits and hyphens.

    >>> endpoint("prod", "kdd99-http", 7)
    'nightswap-prod-kdd99-http-v7'
    """
    return f"{endpoint_prefix(stage, model)}{model_version}"


def endpoint_prefix(stage: str, model: str) -> str:
    """How the names begin of all endpoints of a model."""
    return f"{APP}-{stage}-{model}-v"


def transform_prefix(stage: str) -> str:
    """How the names begin of all jobs of SageMaker that transform a batch of the stage."""
    return f"{APP}-{stage}-transform-"


def transform_job(stage: str, batch: str, attempt: int) -> str:
    """The nth job of a batch transform, and its execution, at most 63 letters, digits and hyphens: who starts it anew
    finds it taken.

    >>> transform_job("prod", "kdd99-http-0123456789abcdef0123", 1)
    'nightswap-prod-transform-0123456789abcdef0123-1'
    """
    return f"{transform_prefix(stage)}{batch.rpartition('-')[2]}-{attempt}"


def serving_function(stage: str, model: str) -> str:
    """The Lambda function behind a model's alias."""
    return f"{serving_prefix(stage)}{model}"


def serving_prefix(stage: str) -> str:
    """What the names of all serving functions of a stage start with; what follows is the model's name."""
    return f"{APP}-{stage}-serve-"


def stage_of_bucket(bucket: str) -> str:
    """The stage that a bucket is of.

    >>> stage_of_bucket(Names(stage="prod", account="123456789012", region="eu-west-1").bucket)
    'prod'
    """
    return bucket.split("-")[1]


def alerts_topic(stage: str) -> str:
    """The SNS topic that hears of alarms, of failed asynchronous calls, and of what came of the runs."""
    return f"{APP}-{stage}-alerts"


def token_parameter(stage: str) -> str:
    """The SSM parameter in which releases up to format 1 kept the SHA-256 hashes of the stage's bearer tokens."""
    return f"/{APP}/{stage}/tokens"


def nearest_model_name(text: str) -> str | None:
    """The name of a model that is nearest to a text that is none; None where there is nothing to keep of it.

    >>> nearest_model_name("Est_LR 2"), nearest_model_name("2024")
    ('est-lr-2', None)
    """
    kept = re.sub("[^a-z0-9]+", "-", text[:200].lower()).lstrip("-0123456789")
    return kept[:24].strip("-") or None
