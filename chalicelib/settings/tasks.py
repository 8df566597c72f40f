"""What the state machine's functions read; two settings of it are the stage's own."""

from __future__ import annotations

from typing import Any

from chalicelib.settings.reading import OFF, ON, Settings, number, one_of, setting, stage_name, whole
from chalicelib.settings.texts import STALE_DAYS


def stale_days_setting() -> Any:
    told = "announce a live model as stale after so many days without a promotion"
    return number("NIGHTSWAP_STALE_DAYS", told, STALE_DAYS, 30)


def approve_setting() -> Any:
    return setting(
        "NIGHTSWAP_APPROVE",
        "`on`: no model goes live that nobody approved, whatever its recipe says",
        read=one_of(ON, OFF),
        default=OFF,
    )


class TaskSettings(Settings):
    """Of the state machine's functions; set by the stack, and the memory by Lambda."""

    stage: str = stage_name()
    code_sha256: str = setting("NIGHTSWAP_CODE_SHA256", "the pipeline's code: part of the fingerprint")
    serving_sha256: str = setting(
        "NIGHTSWAP_SERVING_SHA256", "serving package and configuration: part of the fingerprint"
    )
    stale_days: int = stale_days_setting()
    approve: str = approve_setting()
    memory_mb: int = setting(
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "the function's memory in MB, as Lambda itself tells it",
        read=whole(range(128, 10_241), said="128 to 10240"),
        default=10_240,
    )
    endpoints: str = setting("NIGHTSWAP_ENDPOINTS", "`on` where the stage's versions may have endpoints", default=OFF)
    serving_layers: str = setting("NIGHTSWAP_SERVING_LAYERS", "for Train: the layers of each model", default="")
