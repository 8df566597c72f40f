"""Checks fields and types that the grammar permits and no other module here reads. statelint's check comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.definitions.asl import Definition, State, states
from workflows.definitions.checks.problem import MACHINE, Problem

REQUIRED: Mapping[str, frozenset[str]] = {
    "Task": frozenset({"Resource", "Parameters", "Retry", "Catch"}),
    "Choice": frozenset({"Choices", "Default"}),
    "Wait": frozenset(),
    "Pass": frozenset({"ResultPath"}),
    "Fail": frozenset({"CausePath"}),
}
OPTIONAL: Mapping[str, frozenset[str]] = {
    "Task": frozenset({"TimeoutSeconds", "TimeoutSecondsPath", "ResultSelector", "ResultPath", "Next", "End"}),
    "Choice": frozenset(),
    "Wait": frozenset({"Seconds", "SecondsPath", "Next", "End"}),
    "Pass": frozenset({"Result", "Parameters", "Next", "End"}),
    "Fail": frozenset({"Error", "ErrorPath"}),
}
ONE_OF: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Task": (("TimeoutSeconds", "TimeoutSecondsPath"),),
    "Pass": (("Result", "Parameters"),),
    "Fail": (("Error", "ErrorPath"),),
}
OPERATORS = ({"StringEquals"}, {"BooleanEquals"})
MACHINE_FIELDS = frozenset({"Comment", "StartAt", "States"})
"""No TimeoutSeconds among them: when a whole execution runs out of time, no Catch is run."""


def structure_problems(definition: Definition) -> list[Problem]:
    """While there are any, the machine cannot be walked."""
    problems = [Problem(MACHINE, f"unknown field {field}") for field in sorted(set(definition) - MACHINE_FIELDS)]
    for name, state in states(definition).items():
        problems += [Problem(name, message) for message in _state_mistakes(state)]
    return problems


def _state_mistakes(state: State) -> Iterator[str]:
    kind = state["Type"]
    if kind not in REQUIRED:
        yield f"Type is {kind}: expected one of {', '.join(REQUIRED)}"
        return
    fields = set(state) - {"Type", "Comment"}
    yield from (f"{field} is missing" for field in sorted(REQUIRED[kind] - fields))
    yield from (f"unknown field {field}" for field in sorted(fields - REQUIRED[kind] - OPTIONAL[kind]))
    for one in ONE_OF.get(kind, ()):
        if len(fields & {*one}) != 1:
            yield f"{one[0]} is missing, or {one[1]}: expected one of the two"
    for field in ("Parameters", "ResultSelector"):
        if not isinstance(state.get(field, {}), Mapping):
            yield f"{field} is not an object"
    for rule in state.get("Choices", ()):
        if set(rule) - {"Variable", "Next"} not in OPERATORS:
            yield f"Choices: a rule has {', '.join(sorted(rule))}: expected one StringEquals or BooleanEquals"
