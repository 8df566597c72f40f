"""Checks that every loop of the machine ends.

A loop has to pass a Choice by a decision that its function makes a bounded number of times, and the function has to
be told the round that it is in, or it could not know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from workflows.definitions.asl import Definition, State, states
from workflows.definitions.checks.function_calls import called
from workflows.definitions.checks.problem import Problem
from workflows.definitions.checks.references import Arrival, Identity, Walk
from workflows.definitions.functions import ENDED_BY_SERVICE, Bound, Signature

Calls = Mapping[str, tuple[State, Signature]]
"""The states that call a function, by name, and what they call."""


def loop_problems(definition: Definition, *, walk: Walk, contracts: Mapping[str, Signature]) -> list[Problem]:
    """Loops that nothing ends, and loops whose rounds are not counted."""
    calls = {
        name: (state, contracts[task])
        for name, state in states(definition).items()
        if state["Type"] == "Task" and (task := called(state, contracts=contracts)) is not None
    }

    services = {
        (f"{state['ResultPath']}.", value): bound
        for state in states(definition).values()
        if state["Type"] == "Task" and state.get("ResultPath") and state["Resource"] in ENDED_BY_SERVICE
        for value, bound in [ENDED_BY_SERVICE[state["Resource"]]]
    }

    def bounds(rule: State | None) -> frozenset[Bound]:
        """Of a service that is called by itself, or of our functions."""
        if rule is not None:
            for (path, value), bound in services.items():
                if rule["Variable"].startswith(path) and rule.get("StringEquals") == value:
                    return frozenset({bound})
        return _bounds(rule, calls=calls)

    def circling(kept: frozenset[Bound]) -> set[str]:
        """The states of loops that pass no decision with another bound than these."""
        return _circling(walk, may_follow=lambda arrival: bounds(arrival.rule) <= kept)

    endless = circling(frozenset())
    found = [
        Problem(name, "leads back to itself: nothing bounds how often") for name in walk.states if name in endless
    ]
    for bound in sorted({bound for _, signature in calls.values() for bound in signature.repeats.values()}):
        looping = circling(frozenset({bound}))
        found += _count_problems(bound, calls=calls, looping={name: calls[name] for name in calls if name in looping})
    return found


def _bounds(rule: State | None, *, calls: Calls) -> frozenset[Bound]:
    """What bounds how often a Choice's rule can hold: nothing, unless all functions that decide so are bound."""
    if rule is None:
        return frozenset()
    decision = rule.get("StringEquals")
    deciding = [
        signature
        for state, signature in calls.values()
        if f"{state.get('ResultPath')}.decision" == rule["Variable"] and decision in signature.decisions
    ]
    bounds = [signature.repeats.get(str(decision)) for signature in deciding]
    return frozenset() if None in bounds else frozenset(bound for bound in bounds if bound is not None)


def _circling(walk: Walk, *, may_follow: Callable[[Arrival], bool]) -> set[str]:
    """The states that lie on a loop, or between two: what leads nowhere and what nothing leads to is taken away,
    again and again."""
    ways: Mapping[Identity, set[Identity]] = {
        place: {arrival.identity for arrival in following if may_follow(arrival)}
        for place, following in walk.onward.items()
    }
    left = set(ways)
    while True:
        reached = {target for place in left for target in ways[place]}
        kept = {place for place in left & reached if ways[place] & left}
        if kept == left:
            return {state for state, _ in left}
        left = kept


def _count_problems(bound: Bound, *, calls: Calls, looping: Calls) -> Iterator[Problem]:
    for name, (state, signature) in looping.items():
        if bound not in signature.repeats.values():
            continue
        writers = [
            each
            for each, (writer, _) in looping.items()
            if state["Parameters"].get(f"{bound.counts}.$") == f"{writer.get('ResultPath')}.{bound.counts}"
        ]
        if not writers:
            yield Problem(name, f"{bound.counts} has to count the rounds: no state of the loop writes what is given")
        for writer in writers:
            yield from _standstill(writer, bound=bound, calls=calls)


def _standstill(name: str, *, bound: Bound, calls: Calls) -> Iterator[Problem]:
    """The count that a state of the loop writes has to grow; only a function with the bound counts up by itself."""
    state, signature = calls[name]
    if bound in signature.repeats.values():
        return
    given = state["Parameters"].get(bound.counts)
    if given is None:
        yield Problem(name, f"{bound.counts} has to count the rounds: expected a number of this state's own")
        return
    for other, (elsewhere, same) in calls.items():
        if other != name and same is signature and elsewhere["Parameters"].get(bound.counts) == given:
            yield Problem(name, f"{bound.counts} has to count the rounds: it is {given!r} at {other} already")
