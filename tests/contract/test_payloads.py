"""Every payload of the state machine, as it really looks: to rename a field is to change a file in `payloads/`.

An execution may be going while a new version is deployed, and its payloads are read by the new functions.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.contracts import batches, endpoints, interventions, rollout, runs, training
from chalicelib.contracts.payload import from_event, to_event
from chalicelib.contracts.training import PreprocessTask
from chalicelib.errors import ContractBroken
from chalicelib.values import Value

PAYLOADS = Path(__file__).parent / "payloads"
CONTRACTS: dict[str, type[Any]] = {
    name: each
    for module in (batches, endpoints, interventions, rollout, runs, training)
    for name, each in inspect.getmembers(module, inspect.isclass)
    if each.__module__ == module.__name__
}
EVERY_CONTRACT = pytest.mark.parametrize("name", CONTRACTS)
FIELDS = [(name, field) for name, each in CONTRACTS.items() for field in each.field_names]


def golden(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_bytes())
    return event


def kinds(name: str, field: str) -> set[type[Any]]:
    """The types that a field may hold, as JSON knows them."""
    hint = get_type_hints(CONTRACTS[name])[field]
    options = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    bare = {get_origin(option) or option for option in options}
    return {dict if kind is Mapping else kind for kind in bare}


NULLABLE = [each for each in FIELDS if NoneType in kinds(*each)]


def test_there_is_a_payload_for_every_contract() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(CONTRACTS)


@EVERY_CONTRACT
def test_payload_goes_in_and_comes_out_as_it_was(name: str) -> None:
    event = golden(name)

    assert to_event(from_event(CONTRACTS[name], event)) == event


@EVERY_CONTRACT
def test_payload_survives_the_state_machine(name: str) -> None:
    payload = from_event(CONTRACTS[name], golden(name))

    assert from_event(CONTRACTS[name], json.loads(json.dumps(to_event(payload)))) == payload


@EVERY_CONTRACT
def test_payload_has_the_types_of_its_contract(name: str) -> None:
    for field, value in golden(name).items():
        assert type(value) in kinds(name, field), field


def test_field_that_may_be_null_is_there_as_null() -> None:
    assert NULLABLE
    for name, field in NULLABLE:
        event = {**golden(name), field: None}
        sent = to_event(from_event(CONTRACTS[name], event))
        assert json.loads(json.dumps(sent)) == event, (name, field)


@EVERY_CONTRACT
def test_missing_field_is_refused(name: str) -> None:
    for field in CONTRACTS[name].field_names:
        event = golden(name)
        del event[field]
        with pytest.raises(ContractBroken, match=f"^{name}: missing {field}$"):
            from_event(CONTRACTS[name], event)


@EVERY_CONTRACT
def test_unknown_field_is_refused(name: str) -> None:
    with pytest.raises(ContractBroken, match=f"^{name}: unknown retries$"):
        from_event(CONTRACTS[name], {**golden(name), "retries": 3})


@given(st.dictionaries(st.text(), st.none()))
def test_wrong_payload_is_refused_with_every_wrong_field_named(event: dict[str, None]) -> None:
    wanted = {*PreprocessTask.field_names}

    if set(event) == wanted:
        from_event(PreprocessTask, event)
    else:
        with pytest.raises(ContractBroken) as refused:
            from_event(PreprocessTask, event)
        assert all(name in str(refused.value) for name in wanted ^ set(event))


def test_payload_cannot_be_changed_on_its_way() -> None:
    assert [name for name, each in CONTRACTS.items() if not issubclass(each, Value)] == []


def test_all_payloads_of_a_run_together_are_far_below_the_limit() -> None:
    """Step Functions passes 256 KB of state (docs: service-quotas); states hand on S3 URIs, never data."""
    whole = {name: golden(name) for name in CONTRACTS}

    assert len(json.dumps(whole)) < 10_000
