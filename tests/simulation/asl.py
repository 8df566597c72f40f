"""The part of the Amazon States Language that the retrain state machine uses, as functions of the state's data.

Source: https://states-language.net/spec.html
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any
"""What json.loads returns."""

OWN_ERRORS = {"States.Runtime", "States.DataLimitExceeded"}
"""What States.ALL does not match."""


class StateFailed(Exception):
    """A state fails with this error name and cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause


def reach(path: str, data: Json, context: Json) -> Json:
    """The value at a reference path, `$.a.b` in the data or `$$.a.b` in the context.

    Raises StateFailed (States.Runtime) when there is none: AWS ends the execution, an emulator puts null.

    >>> reach("$.a.b", {"a": {"b": 1}}, {})
    1
    """
    value, steps = (context, path[2:]) if path.startswith("$$") else (data, path[1:])
    for step in filter(None, steps.split(".")):
        if not isinstance(value, dict) or step not in value:
            raise StateFailed("States.Runtime", f"there is nothing at {path}")
        value = value[step]
    return value


def fill(template: Json, data: Json, context: Json) -> Json:
    """A state's Parameters with every `name.$` replaced by what its path leads to."""
    if isinstance(template, list):
        return [fill(each, data, context) for each in template]
    if not isinstance(template, dict):
        return template
    return {
        name.removesuffix(".$"): reach(value, data, context) if name.endswith(".$") else fill(value, data, context)
        for name, value in template.items()
    }


def place(result: Json, path: str | None, data: Json) -> Json:
    """The data with the result put at ResultPath; None drops the result.

    >>> place(2, "$.a.c", {"a": {"b": 1}})
    {'a': {'b': 1, 'c': 2}}
    """
    if path is None:
        return data
    if path == "$":
        return result
    placed = copy.deepcopy(data)
    *above, last = path.removeprefix("$.").split(".")
    inner = placed
    for step in above:
        inner = inner.setdefault(step, {})
    inner[last] = result
    return placed


def choose(state: Mapping[str, Json], data: Json, context: Json) -> str:
    """The name of the state that a Choice leads to; raises StateFailed when no rule fits and there is no default."""
    for rule in state["Choices"]:
        if fits(rule, data, context):
            return str(rule["Next"])
    if "Default" not in state:
        raise StateFailed("States.NoChoiceMatched", "no rule of the Choice fits")
    return str(state["Default"])


def fits(rule: Mapping[str, Json], data: Json, context: Json) -> bool:
    """Whether the data passes a rule. Raises ValueError for a comparison that is not known here."""
    if "And" in rule:
        return all(fits(each, data, context) for each in rule["And"])
    if "Or" in rule:
        return any(fits(each, data, context) for each in rule["Or"])
    if "Not" in rule:
        return not fits(rule["Not"], data, context)
    value = reach(rule["Variable"], data, context)
    if "StringEquals" in rule:
        return isinstance(value, str) and value == str(rule["StringEquals"])
    if "BooleanEquals" in rule:
        return isinstance(value, bool) and value is rule["BooleanEquals"]
    if "IsNull" in rule:
        return (value is None) is bool(rule["IsNull"])
    raise ValueError(f"a comparison that the simulation does not know: {dict(rule)}")


def seconds(state: Mapping[str, Json], data: Json, context: Json) -> float:
    """How long a Wait waits; raises StateFailed when its path leads to no number of seconds."""
    value = reach(state["SecondsPath"], data, context) if "SecondsPath" in state else state["Seconds"]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise StateFailed("States.Runtime", f"{value!r} is no number of seconds to wait")
    return value


def matches(names: Sequence[str], error: str) -> bool:
    """Whether an ErrorEquals of a Retry or Catch matches the error: by its exact name, or by a wildcard."""
    if error in names:
        return True
    if "States.TaskFailed" in names and error not in OWN_ERRORS | {"States.Timeout"}:
        return True
    return "States.ALL" in names and error not in OWN_ERRORS


def retry_delay_seconds(retriers: Sequence[dict[str, Json]], error: str, spent: dict[int, int]) -> float | None:
    """How long to wait before the state is tried again, None when it is not.

    `spent` counts the retries of each retrier, by its place, and is counted up here.
    """
    for at, retrier in enumerate(retriers):
        if matches(retrier["ErrorEquals"], error):
            used = spent.get(at, 0)
            if used >= retrier.get("MaxAttempts", 3):
                return None
            spent[at] = used + 1
            delay = float(retrier.get("IntervalSeconds", 1)) * float(retrier.get("BackoffRate", 2)) ** used
            return min(delay, float(retrier.get("MaxDelaySeconds", delay)))
    return None


def catcher(catchers: Sequence[dict[str, Json]], error: str) -> dict[str, Json] | None:
    """The first Catch that matches the error."""
    return next((each for each in catchers if matches(each["ErrorEquals"], error)), None)
