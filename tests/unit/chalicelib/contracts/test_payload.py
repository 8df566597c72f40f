from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from chalicelib.contracts import interventions, rollout, runs, training
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.contracts.training import PreprocessTask
from chalicelib.errors import ContractBroken

PAYLOADS = [
    found
    for module in (interventions, rollout, runs, training)
    for found in vars(module).values()
    if inspect.isclass(found) and found.__module__ == module.__name__
]


def payload(contract: type[Any]) -> dict[str, Any]:
    return {name: f"a {name}" for name in contract.field_names}


@pytest.mark.parametrize("contract", PAYLOADS)
def test_payload_is_read_as_it_was_written(contract: type[Any]) -> None:
    read = from_event(contract, payload(contract))

    assert from_event(contract, json.loads(json.dumps(to_event(read)))) == read


@pytest.mark.parametrize("contract", PAYLOADS)
def test_payload_without_a_field_is_refused(contract: type[Any]) -> None:
    event = payload(contract)
    name, _ = event.popitem()

    with pytest.raises(ContractBroken, match=f"{contract.__name__}: missing {name}"):
        from_event(contract, event)


@pytest.mark.parametrize("contract", PAYLOADS)
def test_payload_with_a_field_too_many_is_refused(contract: type[Any]) -> None:
    with pytest.raises(ContractBroken, match="unknown zeal"):
        from_event(contract, {**payload(contract), "zeal": 1})


def test_everything_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(ContractBroken, match="missing force, missing model, unknown b, unknown c"):
        from_event(PreprocessTask, {"run": "r", "c": 1, "b": 2})


def test_payload_may_be_any_mapping_but_is_never_changed() -> None:
    event = {"run": "r", "model": "m", "force": False}

    from_event(PreprocessTask, event)

    assert event == {"run": "r", "model": "m", "force": False}
