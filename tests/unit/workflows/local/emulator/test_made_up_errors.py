"""Whether a made-up error is retried, as the state's own rules say."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.local.emulator.made_up_errors import is_retried

SEVERAL: dict[str, Any] = {
    "Retry": [
        {"ErrorEquals": ["StoreUnavailable", "Throttled"], "MaxAttempts": 1},
        {"ErrorEquals": ["States.ALL"]},
    ]
}


@pytest.mark.parametrize(
    ("error", "retries", "again"),
    [
        ("Throttled", 0, True),
        ("Throttled", 1, False),
        ("Anything", 2, True),
        ("Anything", 3, False),
    ],
)
def test_first_rule_that_takes_an_error_in_decides_and_three_tries_are_the_default(
    error: str, retries: int, again: bool
) -> None:
    assert is_retried(SEVERAL, error, retries=retries) == again


def test_state_without_rules_retries_nothing() -> None:
    assert not is_retried({}, "Anything", retries=0)
