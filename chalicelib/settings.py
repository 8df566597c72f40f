"""The one reader of the environment: what a function is told by its configuration, checked as a whole.

Nothing is read at import. The nightly schedule is the exception, made in `app.py`, because Chalice needs it while
the module is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, TypeVar

from chalicelib.errors import SettingsInvalid
from chalicelib.names import MODEL_NAME, STAGE_NAME


def _setting(variable: str, explanation: str, **default: Any) -> Any:
    return field(metadata={"variable": variable, "explanation": explanation}, **default)


@dataclass(frozen=True, kw_only=True)
class ApiSettings:
    """Of the Chalice app; set per stage in `.chalice/config.json`."""

    stage: str = _setting("NIGHTSWAP_STAGE", "the stage, which names every resource")
    default_model: str = _setting(
        "NIGHTSWAP_DEFAULT_MODEL", "the model of a request that names none", default="kdd99-http"
    )
    schedule: str = _setting(
        "NIGHTSWAP_SCHEDULE",
        "when the nightly retrain starts, an EventBridge expression (UTC)",
        default="cron(0 3 * * ? *)",
    )


@dataclass(frozen=True, kw_only=True)
class TaskSettings:
    """Of the state machine's functions; set by the stack."""

    stage: str = _setting("NIGHTSWAP_STAGE", "the stage, which names every resource")
    code_sha256: str = _setting("NIGHTSWAP_CODE_SHA256", "the tasks' own package: part of the fingerprint")
    serving_sha256: str = _setting(
        "NIGHTSWAP_SERVING_SHA256", "serving package and configuration: part of the fingerprint"
    )


Settings = TypeVar("Settings", ApiSettings, TaskSettings)


def load(kind: type[Settings], environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of that kind from the environment; raises SettingsInvalid naming all that is missing or wrong.

    >>> load(TaskSettings, {"NIGHTSWAP_STAGE": "Prod"})
    Traceback (most recent call last):
    chalicelib.errors.SettingsInvalid: NIGHTSWAP_STAGE is 'Prod': expected [a-z][a-z0-9]{0,9}; \
NIGHTSWAP_CODE_SHA256 is missing: the tasks' own package: part of the fingerprint; \
NIGHTSWAP_SERVING_SHA256 is missing: serving package and configuration: part of the fingerprint
    """
    given = os.environ if environ is None else environ
    values: dict[str, Any] = {
        each.name: given.get(each.metadata["variable"], _default(each)) for each in fields(kind)
    }
    wrong = [problem for each in fields(kind) if (problem := _problem(each, values[each.name]))]
    if wrong:
        raise SettingsInvalid("; ".join(wrong))
    return kind(**values)


def schedule(environ: Mapping[str, str] | None = None) -> str:
    """The nightly schedule by itself: `app.py` needs it at import, when the other settings may not be there yet."""
    given = os.environ if environ is None else environ
    return given.get("NIGHTSWAP_SCHEDULE") or str(_default(_SCHEDULE))


PATTERNS = {"stage": STAGE_NAME, "default_model": MODEL_NAME}


_SCHEDULE = next(each for each in fields(ApiSettings) if each.name == "schedule")


def _default(each: Field[Any]) -> str | None:
    return None if each.default is MISSING else each.default


def _problem(each: Field[Any], value: str | None) -> str | None:
    variable = each.metadata["variable"]
    if not value:
        return f"{variable} is missing: {each.metadata['explanation']}"
    pattern = PATTERNS.get(each.name)
    if pattern and not pattern.fullmatch(value):
        return f"{variable} is {value!r}: expected {pattern.pattern}"
    return None
