"""Sets the size of each Lambda function, and the three resources that make one: log group, role, function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import names
from chalicelib.aws.patience import MOVE_SECONDS, SERVING_SECONDS
from chalicelib.settings import StageSettings
from workflows.packaging import serving
from workflows.stacks.settings import DEFAULTS
from workflows.stacks.statements import Json, allow, role

RUNTIME = "python3.13"


@dataclass(frozen=True)
class Size:
    """Memory, which buys processor time too (1,769 MB are one core), and the longest a call may take.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html. A new account's limit is 3,008 MB.
    """

    memory_mb: int
    timeout_seconds: int


TASK_SIZES = {
    "restore-alias": Size(512, 100),
    "preprocess": Size(1769, 600),
    "train": Size(1769, 890),
    "evaluate": Size(1024, 300),
    "version-model": Size(512, 180),
    "replay": Size(512, 120),
    "shift-traffic": Size(512, 120),
    "swap-alias": Size(512, 100),
    "record-outcome": Size(512, 100),
    names.MOVE_ALIAS: Size(512, MOVE_SECONDS),
}
"""Of all of `chalicelib.names.PIPELINE`. Each is shorter than its state waits; for MoveAlias the API waits, and for
the API the gateway: `chalicelib.aws.patience`."""
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
    }


def serving_configuration(settings: StageSettings = DEFAULTS) -> Json:
    """Of every serving function: a part of the fingerprint, because the gate judged a model under it."""
    return configuration(serving.HANDLER, Size(settings.serving_memory_mb, SERVING_SECONDS), settings=settings)


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
