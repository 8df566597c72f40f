"""What the stacks read: the settings of a stage, set beside the app's in `.chalice/config.json`."""

from __future__ import annotations

from typing import Any

from chalicelib.settings.reading import OFF, ON, Settings, matching, number, one_of, setting, whole
from chalicelib.settings.tasks import approve_setting, stale_days_setting
from chalicelib.settings.texts import (
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
    TASK_MB,
    TASK_SECONDS,
)


def _network(variable: str, what: str) -> Any:
    told = f"subnets and security groups of {what}, one space between; without them they run in SageMaker's own"
    said = "subnets, then security groups, for example subnet-0123abcd sg-0123abcd, or nothing"
    return setting(variable, told, read=matching(NETWORK, said), default="")


def _key(variable: str, what: str) -> Any:
    said = "a key's ARN, for example arn:aws:kms:eu-west-1:123456789012:key/0a1b, or nothing"
    told = f"ARN of the KMS key for {what}"
    return setting(variable, told, read=matching(KEY_ARN, said), default="")


class StageSettings(Settings):
    """Of the stacks; read when the stage is deployed."""

    log_retention_days: int = setting(
        "NIGHTSWAP_LOG_RETENTION_DAYS",
        "how long logs are kept: 1, 3, 5, 7, 14, 30, 60, 90, ... as CloudWatch has it",
        read=whole(RETENTIONS, said=", ".join(map(str, RETENTIONS))),
        default=30,
    )
    alert_email: str = setting(
        "NIGHTSWAP_ALERT_EMAIL",
        "who is told of alarms, besides the topic's own subscribers",
        read=matching(EMAIL, "an address, for example ops@example.com, or nothing"),
        default="",
    )
    monthly_budget_usd: int = number(
        "NIGHTSWAP_MONTHLY_BUDGET_USD",
        "US dollars a month: the topic is told when the stage has cost more, or will; 0 makes no budget",
        BUDGET_USD,
        0,
    )
    rejected_days: int = number(
        "NIGHTSWAP_REJECTED_DAYS", "alarm after so many days on each of which no model was good enough", ALARM_DAYS, 3
    )
    failing_days: int = number(
        "NIGHTSWAP_FAILING_DAYS", "alarm after so many days without a run that did its work", ALARM_DAYS, 2
    )
    stale_days: int = stale_days_setting()
    approve: str = approve_setting()
    requests_per_second: int = number(
        "NIGHTSWAP_REQUESTS_PER_SECOND",
        "requests that the API takes a second before it answers 429",
        range(1, 10_001),
        50,
    )
    burst: int = number("NIGHTSWAP_BURST", "requests that it takes at once beyond those", range(1, 5001), 100)
    direct_concurrency: int = number(
        "NIGHTSWAP_DIRECT_CONCURRENCY",
        "calls at once of each serving function, for which its own URL opens too; 0 keeps it shut and sets no bound",
        range(1_001),
        0,
    )
    keep_warm_minutes: int = number(
        "NIGHTSWAP_KEEP_WARM_MINUTES", "wake app and models every so many minutes; 0 lets them sleep", range(61), 0
    )
    latency_ms: int = number(
        "NIGHTSWAP_LATENCY_MS", "alarm when the serving function's 99th percentile stays above", range(1, 10_001), 500
    )
    serving_memory_mb: int = number(
        "NIGHTSWAP_SERVING_MEMORY_MB",
        "MB of memory for each serving function whose recipe sets none; goes live with the next promotion",
        MEMORY_MB,
        512,
    )
    preprocess_memory_mb: int = number("NIGHTSWAP_PREPROCESS_MEMORY_MB", "MB of memory for Preprocess", TASK_MB, 1769)
    preprocess_storage_mb: int = number("NIGHTSWAP_PREPROCESS_STORAGE_MB", "MB of /tmp for Preprocess", TASK_MB, 512)
    preprocess_seconds: int = number(
        "NIGHTSWAP_PREPROCESS_SECONDS", "seconds that Preprocess may take", TASK_SECONDS, 600
    )
    train_memory_mb: int = number("NIGHTSWAP_TRAIN_MEMORY_MB", "MB of memory for Train", TASK_MB, 1769)
    train_storage_mb: int = number("NIGHTSWAP_TRAIN_STORAGE_MB", "MB of /tmp for Train", TASK_MB, 2048)
    train_seconds: int = number("NIGHTSWAP_TRAIN_SECONDS", "seconds that Train may take", TASK_SECONDS, 890)
    evaluate_memory_mb: int = number("NIGHTSWAP_EVALUATE_MEMORY_MB", "MB of memory for Evaluate", TASK_MB, 1769)
    evaluate_storage_mb: int = number("NIGHTSWAP_EVALUATE_STORAGE_MB", "MB of /tmp for Evaluate", TASK_MB, 512)
    evaluate_seconds: int = number("NIGHTSWAP_EVALUATE_SECONDS", "seconds that Evaluate may take", TASK_SECONDS, 300)
    task_memory_mb: int = number("NIGHTSWAP_TASK_MEMORY_MB", "MB of memory for each other task", TASK_MB, 512)
    task_storage_mb: int = number("NIGHTSWAP_TASK_STORAGE_MB", "MB of /tmp for each other task", TASK_MB, 512)
    task_seconds: int = number("NIGHTSWAP_TASK_SECONDS", "seconds for each other task", OTHER_TASK_SECONDS, 180)
    endpoint_image: str = setting(
        "NIGHTSWAP_ENDPOINT_IMAGE",
        "the image in ECR of the endpoints that recipes ask for",
        read=matching(ECR_IMAGE, "one such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com/nightswap:7, or nothing"),
        default="",
    )
    architecture: str = setting(
        "NIGHTSWAP_ARCHITECTURE",
        "processor of tasks and serving functions: x86_64 or arm64",
        read=one_of("x86_64", "arm64"),
        default="x86_64",
    )
    app_runtime: str = setting(
        "NIGHTSWAP_APP_RUNTIME",
        "Python of the app's functions, whatever the developer's: python3.11, python3.12 or python3.13",
        read=one_of("python3.11", "python3.12", "python3.13"),
        default="python3.13",
    )
    training_network: str = _network("NIGHTSWAP_TRAINING_NETWORK", "training jobs")
    training_key: str = _key("NIGHTSWAP_TRAINING_KEY", "the volumes of training jobs and for what they upload")
    endpoint_network: str = _network("NIGHTSWAP_ENDPOINT_NETWORK", "endpoints")
    endpoint_key: str = _key("NIGHTSWAP_ENDPOINT_KEY", "the volumes of endpoints")
    permissions_boundary: str = setting(
        "NIGHTSWAP_PERMISSIONS_BOUNDARY",
        "ARN of the IAM policy that bounds every role of the stage",
        read=matching(
            POLICY_ARN, "a policy's ARN, for example arn:aws:iam::123456789012:policy/boundary, or nothing"
        ),
        default="",
    )
    xray: str = setting(
        "NIGHTSWAP_XRAY", "`on`: X-Ray traces state machine and functions", read=one_of(ON, OFF), default=OFF
    )
