"""Draws the machine's picture in docs/ from its definition: `python -m workflows.definitions.diagram`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.definitions.asl import Definition, State, states
from workflows.definitions.rendering import golden


def diagram(definition: Definition) -> str:
    """A mermaid flowchart, a line for each stretch without a choice. A state that nothing follows is an end.

    The catch that all tasks share is a line of its own, or it would cover the rest.
    """
    known = states(definition)
    drawn: set[str] = set()
    lines = ["flowchart TD", f"    {_stretch(known, definition['StartAt'], drawn)}"]
    for name, state in known.items():
        lines += [f"    {name} -->|{label}| {_stretch(known, target, drawn)}" for target, label in _branches(state)]
    for target in _shared_catch(known):
        lines.append(f"    error[what retries do not cure] -.-> {_stretch(known, target, drawn)}")
    return "\n".join(lines) + "\n"


def _stretch(known: Mapping[str, State], start: str, drawn: set[str]) -> str:
    """From a state on as far as there is one way; what follows a state that was drawn before stands there."""
    way = [start]
    while way[-1] not in drawn and "Next" in known[way[-1]]:
        drawn.add(way[-1])
        way.append(known[way[-1]]["Next"])
    return " --> ".join(way)


def _branches(state: State) -> Iterator[tuple[str, str]]:
    for rule in state.get("Choices", []):
        yield rule["Next"], _condition(rule)
    if "Default" in state:
        yield state["Default"], "otherwise"


def _condition(rule: Mapping[str, Any]) -> str:
    field = rule["Variable"].rpartition(".")[2]
    if "BooleanEquals" in rule:
        return field if rule["BooleanEquals"] else f"not {field}"
    return str(rule.get("StringEquals"))


def _shared_catch(known: Mapping[str, State]) -> list[str]:
    """What nearly every task's Catch leads to."""
    targets = [catcher["Next"] for state in known.values() for catcher in state.get("Catch", [])]
    return sorted({target for target in targets if targets.count(target) > len(targets) / 2})


if __name__ == "__main__":
    sys.stdout.write(diagram(json.loads(golden())))
