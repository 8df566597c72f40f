"""Makes the nodes of trees faster to walk, once a model has scored its first rows.

A look into an array makes a new number each time. So the nodes become tuples that hold one another, two levels of a
tree in one:

    slot, threshold of a node, and of the child to its left, and to its right: slot, threshold, left, right

A leaf is None and its value, or its shares; leaves of the same value are one tuple. Where a child is a leaf, a
comparison stands in its place that leads to this leaf both ways.

So a row takes 0.5 to 0.75 of its time with 30 and 75 thousand nodes, and 0.65 to 0.9 with 3 and 300 thousand. Tuples
of one level are as fast but with 300 thousand nodes, which fit no cache: 0.8 to 1.1.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from ..trees import Numbers, Trees

NODES_PAIRED = 300_000
"""Of a file of more the arrays are copied out of it, where each look takes a little less: the tuples take 130 bytes a
node, 40 MB in all."""
PARTS = 100
"""Of the work, one with each row: 2 milliseconds with the most nodes, and 10 when Python looks for garbage."""


def pairing(model: Trees) -> Callable[[], None]:
    """Does a part of the work at each call, and at last nothing."""
    parts = _paired(model) if model.nodes <= NODES_PAIRED else _copied(model)

    def pair() -> None:
        try:
            next(parts, None)
        except ValueError:  # which Python raises while another thread is at it
            return

    return pair


def copied(numbers: Numbers) -> Numbers:
    if isinstance(numbers, memoryview):
        return bytes(numbers) if numbers.format == "B" else array(numbers.format, numbers.tobytes())
    return numbers


def _copied(model: Trees) -> Iterator[None]:
    model.arrays = [copied(numbers) for numbers in model.arrays]
    yield


def _paired(model: Trees) -> Iterator[None]:
    """Sets the model's `paired`."""
    slots, _, lefts, rights = model.arrays
    values = {kind: kind if model.shares is None else model.shares[kind] for kind in set(model.value)}
    leaves = {kind: (None, value) for kind, value in values.items()}
    both_ways = {kind: (0, math.inf, leaf, leaf) for kind, leaf in leaves.items()}
    made: list[Any] = [None] * len(slots)
    yield
    thresholds = list(model.threshold)  # side by side in memory, where those that are made one by one are not
    yield
    is_child = bytearray(len(slots) + len(model.value))  # leaves too, from the end
    part = 2 * len(slots) // PARTS + 1
    for node in range(len(slots)):
        if not is_child[node]:
            is_child[lefts[node]] = is_child[rights[node]] = True
        if not node % part:
            yield

    def at(node: int, leaves: Mapping[int, tuple[Any, ...]]) -> tuple[Any, ...]:
        return made[node] if node >= 0 else leaves[model.value[~node]]

    for node in reversed(range(len(slots))):  # because those that it leads to come after it
        begin, left, right = (slots[node], thresholds[node]), lefts[node], rights[node]
        if is_child[node]:
            made[node] = *begin, at(left, leaves), at(right, leaves)
        else:
            made[node] = *begin, *at(left, both_ways), *at(right, both_ways)
        if not node % part:
            yield
    model.paired = _walking([at(root, leaves) for root in model.roots])


def _walking(roots: list[tuple[Any, ...]]) -> Callable[[Sequence[float]], list[Any]]:
    def leaf_values(laid: Sequence[float]) -> list[Any]:
        """As `Trees.leaf_values`."""
        found = []
        for node in roots:
            while (slot := node[0]) is not None:
                if laid[slot] <= node[1]:
                    node = node[4] if laid[node[2]] <= node[3] else node[5]
                else:
                    node = node[8] if laid[node[6]] <= node[7] else node[9]
            found.append(node[1])
        return found

    return leaf_values
