"""The picture of the machine in README, drawn from its definition: `python -m workflows.definitions.diagram`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.definitions.asl import Definition, State, states
from workflows.definitions.rendering import golden


def diagram(definition: Definition) -> str:
    """A mermaid state diagram. A state that nothing follows is an end.

    The catch that all tasks share is a note, or it would cover the rest.
    """
    known = states(definition)
    lines = ["stateDiagram-v2", f"    [*] --> {definition['StartAt']}"]
    for name, state in known.items():
        lines += [f"    {name} --> {target}{label}" for target, label in _arrows(state)]
    lines += [f"    note right of {target}: every error that retries do not cure" for target in _shared_catch(known)]
    return "\n".join(lines) + "\n"


def _arrows(state: State) -> Iterator[tuple[str, str]]:
    for rule in state.get("Choices", []):
        yield rule["Next"], f": {_condition(rule)}"
    if "Default" in state:
        yield state["Default"], ": otherwise"
    if "Next" in state:
        yield state["Next"], ""


def _condition(rule: Mapping[str, Any]) -> str:
    field = rule["Variable"].rpartition(".")[2]
    return field if rule.get("BooleanEquals") is True else f"{field} is {rule.get('StringEquals')}"


def _shared_catch(known: Mapping[str, State]) -> list[str]:
    """What nearly every task's Catch leads to."""
    targets = [catcher["Next"] for state in known.values() for catcher in state.get("Catch", [])]
    return sorted({target for target in targets if targets.count(target) > len(targets) / 2})


if __name__ == "__main__":
    sys.stdout.write(diagram(json.loads(golden())))
