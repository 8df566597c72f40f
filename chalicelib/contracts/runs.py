"""Payloads of a run's two ends: its input, RestoreAlias, RecordOutcome, its output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.values import Value


class RetrainInput(Value, kw_only=True):
    """The input of an execution."""

    model: str
    force: bool
    reason: str


class Failure(Value, kw_only=True):
    """What a Catch puts into the state: the error's name and its cause, named as Step Functions names them."""

    Error: str
    Cause: str


class RestoreAliasTask(Value, kw_only=True):
    run: str
    model: str | None
    """None when the execution-status rule calls, which knows the run alone."""
    failure: Mapping[str, Any] | None
    """None at the start of a run; the run's own failure, as in Failure, at its end."""


class AliasRestored(Value, kw_only=True):
    function_version: str | None
    """What `live` points to, or None."""
    repairs: list[str]
    """The repairs that were made, in words."""


class RecordOutcomeTask(Value, kw_only=True):
    run: str
    model: str
    outcome: str
    reason: str


class RunOutcome(Value, kw_only=True):
    """The output of an execution, and the content of the run's `outcome.json`."""

    run: str
    model: str
    outcome: str
    reason: str
    error: str | None
    """The name of the error, where the outcome is RetrainFailed."""
