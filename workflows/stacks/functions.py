"""Sets the size of each Lambda function, and the three resources that make one: log group, role, function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib import names
from chalicelib.aws.patience import BATCH_SECONDS, MOVE_SECONDS, SERVING_SECONDS
from chalicelib.settings.stage import StageSettings
from workflows.packaging import serving
from workflows.stacks.settings import DEFAULTS
from workflows.stacks.statements import Json, allow, role

RUNTIME = "python3.13"


STORAGE_MB = 512
"""Of /tmp, where a function asks for no more.
Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html"""


@dataclass(frozen=True)
class Size:
    """Memory, which buys processor time too (1,769 MB are one core), the longest a call may take, and room in /tmp.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html. A new account's limit is 3,008 MB.
    """

    memory_mb: int
    timeout_seconds: int
    storage_mb: int = STORAGE_MB


DATA_TASKS = ("preprocess", "train", "evaluate")
"""What they need grows with the data, so each has settings of the stage for memory, time and room in /tmp."""
LOGGING = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO"}
"""Of the tasks: else Lambda's Python drops every line below WARNING."""
TRACING: Json = {"TracingConfig": {"Mode": "Active"}}


TRACING_ACTIONS = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
"""Source: https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html"""


def task_sizes(settings: StageSettings = DEFAULTS) -> dict[str, Size]:
    """Of all of `chalicelib.names.PIPELINE`, in its order. Those without settings of their own share one size.

    The API waits for a move, and the gateway for the API; for a batch nobody waits. So the times of these two are no
    settings: `chalicelib.aws.patience`.

    >>> sizes = task_sizes(StageSettings(train_memory_mb=3008, task_seconds=240))
    >>> sizes["train"]
    Size(memory_mb=3008, timeout_seconds=890, storage_mb=2048)
    >>> sizes["replay"]
    Size(memory_mb=512, timeout_seconds=240, storage_mb=512)
    """
    sizes = {task: _size(task if task in DATA_TASKS else "task", settings) for task in names.PIPELINE}
    seconds = {names.MOVE_ALIAS: MOVE_SECONDS, names.PREDICT_BATCH: BATCH_SECONDS}
    return sizes | {task: replace(sizes[task], timeout_seconds=longest) for task, longest in seconds.items()}


def _size(prefix: str, settings: StageSettings) -> Size:
    """From the three settings that begin so."""
    return Size(*(getattr(settings, f"{prefix}_{of}") for of in ("memory_mb", "seconds", "storage_mb")))


def tracing_statement() -> Json:
    """Sending traces. X-Ray knows no resource that could be named.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    """
    return allow(list(TRACING_ACTIONS), on=["*"])


def is_traced(settings: StageSettings) -> bool:
    return settings.xray == "on"


def configuration(handler: str, size: Size, *, settings: StageSettings) -> Json:
    """The properties that decide how a function's code behaves."""
    return {
        **(TRACING if is_traced(settings) else {}),
        "Handler": handler,
        "Runtime": RUNTIME,
        "Architectures": [settings.architecture],
        "MemorySize": size.memory_mb,
        "Timeout": size.timeout_seconds,
        **({"EphemeralStorage": {"Size": size.storage_mb}} if size.storage_mb > STORAGE_MB else {}),
    }


def serving_configuration(
    settings: StageSettings = DEFAULTS, *, memory_mb: int | None = None, timeout_seconds: int | None = None
) -> Json:
    """Of a serving function whose recipe sets so much. Without that it is a part of the fingerprint of every run,
    because the gate judged a model under it; the recipe is another part."""
    size = Size(memory_mb or settings.serving_memory_mb, timeout_seconds or SERVING_SECONDS)
    return configuration(serving.HANDLER, size, settings=settings)


def function_resources(
    logical_id: str,
    *,
    name: str,
    statements: Sequence[Json],
    properties: dict[str, Any],
    settings: StageSettings,
) -> dict[str, Json]:
    """A function with a role of its own and its log group, by their logical IDs."""
    traces = [tracing_statement()] if is_traced(settings) else []
    return {
        f"{logical_id}Log": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": f"/aws/lambda/{name}", "RetentionInDays": settings.log_retention_days},
        },
        f"{logical_id}Role": role(
            "lambda.amazonaws.com", statements=[*statements, *traces], boundary=settings.permissions_boundary
        ),
        f"{logical_id}Function": {
            "Type": "AWS::Lambda::Function",
            # Else a first call could come before the log group that its role may not create.
            "DependsOn": f"{logical_id}Log",
            "Properties": {
                "FunctionName": name,
                "Role": {"Fn::GetAtt": [f"{logical_id}Role", "Arn"]},
                **properties,
            },
        },
    }
