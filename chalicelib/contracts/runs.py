"""Payloads of a run's two ends: its input, RestoreAlias, RecordOutcome, its output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class RetrainInput:
    """The input of an execution."""

    model: str
    force: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a Catch puts into the state: the error's name and its cause, named as Step Functions names them."""

    Error: str
    Cause: str


@dataclass(frozen=True, kw_only=True)
class RestoreAliasTask:
    run: str
    model: str | None
    """None when the execution-status rule calls, which knows the run alone."""
    failure: Mapping[str, Any] | None
    """None at the start of a run; the run's own failure, as in Failure, at its end."""


@dataclass(frozen=True, kw_only=True)
class AliasRestored:
    function_version: str | None
    """What `live` points to, or None."""
    repairs: list[str]
    """What had to be put right, in words."""


@dataclass(frozen=True, kw_only=True)
class RecordOutcomeTask:
    run: str
    model: str
    outcome: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """The output of an execution, and the content of the run's `outcome.json`."""

    run: str
    model: str
    outcome: str
    reason: str
    error: str | None
    """The name of the error, where the outcome is RetrainFailed."""
