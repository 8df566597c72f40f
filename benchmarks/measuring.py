"""Candidates that are measured in turns, so that what else the machine does meets all of them alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True)
class Candidate(Generic[Value]):
    """`measure` takes one measurement: a number, or several in a record of the caller's own."""

    name: str
    measure: Callable[[], Value]


def interleaved(
    candidates: Sequence[Candidate[Value]],
    *,
    rounds: int,
    seed: int = 0,
    before: int = 0,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, list[Value]]:
    """Each candidate's measurements, one a round, in the order of the candidates; a round's own order is random.

    The rounds `before` fill caches and are not kept.
    """
    if len({each.name for each in candidates}) < len(candidates):
        raise ValueError(f"two candidates have one name: {[each.name for each in candidates]}")
    order = random.Random(seed)
    taken: dict[str, list[Value]] = {each.name: [] for each in candidates}
    for number in range(before + rounds):
        for each in order.sample(candidates, len(candidates)):
            value = each.measure()
            if number >= before:
                taken[each.name].append(value)
        say(f"round {number + 1} of {before + rounds}")
    return taken
