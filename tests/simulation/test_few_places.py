"""A new account has 10 concurrent executions: every run of a busy night still ends as it should."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.few_places import Account
from workflows.definitions.rendering import golden

PLACES = 10
MODELS = 8
NIGHTS = range(100)
DEFINITION: dict[str, Any] = json.loads(golden())


def in_a_hurry() -> dict[str, Any]:
    """The definition with its throttles tried again no longer than what passes in a moment."""
    definition = copy.deepcopy(DEFINITION)
    for state in definition["States"].values():
        for retrier in state.get("Retry", []):
            retrier["MaxAttempts"] = min(retrier["MaxAttempts"], 6)
            retrier["MaxDelaySeconds"] = min(retrier["MaxDelaySeconds"], 30)
    return definition


@pytest.mark.parametrize("seed", NIGHTS)
def test_every_run_of_eight_models_ends_beside_predictions(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    account = Account(seed, places=PLACES, definition=DEFINITION)

    ended = account.night(MODELS)

    assert ended == ["SUCCEEDED"] * MODELS
    record_property("runs in an account with ten places", MODELS)


def test_nights_are_as_busy_as_they_are_meant_to_be() -> None:
    refused: set[str] = set()
    for seed in NIGHTS:
        account = Account(seed, places=PLACES, definition=DEFINITION)
        account.night(MODELS)
        refused |= set(account.refused)

    assert refused >= {"predictions", "others", "restore-alias", "train", "record-outcome", "serving"}


def test_runs_that_give_up_within_a_minute_or_two_fail_in_such_nights() -> None:
    ended = [
        status for seed in NIGHTS for status in Account(seed, places=PLACES, definition=in_a_hurry()).night(MODELS)
    ]

    assert {"FAILED: Lambda.TooManyRequestsException", "SUCCEEDED"} <= set(ended)
