"""Is it a machine at all: known fields, transitions that lead somewhere, a way to every state?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows.definitions.asl import Definition, State, states, successors
from workflows.definitions.checks.problem import MACHINE, Problem

REQUIRED: Mapping[str, frozenset[str]] = {
    "Task": frozenset({"Resource", "Parameters", "TimeoutSeconds", "Retry", "Catch"}),
    "Choice": frozenset({"Choices", "Default"}),
    "Wait": frozenset(),
    "Pass": frozenset({"Result", "ResultPath"}),
    "Fail": frozenset({"ErrorPath", "CausePath"}),
}
OPTIONAL: Mapping[str, frozenset[str]] = {
    "Task": frozenset({"ResultSelector", "ResultPath", "Next", "End"}),
    "Choice": frozenset(),
    "Wait": frozenset({"Seconds", "SecondsPath", "Next", "End"}),
    "Pass": frozenset({"Next", "End"}),
    "Fail": frozenset(),
}
ENTRIES: Mapping[str, frozenset[str]] = {
    "Choices": frozenset({"Variable", "Next"}),
    "Retry": frozenset({"ErrorEquals"}),
    "Catch": frozenset({"ErrorEquals", "Next"}),
}
"""The fields that are lists, and what each of their entries has to have."""
MACHINE_FIELDS = frozenset({"Comment", "StartAt", "States"})
"""No TimeoutSeconds among them: when a whole execution runs out of time, no Catch is run."""


def structure_problems(definition: Definition) -> list[Problem]:
    """Mistakes in the skeleton; while there are any, the machine cannot be walked."""
    problems = [Problem(MACHINE, f"unknown field {field}") for field in sorted(set(definition) - MACHINE_FIELDS)]
    for name, state in states(definition).items():
        problems += [Problem(name, message) for message in _state_mistakes(state)]
    return problems or [*_transition_problems(definition)]


def _state_mistakes(state: State) -> Iterator[str]:
    kind = str(state.get("Type"))
    if kind not in REQUIRED:
        yield f"Type is {kind}: expected one of {', '.join(REQUIRED)}"
        return
    fields = set(state) - {"Type", "Comment"}
    yield from (f"{field} is missing" for field in sorted(REQUIRED[kind] - fields))
    yield from (f"unknown field {field}" for field in sorted(fields - REQUIRED[kind] - OPTIONAL[kind]))
    if kind in ("Task", "Wait", "Pass") and ("Next" in state) == (state.get("End") is True):
        yield "expected either Next or End: true"
    if kind == "Wait" and len(fields & {"Seconds", "SecondsPath"}) != 1:
        yield "expected either Seconds or SecondsPath"
    for field in ("Parameters", "ResultSelector"):
        if not isinstance(state.get(field, {}), Mapping):
            yield f"{field} is not an object"
    for field in ENTRIES:
        yield from _list_mistakes(field, state.get(field, []))


def _list_mistakes(field: str, entries: Any) -> Iterator[str]:
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        yield f"{field} is not a list of objects"
        return
    wanted = ENTRIES[field]
    for entry in entries:
        yield from (f"{field}: {name} is missing" for name in sorted(wanted - set(entry)))
        if field == "Choices" and set(entry) - wanted not in ({"StringEquals"}, {"BooleanEquals"}):
            yield f"Choices: a rule has {', '.join(sorted(entry))}: expected one StringEquals or BooleanEquals"


def _transition_problems(definition: Definition) -> Iterator[Problem]:
    known = states(definition)
    start = str(definition.get("StartAt"))
    if start not in known:
        yield Problem(MACHINE, f"StartAt is {start}: expected a state's name")
        return
    astray = [
        Problem(name, f"leads to {target!r}, which is no state")
        for name, state in known.items()
        for target in successors(state)
        if target not in known
    ]
    yield from astray or _way_problems(known, start=start)


def _way_problems(known: Mapping[str, State], *, start: str) -> Iterator[Problem]:
    reached = _reachable(known, [start])
    yield from (Problem(name, "no way leads here from StartAt") for name in known if name not in reached)


def _reachable(known: Mapping[str, State], start: list[str]) -> set[str]:
    reached: set[str] = set()
    ahead = list(start)
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += successors(known[name])
    return reached
