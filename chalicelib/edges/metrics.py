"""CloudWatch: what Lambda counts of a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class Traffic(Value):
    """What an alias sent to one function version, as CloudWatch counted it."""

    invocations: int
    errors: int
    duration_ms: float | None
    """Mean, without the start of cold environments; None without invocations."""


class Metrics(Protocol):
    """What CloudWatch counts of the serving functions. It is minutes behind: the latest calls may be missing.

    Raises MetricsUnavailable when CloudWatch throttles or does not answer.
    """

    def traffic(self, model: str, *, function_versions: Sequence[str], since: datetime) -> Mapping[str, Traffic]:
        """By function version: what came by the alias `live` since then (rounded down to the minute)."""
