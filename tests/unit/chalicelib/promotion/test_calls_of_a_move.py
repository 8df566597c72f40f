"""Every call to AWS takes its milliseconds: a rollback at night has few of them, whatever the registry holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, TypeVar, cast

import pytest

from chalicelib.edges import Edges
from tests.given.moves import after_nights, ask
from tests.given.nights import promote

CALLS_MAX = 45
"""With 60 rows to replay; at 20 ms each that is less than a second."""
T = TypeVar("T")


class _Counting:
    def __init__(self, edge: Any, calls: Counter[str]) -> None:
        self._edge = edge
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._edge, name)
        if not callable(attribute):
            return attribute

        def call(*arguments: Any, **options: Any) -> Any:
            self._calls[name] += 1
            return attribute(*arguments, **options)

        return call


def counted(edges: Edges) -> tuple[Edges, Counter[str]]:
    """The edges, and how often each of their methods is called."""
    calls: Counter[str] = Counter()

    def around(edge: T) -> T:
        return cast(T, _Counting(edge, calls))

    watched = replace(
        edges,
        store=around(edges.store),
        functions=around(edges.functions),
        notices=around(edges.notices),
    )
    return watched, calls


@pytest.mark.parametrize("nights", [2, 12])
def test_rollback_asks_aws_a_few_dozen_times_however_many_versions_there_are(nights: int) -> None:
    edges, calls = counted(after_nights(nights).edges)

    assert ask(edges, "rollback")["moved"]

    assert calls.total() <= CALLS_MAX, calls


def test_twin_on_the_way_back_costs_a_few_calls_more() -> None:
    night = after_nights(2)
    promote(night.edges, run="forced", fingerprint="data-2")
    edges, calls = counted(night.edges)

    assert ask(edges, "rollback")["to"]["model_version"] == 1

    assert calls.total() <= CALLS_MAX + 5, calls
