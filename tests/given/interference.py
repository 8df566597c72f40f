"""An edge with something happening around one of its calls: an answer lost, a rival quicker, a worker killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

from chalicelib.edges import Edges

Happening = Callable[[], object]
T = TypeVar("T")


class Killed(Exception):
    """The worker died: no error that anything may catch."""


def nothing() -> None:
    """Nothing happens."""


def raising(error: Exception) -> Happening:
    """What happens is this error."""

    def happen() -> None:
        raise error

    return happen


class _Interfered:
    def __init__(self, edge: Any, *, operation: str, nth: int, before: Happening, after: Happening) -> None:
        self._edge = edge
        self._operation = operation
        self._left = nth
        self._before = before
        self._after = after

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._edge, name)
        if name != self._operation:
            return attribute

        def call(*arguments: Any, **options: Any) -> Any:
            self._left -= 1
            if self._left != 0:
                return attribute(*arguments, **options)
            self._before()
            result = attribute(*arguments, **options)
            self._after()
            return result

        return call


def interfered(
    edge: T, operation: str, *, nth: int = 1, before: Happening = nothing, after: Happening = nothing
) -> T:
    """The edge; at the `nth` call of the operation, from 1, `before` and `after` happen around its effect."""
    return cast(T, _Interfered(edge, operation=operation, nth=nth, before=before, after=after))


def with_store(
    edges: Edges, operation: str, *, nth: int = 1, before: Happening = nothing, after: Happening = nothing
) -> Edges:
    return replace(edges, store=interfered(edges.store, operation, nth=nth, before=before, after=after))


def with_functions(
    edges: Edges, operation: str, *, nth: int = 1, before: Happening = nothing, after: Happening = nothing
) -> Edges:
    return replace(edges, functions=interfered(edges.functions, operation, nth=nth, before=before, after=after))
