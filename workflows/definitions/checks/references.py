"""Checks that every reference finds its value: walks every path through the machine with sample data.

On AWS a path that leads nowhere fails an execution, perhaps one night in a hundred, on a rare branch; the emulator
hands on a null. So each state is entered with every content that can arrive there, failures included, made from the
contracts.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from chalicelib.contracts.runs import Failure
from workflows.definitions.asl import Definition, State, states
from workflows.definitions.checks.function_calls import called
from workflows.definitions.checks.integrations import integration_mistakes
from workflows.definitions.checks.machines import Machine
from workflows.definitions.checks.paths import PathError, fill, read, write
from workflows.definitions.checks.policies import timeout_mistakes
from workflows.definitions.checks.problem import Problem
from workflows.definitions.checks.samples import accepts, samples
from workflows.definitions.functions import ANSWERS, EXAMPLES

WAIT_SECONDS_MAX = 99_999_999
"""Source: AWS Step Functions guide, "Wait workflow state"."""

Identity = tuple[str, str]
"""A state and the content that it is entered with."""


@dataclass(frozen=True)
class Arrival:
    """A state entered with some content, by the shortest way that leads to it."""

    state: str
    data: Mapping[str, Any]
    way: tuple[str, ...] = ()
    rule: Mapping[str, Any] | None = None
    """The Choice's rule that led here, if one did."""

    def on(self, target: str, data: Mapping[str, Any], *, rule: Mapping[str, Any] | None = None) -> Arrival:
        return Arrival(target, data, (*self.way, self.state), rule)

    @cached_property
    def identity(self) -> Identity:
        return self.state, json.dumps(self.data, sort_keys=True)


def walked(definition: Definition, *, machine: Machine) -> Walk:
    walk = Walk(definition, machine=machine)
    walk.run()
    return walk


def reference_problems(definition: Definition, *, walk: Walk) -> list[Problem]:
    """References that lead nowhere, values of the wrong type, and states that no sample reaches."""
    unreached = [name for name in states(definition) if name not in walk.entered]
    return [
        *(Problem(state, f"{message} (by way of {' > '.join(way)})") for (state, message), way in walk.found.items()),
        *(Problem(name, "no decision that a function can make leads here") for name in unreached),
    ]


class Walk:
    """Breadth first, each state once for each content. There are finitely many of them, so it ends on loops too."""

    def __init__(self, definition: Definition, *, machine: Machine) -> None:
        self.states = states(definition)
        self.contracts = machine.contracts
        self.ahead = deque(Arrival(definition["StartAt"], sample) for sample in samples(machine.takes))
        self.entered: set[str] = set()
        self.found: dict[tuple[str, str], tuple[str, ...]] = {}
        self.onward: dict[Identity, Sequence[Arrival]] = {}
        """What follows on each state with each content."""

    def run(self) -> None:
        enter = {
            **{"Task": self._task, "Choice": self._choice, "Wait": self._wait},
            **{"Pass": self._pass, "Fail": self._fail},
        }
        while self.ahead:
            arrival = self.ahead.popleft()
            if arrival.identity in self.onward:
                continue
            following: list[Arrival] = []
            self.onward[arrival.identity] = following
            self.entered.add(arrival.state)
            state = self.states[arrival.state]
            try:
                following.extend(enter[state["Type"]](arrival, state))
            except PathError as error:
                self._report(arrival, [str(error)])
            self.ahead.extend(following)

    def _report(self, arrival: Arrival, messages: Iterable[str]) -> None:
        for message in messages:
            self.found.setdefault((arrival.state, message), (*arrival.way, arrival.state))

    def _task(self, arrival: Arrival, state: State) -> Iterator[Arrival]:
        parameters, wrong = fill(state["Parameters"], arrival.data)
        self._report(arrival, [f"Parameters.{each}" for each in wrong])
        if "TimeoutSecondsPath" in state:
            self._report(arrival, timeout_mistakes(state, read(state["TimeoutSecondsPath"], arrival.data)))
        for catcher in state["Catch"]:
            for failure in samples(Failure):
                yield arrival.on(catcher["Next"], write(catcher.get("ResultPath", "$"), failure, arrival.data))
        for result in self._results(arrival, state, parameters=parameters):
            if "ResultSelector" in state:
                result, wrong = fill(state["ResultSelector"], result)
                self._report(arrival, [f"ResultSelector.{each}" for each in wrong])
            yield from self._onward(arrival, state, result=result)

    def _results(self, arrival: Arrival, state: State, *, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        task = called(state, contracts=self.contracts)
        if task is None:
            self._report(arrival, integration_mistakes(state["Resource"], with_examples(parameters)))
            return (dict(each) for each in ANSWERS.get(state["Resource"], ({},)))
        signature = self.contracts[task]
        self._report(
            arrival,
            [
                f"Parameters.{field} is {value!r}, which {signature.takes.__name__} does not take"
                for field, value in parameters.items()
                if not accepts(signature.takes, field, value)
            ],
        )
        return samples(signature.returns, decisions=signature.decisions)

    def _choice(self, arrival: Arrival, state: State) -> Iterator[Arrival]:
        """The first rule that holds, and the default too: a function may be newer than the machine."""
        taken = None
        for rule in state["Choices"]:
            value = read(rule["Variable"], arrival.data)
            operator = "BooleanEquals" if "BooleanEquals" in rule else "StringEquals"
            if type(value) is not (bool if operator == "BooleanEquals" else str):
                self._report(arrival, [f"{operator} compares {rule['Variable']}, which is {value!r}"])
            if taken is None and value == rule[operator]:
                taken = rule
        if taken is not None:
            yield arrival.on(taken["Next"], arrival.data, rule=taken)
        yield arrival.on(state["Default"], arrival.data)

    def _wait(self, arrival: Arrival, state: State) -> Iterator[Arrival]:
        seconds = state["Seconds"] if "Seconds" in state else read(state["SecondsPath"], arrival.data)
        if type(seconds) is not int or not 0 <= seconds <= WAIT_SECONDS_MAX:
            self._report(arrival, [f"waits for {seconds!r}: expected seconds, 0 to {WAIT_SECONDS_MAX}"])
        return self._onward(arrival, state, result=arrival.data)

    def _pass(self, arrival: Arrival, state: State) -> Iterator[Arrival]:
        if "Result" in state:
            return self._onward(arrival, state, result=state["Result"])
        result, wrong = fill(state["Parameters"], arrival.data)
        self._report(arrival, [f"Parameters.{each}" for each in wrong])
        return self._onward(arrival, state, result=result)

    def _fail(self, arrival: Arrival, state: State) -> Iterator[Arrival]:
        if str(state.get("Error", "")).startswith("States."):
            self._report(arrival, [f"Error is {state['Error']}: no Fail may have a name of Step Functions' own"])
        for field in {"ErrorPath", "CausePath"} & set(state):
            value = read(state[field], arrival.data)
            if not isinstance(value, str):
                self._report(arrival, [f"{field} finds {value!r}: expected text"])
        return iter(())

    def _onward(self, arrival: Arrival, state: State, *, result: Any) -> Iterator[Arrival]:
        data = write(state.get("ResultPath", "$"), result, arrival.data)
        if "Next" in state:
            yield arrival.on(state["Next"], data)


def with_examples(value: Any) -> Any:
    """The same with an example for each placeholder that is no function's."""
    if isinstance(value, Mapping):
        return {name: with_examples(each) for name, each in value.items()}
    if isinstance(value, list):
        return [with_examples(each) for each in value]
    for placeholder, example in EXAMPLES.items():
        value = value.replace(placeholder, example) if isinstance(value, str) else value
    return value
