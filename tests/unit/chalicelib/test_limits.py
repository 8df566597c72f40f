"""What the state machine carries fits into Step Functions' limits, however long its texts are."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from chalicelib import limits
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.runs import RunOutcome
from workflows.definitions.functions import SIGNATURES

LONG = "\U0001f600" * 10_000
CHARACTER_BYTES = 12
"""Of such a character in JSON."""
TEXTS = 8_000
"""Bytes of all that is short by nature: URIs, checksums, names."""


@pytest.mark.parametrize("contract", [*(each.takes for each in SIGNATURES.values()), RunOutcome])
def test_every_text_of_a_payload_is_cut(contract: type) -> None:
    payload = contract(**{field.name: LONG for field in fields(contract)})

    assert max(len(text) for text in to_event(payload).values()) <= limits.MESSAGE_CHARACTERS


def test_state_has_room_for_the_longest_reason_of_every_task() -> None:
    said = len(SIGNATURES) * limits.MESSAGE_CHARACTERS * CHARACTER_BYTES
    failure = limits.CAUSE_CHARACTERS + limits.ERROR_CHARACTERS

    assert len(json.dumps(LONG[: limits.MESSAGE_CHARACTERS])) <= limits.MESSAGE_CHARACTERS * CHARACTER_BYTES + 2
    assert said + failure + TEXTS < limits.STATE_BYTES
