"""Writes the file of the format `trees`: magic, header, sections."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Floats
from lambdas.serve.trees import ALIGNED, LENGTH_BYTES, MAGIC

NUMPYS = {"B": "u1", "h": "<i2", "H": "<u2", "i": "<i4", "f": "<f4", "d": "<f8"}
"""The types of a section's items, as numpy names them."""
SMALLEST = {"B": 2**8, "h": 2**15, "i": 2**31}
"""The whole numbers of a section are below this."""


class File:
    """The sections that have been added."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.sections: dict[str, tuple[str, int, int]] = {}

    def add(self, name: str, items: NDArray[Any], *, code: str) -> None:
        self.body.extend(bytes(-len(self.body) % ALIGNED))
        content = np.ascontiguousarray(items, dtype=NUMPYS[code]).tobytes()
        self.sections[name] = (code, len(self.body), items.size)
        self.body.extend(content)

    def add_whole(self, name: str, items: NDArray[Any], *, codes: str) -> None:
        """In the first of the types that holds them all."""
        largest = int(np.abs(items).max(initial=0))
        self.add(name, items, code=next(code for code in codes if largest < SMALLEST[code]))

    def content(self, header: Mapping[str, Any]) -> bytes:
        document = {**header, "sections": self.sections}
        told = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
        begin = MAGIC + len(told).to_bytes(LENGTH_BYTES, "little") + told
        return begin + bytes(-len(begin) % ALIGNED) + bytes(self.body)


def rounded_down(thresholds: Floats) -> NDArray[np.float32]:
    """The largest 32-bit floats that are not above: for a 32-bit x, x <= t exactly where x <= rounded_down(t).

    >>> float(rounded_down(np.array([0.1]))[0]) <= 0.1 < float(np.nextafter(rounded_down(np.array([0.1]))[0], 1))
    True
    """
    with np.errstate(over="ignore"):
        near = thresholds.astype(np.float32)
        return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near)
