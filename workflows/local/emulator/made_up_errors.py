"""Mends TestState with a made-up error: a retry comes before a catch, which the emulator has the other way round.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

DEFAULT_ATTEMPTS = 3
"""Of a rule that says nothing. Source: the page above."""


def install() -> None:
    from ministack.core.responses import json_response
    from ministack.services import stepfunctions

    tested = stepfunctions._test_state

    def retried_first(data: Json) -> Any:
        failing = (data.get("mock") or {}).get("errorOutput") or {}
        states = json.loads(data.get("definition") or "{}").get("States", {})
        state = states.get(data.get("stateName"), {})
        retries = (data.get("stateConfiguration") or {}).get("retrierRetryCount", 0)
        error = failing.get("error")
        if error and is_retried(state, error, retries=retries):
            return json_response({"status": "RETRIABLE", **failing})
        return tested(data)

    stepfunctions._test_state = retried_first


def is_retried(state: Mapping[str, Any], error: str, *, retries: int) -> bool:
    """Whether the first rule that takes the error in has a try left.

    >>> state = {"Retry": [{"ErrorEquals": ["StoreUnavailable"], "MaxAttempts": 6}]}
    >>> is_retried(state, "StoreUnavailable", retries=5), is_retried(state, "StoreUnavailable", retries=6)
    (True, False)
    >>> is_retried(state, "SingleClass", retries=0)
    False
    """
    rules = (each for each in state.get("Retry", ()) if {error, "States.ALL"} & {*each["ErrorEquals"]})
    rule = next(rules, None)
    return rule is not None and retries < rule.get("MaxAttempts", DEFAULT_ATTEMPTS)
