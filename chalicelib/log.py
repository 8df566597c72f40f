"""Writes one JSON line for each boundary that is crossed: an event in the past tense, and its facts with units.

Never the payload, never a feature's value, never a token; and every fact is cut, so that no line grows without end.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.cutting import bounded, cut
from chalicelib.names import APP

SUCCEEDED = "Succeeded"
"""Metric: 1 for a run that did its work, 0 for one that failed."""
REJECTED = "Rejected"
"""Metric: 1 for a model that failed its gate, 0 for one that was promoted."""

ERROR, WARNING = "ERROR", "WARNING"
"""Levels, as Lambda's JSON has them."""

logger = logging.getLogger("nightswap")


def log(event: str, **facts: Any) -> None:
    """Write one line, e.g. `log("model_trained", run=run, rows=453_998, duration_ms=812)`."""
    logger.info("%s", _line({"event": event, **_bounded(facts)}))


def measure(
    event: str, *, at: datetime, dimensions: Mapping[str, str], metrics: Mapping[str, float], **facts: Any
) -> None:
    """Write one line that CloudWatch also turns into metrics, without a call and without a permission.

    It goes out as it is, for around a logger's line Lambda writes text, or JSON of its own; and by the standard
    error, which is in Lambda's log as the standard output is, and leaves that to a command's answer.
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    described = {
        "Namespace": APP,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in metrics],
    }
    about = {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [described]}
    _write({"_aws": about, "event": event, **_bounded(facts), **dimensions, **metrics})


def complain(event: str, *, level: str, **facts: Any) -> None:
    """Write one line that no logger's level holds back: in the app's functions Chalice's and Lambda's own do.

    Source: chalice 1.34, chalice/app.py, `_configure_log_level`: a logger named as the app, at ERROR.
    """
    _write({"level": level, "event": event, **_bounded(facts)})


def _write(said: Mapping[str, Any]) -> None:
    sys.stderr.write(_line(said) + "\n")
    sys.stderr.flush()


def _bounded(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: bounded(value) for name, value in facts.items()}


def _line(said: Mapping[str, Any]) -> str:
    return json.dumps(said, default=lambda value: cut(str(value)))
