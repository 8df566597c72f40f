"""Reads the environment, as the only module: the settings of a function, checked as a whole.

Nothing is read at import. The nightly schedule is the exception, made in `app.py`, because Chalice needs it while the
module is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from chalicelib.accepted import schedules
from chalicelib.accepted.texts import (
    ALARM_DAYS,
    BUDGET_USD,
    ECR_IMAGE,
    EMAIL,
    KEY_ARN,
    MEMORY_MB,
    NETWORK,
    OTHER_TASK_SECONDS,
    POLICY_ARN,
    RETENTIONS,
    STALE_DAYS,
    TASK_MB,
    TASK_SECONDS,
    Read,
    matching,
    one_of,
    whole,
)
from chalicelib.cutting import quoted
from chalicelib.errors import SettingsInvalid
from chalicelib.names import MODEL_NAME, STAGE_NAME
from chalicelib.values import Value

ON, OFF = "on", "off"
_stage = matching(STAGE_NAME, f"{STAGE_NAME.pattern}, for example prod")


class Setting(Value, kw_only=True):
    """One variable of the environment. Its default is None where it has to be set."""

    variable: str
    explanation: str
    read: Read = str
    default: Any = None


class _Settings(Value):
    settings: ClassVar[Mapping[str, Setting]]
    """By the name of the field."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__(kw_only=True)
        cls.settings = {name: vars(cls)[name] for name in cls.field_names}
        for name, each in cls.settings.items():
            if each.default is None:
                delattr(cls, name)
            else:
                setattr(cls, name, each.default)


def _setting(variable: str, explanation: str, *, read: Read = str, default: Any = None) -> Any:
    return Setting(variable=variable, explanation=explanation, read=read, default=default)


def _stale_days() -> Any:
    told = "announce a live model as stale after so many days without a promotion"
    return _number("NIGHTSWAP_STALE_DAYS", told, STALE_DAYS, 30)


def _approve() -> Any:
    return _setting(
        "NIGHTSWAP_APPROVE",
        "`on`: no model goes live that nobody approved, whatever its recipe says",
        read=one_of(ON, OFF),
        default=OFF,
    )


def _number(variable: str, what: str, accepted: range, default: int) -> Any:
    said = f"{accepted.start} to {accepted.stop - 1}"
    return _setting(variable, f"{what}, {said}", read=whole(accepted, said=said), default=default)


def _network(variable: str, what: str) -> Any:
    told = f"subnets and security groups of {what}, one space between; without them they run in SageMaker's own"
    said = "subnets, then security groups, for example subnet-0123abcd sg-0123abcd, or nothing"
    return _setting(variable, told, read=matching(NETWORK, said), default="")


def _key(variable: str, what: str) -> Any:
    said = "a key's ARN, for example arn:aws:kms:eu-west-1:123456789012:key/0a1b, or nothing"
    told = f"ARN of the KMS key for {what}"
    return _setting(variable, told, read=matching(KEY_ARN, said), default="")


class ApiSettings(_Settings):
    """Of the Chalice app; set per stage in `.chalice/config.json`."""

    stage: str = _setting("NIGHTSWAP_STAGE", "the stage, which names every resource", read=_stage)
    default_model: str = _setting(
        "NIGHTSWAP_DEFAULT_MODEL",
        "the model of a request that names none",
        read=matching(MODEL_NAME, f"{MODEL_NAME.pattern}, for example kdd99-http"),
        default="kdd99-http",
    )
    schedule: str = _setting(
        "NIGHTSWAP_SCHEDULE",
        "when the nightly retrain starts, an EventBridge expression (UTC)",
        read=schedules.read,
        default="cron(0 3 * * ? *)",
    )


class StageSettings(_Settings):
    """Of the stacks; set beside the app's, and read when the stage is deployed."""

    log_retention_days: int = _setting(
        "NIGHTSWAP_LOG_RETENTION_DAYS",
        "how long logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, ... as CloudWatch has it",
        read=whole(RETENTIONS, said=", ".join(map(str, RETENTIONS))),
        default=30,
    )
    alert_email: str = _setting(
        "NIGHTSWAP_ALERT_EMAIL",
        "who is told of alarms, besides the topic's own subscribers",
        read=matching(EMAIL, "an address, for example ops@example.com, or nothing"),
        default="",
    )
    monthly_budget_usd: int = _number(
        "NIGHTSWAP_MONTHLY_BUDGET_USD",
        "US dollars a month: the topic is told when the stage has cost more, or will; 0 makes no budget",
        BUDGET_USD,
        0,
    )
    rejected_days: int = _number(
        "NIGHTSWAP_REJECTED_DAYS", "alarm after so many days on each of which no model was good enough", ALARM_DAYS, 3
    )
    failing_days: int = _number(
        "NIGHTSWAP_FAILING_DAYS", "alarm after so many days without a run that did its work", ALARM_DAYS, 2
    )
    stale_days: int = _stale_days()
    approve: str = _approve()
    requests_per_second: int = _number(
        "NIGHTSWAP_REQUESTS_PER_SECOND",
        "requests that the API takes a second before it answers 429",
        range(1, 10_001),
        50,
    )
    burst: int = _number("NIGHTSWAP_BURST", "requests that it takes at once beyond those", range(1, 5001), 100)
    direct_concurrency: int = _number(
        "NIGHTSWAP_DIRECT_CONCURRENCY",
        "calls at once of each serving function, for which its own URL opens too; 0 keeps it shut and sets no bound",
        range(1_001),
        0,
    )
    keep_warm_minutes: int = _number(
        "NIGHTSWAP_KEEP_WARM_MINUTES", "wake app and models every so many minutes; 0 lets them sleep", range(61), 0
    )
    latency_ms: int = _number(
        "NIGHTSWAP_LATENCY_MS", "alarm when the serving function's 99th percentile stays above", range(1, 10_001), 500
    )
    serving_memory_mb: int = _number(
        "NIGHTSWAP_SERVING_MEMORY_MB",
        "MB of memory for each serving function whose recipe sets none; goes live with the next promotion",
        MEMORY_MB,
        512,
    )
    preprocess_memory_mb: int = _number(
        "NIGHTSWAP_PREPROCESS_MEMORY_MB", "MB of memory for Preprocess", TASK_MB, 1769
    )
    preprocess_storage_mb: int = _number("NIGHTSWAP_PREPROCESS_STORAGE_MB", "MB of /tmp for Preprocess", TASK_MB, 512)
    preprocess_seconds: int = _number(
        "NIGHTSWAP_PREPROCESS_SECONDS", "seconds that Preprocess may take", TASK_SECONDS, 600
    )
    train_memory_mb: int = _number("NIGHTSWAP_TRAIN_MEMORY_MB", "MB of memory for Train", TASK_MB, 1769)
    train_storage_mb: int = _number("NIGHTSWAP_TRAIN_STORAGE_MB", "MB of /tmp for Train", TASK_MB, 2048)
    train_seconds: int = _number("NIGHTSWAP_TRAIN_SECONDS", "seconds that Train may take", TASK_SECONDS, 890)
    evaluate_memory_mb: int = _number("NIGHTSWAP_EVALUATE_MEMORY_MB", "MB of memory for Evaluate", TASK_MB, 1769)
    evaluate_storage_mb: int = _number("NIGHTSWAP_EVALUATE_STORAGE_MB", "MB of /tmp for Evaluate", TASK_MB, 512)
    evaluate_seconds: int = _number("NIGHTSWAP_EVALUATE_SECONDS", "seconds that Evaluate may take", TASK_SECONDS, 300)
    task_memory_mb: int = _number("NIGHTSWAP_TASK_MEMORY_MB", "MB of memory for each other task", TASK_MB, 512)
    task_storage_mb: int = _number("NIGHTSWAP_TASK_STORAGE_MB", "MB of /tmp for each other task", TASK_MB, 512)
    task_seconds: int = _number("NIGHTSWAP_TASK_SECONDS", "seconds for each other task", OTHER_TASK_SECONDS, 180)
    endpoint_image: str = _setting(
        "NIGHTSWAP_ENDPOINT_IMAGE",
        "the image in ECR of the endpoints that recipes ask for",
        read=matching(ECR_IMAGE, "one such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/nightswap:7, or nothing"),
        default="",
    )
    architecture: str = _setting(
        "NIGHTSWAP_ARCHITECTURE",
        "processor of tasks and serving functions: x86_64 or arm64",
        read=one_of("x86_64", "arm64"),
        default="x86_64",
    )
    app_runtime: str = _setting(
        "NIGHTSWAP_APP_RUNTIME",
        "Python of the app's functions, whatever the developer's: python3.11, python3.12 or python3.13",
        read=one_of("python3.11", "python3.12", "python3.13"),
        default="python3.13",
    )
    training_network: str = _network("NIGHTSWAP_TRAINING_NETWORK", "training jobs")
    training_key: str = _key("NIGHTSWAP_TRAINING_KEY", "the volumes of training jobs and for what they upload")
    endpoint_network: str = _network("NIGHTSWAP_ENDPOINT_NETWORK", "endpoints")
    endpoint_key: str = _key("NIGHTSWAP_ENDPOINT_KEY", "the volumes of endpoints")
    permissions_boundary: str = _setting(
        "NIGHTSWAP_PERMISSIONS_BOUNDARY",
        "ARN of the IAM policy that bounds every role of the stage",
        read=matching(
            POLICY_ARN, "a policy's ARN, for example arn:aws:iam::123456789012:policy/boundary, or nothing"
        ),
        default="",
    )
    xray: str = _setting(
        "NIGHTSWAP_XRAY", "`on`: X-Ray traces state machine and functions", read=one_of(ON, OFF), default=OFF
    )


class TaskSettings(_Settings):
    """Of the state machine's functions; set by the stack, and the memory by Lambda."""

    stage: str = _setting("NIGHTSWAP_STAGE", "the stage, which names every resource", read=_stage)
    code_sha256: str = _setting("NIGHTSWAP_CODE_SHA256", "the pipeline's code: part of the fingerprint")
    serving_sha256: str = _setting(
        "NIGHTSWAP_SERVING_SHA256", "serving package and configuration: part of the fingerprint"
    )
    stale_days: int = _stale_days()
    approve: str = _approve()
    memory_mb: int = _setting(
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "the function's memory in MB, as Lambda itself tells it",
        read=whole(range(128, 10_241), said="128 to 10240"),
        default=10_240,
    )
    endpoints: str = _setting(
        "NIGHTSWAP_ENDPOINTS", "`on` where the stage's versions may have endpoints", default=OFF
    )
    serving_layers: str = _setting("NIGHTSWAP_SERVING_LAYERS", "for Train: the layers of each model", default="")


Settings = TypeVar("Settings", ApiSettings, StageSettings, TaskSettings)


def load(kind: type[Settings], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of that kind from the environment; raises SettingsInvalid naming all that is missing or wrong.

    >>> load(TaskSettings, {"NIGHTSWAP_STAGE": "Prod"})
    Traceback (most recent call last):
    chalicelib.errors.SettingsInvalid: NIGHTSWAP_STAGE is 'Prod': expected [a-z][a-z0-9]{0,9}, for example prod; \
NIGHTSWAP_CODE_SHA256 is missing: the pipeline's code: part of the fingerprint; \
NIGHTSWAP_SERVING_SHA256 is missing: serving package and configuration: part of the fingerprint
    """
    given = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for name, setting in kind.settings.items():
        try:
            values[name] = _value(setting, given)
        except ValueError as exc:
            wrong.append(str(exc))
    if wrong:
        raise SettingsInvalid("; ".join(wrong))
    return kind(**values)


def environment() -> Mapping[str, str]:
    """What Lambda itself tells a function, for whoever signs its calls."""
    return os.environ


def schedule(environ: Mapping[str, str] | None = None) -> str:
    """The nightly schedule by itself: `app.py` needs it at import, when the other settings may not be there yet.

    Raises SettingsInvalid for one that EventBridge would refuse in the middle of a deployment.
    """
    try:
        return str(_value(ApiSettings.settings["schedule"], os.environ if environ is None else environ))
    except ValueError as exc:
        raise SettingsInvalid(str(exc)) from exc


def _value(setting: Setting, given: Mapping[str, str]) -> Any:
    text = given.get(setting.variable)
    if text is None and setting.default is not None:
        return setting.default
    if not text and setting.default != "":
        raise ValueError(f"{setting.variable} is missing: {setting.explanation}")
    try:
        return setting.read(text or "")
    except ValueError as exc:
        raise ValueError(f"{setting.variable} is {quoted(text or '')}: expected {exc}") from exc
