"""Checks the calls of functions: does each exist, does it get its fields, does each end have a known outcome?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from chalicelib.contracts.decisions import OUTCOMES
from chalicelib.names import document_name
from chalicelib.values import Value
from workflows.definitions.asl import Definition, State, states
from workflows.definitions.checks.problem import MACHINE, Problem
from workflows.definitions.functions import Signature, placeholder

RECORDER = "record-outcome"


def call_problems(definition: Definition, *, contracts: Mapping[str, Signature], tasks: Path) -> list[Problem]:
    """Mistakes in the calls; `tasks` is the folder with one file per function."""
    problems = [
        Problem(MACHINE, f"the task {task} is never called")
        for task in contracts
        if all(state.get("Resource") != placeholder(task) for state in states(definition).values())
    ]
    for name, state in states(definition).items():
        if state["Type"] == "Task" and (task := called(state, contracts=contracts)) is not None:
            contract = contracts[task].takes
            problems += [Problem(name, message) for message in _call_mistakes(state, task, contract, tasks=tasks)]
    return problems


def called(state: State, *, contracts: Mapping[str, Signature]) -> str | None:
    """The task whose function the state calls, or None."""
    return next((task for task in contracts if placeholder(task) == state["Resource"]), None)


def _call_mistakes(state: State, task: str, contract: type[Value], *, tasks: Path) -> Iterator[str]:
    file = tasks / f"{document_name(task)}.py"
    if not file.is_file():
        yield f"{state['Resource']} needs {tasks.name}/{file.name}, which does not exist"
    wanted = {*contract.field_names}
    given = {key.removesuffix(".$") for key in state["Parameters"]}
    yield from (f"Parameters lacks {field}, a field of {contract.__name__}" for field in sorted(wanted - given))
    yield from (f"Parameters has {field}, no field of {contract.__name__}" for field in sorted(given - wanted))
    yield from _end_mistakes(state, task=task)


def _end_mistakes(state: State, *, task: str) -> Iterator[str]:
    outcome = state["Parameters"].get("outcome")
    if (state.get("End") is True) != (task == RECORDER):
        yield f"{RECORDER} has to end the machine, and nothing else may"
    if task == RECORDER and outcome not in OUTCOMES:
        yield f"the outcome is {outcome!r}: expected one of {', '.join(OUTCOMES)}"
    if task == RECORDER and "ResultPath" in state:
        yield "ResultPath hides the record, which has to be the execution's whole output"
