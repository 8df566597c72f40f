"""Writes rows as the text that SageMaker's own algorithms read: a line a row, the class first, no header.

A class is its place among the recipe's, a number has the nine digits that tell 32-bit floats apart, in which the
algorithms compute. Source: https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-training.html, "CSV format".
"""

from __future__ import annotations

import math

import numpy as np

from lambdas.model.arrays import Floats, Integers
from lambdas.model.data.part import Part
from lambdas.model.formats.encoded import Encoding
from lambdas.model.formats.fitted import Levels

NUMBER_BYTES = 13
"""About what a number takes, with its comma; the category of a row takes two for each level."""

OBJECT_BYTES = 25_000_000
"""About the text of one object, which is in memory twice."""


def csv(part: Part, *, encoding: Encoding) -> bytes:
    """`part` has neither gaps nor dates: see `built_in.encoding_of`. A category that the encoding does not know is 0
    everywhere."""
    X = Levels(encoding.levels).encode_part(part)
    numbers = encoding.numbers(X[:, : len(encoding.means)]).astype(np.float32)
    columns = [[f"{number:.9g}" for number in column.tolist()] for column in numbers.T]
    columns += [
        _spelled(X[:, len(encoding.means) + place], levels=len(names)) for place, names in enumerate(encoding.levels)
    ]
    lines = (",".join(cells) for cells in zip(map(str, part.labels.tolist()), *columns, strict=True))
    return "".join(f"{line}\n" for line in lines).encode()


def row_bytes(encoding: Encoding) -> int:
    """About what a row takes."""
    return 2 + NUMBER_BYTES * len(encoding.means) + 2 * sum(map(len, encoding.levels))


def shared(encoding: Encoding, *, rows: Integers, seed: int, instances: int) -> list[Integers]:
    """Which of these rows are in each object, in a drawn order: gradient descent wants no order in them.

    The objects are a multiple of the instances, and as large as one another: so each instance gets as many rows.
    """
    at_once = math.ceil(len(rows) * row_bytes(encoding) / OBJECT_BYTES)
    objects = instances * math.ceil(at_once / instances)
    return np.array_split(np.random.default_rng(seed).permutation(rows), objects)


def _spelled(codes: Floats, *, levels: int) -> list[str]:
    """Of each row, a column for each level, as text."""
    texts = [",".join("1" if place == level else "0" for place in range(levels)) for level in range(-1, levels)]
    return [texts[code + 1] for code in codes.astype(np.int64).tolist()]
