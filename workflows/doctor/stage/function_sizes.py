"""Checks every function with its layers against Lambda's limits, before anything is uploaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chalicelib.errors import NightswapError
from workflows.doctor.finding import Finding, error, ok
from workflows.packaging.sizes import FunctionSize

WHERE = "packages and layers"


def check_sizes(measure: Callable[[], Sequence[FunctionSize]]) -> Iterator[Finding]:
    """`measure` builds what it measures, and fetches the wheels of layers that were not built before."""
    try:
        measured = measure()
    except NightswapError as exc:
        yield error(f"cannot be built: {exc.message}", where=WHERE, way_out="correct what it names, and try again")
        return
    for each in measured:
        if each.problem:
            way_out = "take these packages out of its layers, or serve it as a container image"
            yield error(each.problem, where=each.function, way_out=way_out)
        else:
            used, free = each.size_bytes / 1e6, each.headroom_bytes / 1e6
            shown = f"{used:.0f}" if used >= 1 else f"{used:.1f}"
            yield ok(f"{shown} MB unzipped with its layers, {free:.0f} MB below the limit", where=each.function)
