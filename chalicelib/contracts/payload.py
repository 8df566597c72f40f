"""Converts a payload to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from chalicelib.cutting import cut
from chalicelib.errors import ContractBroken
from chalicelib.values import Value

Contract = TypeVar("Contract")


def from_event(contract: type[Contract], event: Mapping[str, Any]) -> Contract:
    """Read a payload; raises ContractBroken when a field is missing or unknown.

    >>> from chalicelib.contracts.training import PreprocessTask
    >>> from_event(PreprocessTask, {"run": "r", "model": "m"})
    Traceback (most recent call last):
    chalicelib.errors.ContractBroken: PreprocessTask: missing force
    """
    wanted = {*contract.field_names}  # type: ignore[attr-defined]
    wrong = [f"missing {name}" for name in sorted(wanted - set(event))]
    wrong += [f"unknown {name}" for name in sorted(set(event) - wanted)]
    if wrong:
        raise ContractBroken(f"{contract.__name__}: {', '.join(wrong)}")
    return contract(**event)


def to_event(payload: Any) -> dict[str, Any]:
    """The payload as JSON-ready types; its texts are cut, so that no state's input grows with what was said."""
    return {name: _as_json(value) for name, value in vars(payload).items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, Value):
        return to_event(value)
    return cut(value) if isinstance(value, str) else value
