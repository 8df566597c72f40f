"""Generates the stand-in for the real data: a seeded imitation with its columns and labels.

The numbers of normal connections follow the quantiles measured in the real ones, interpolated. Of `random` it uses
only `random()`, because Python promises the sequence of no other method (docs: random, Notes on Reproducibility), and
of arithmetic only operations that every platform rounds alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from random import Random

SEED = 19990712
NORMAL_ROWS, BACK_ROWS = 58_500, 1_495
RARE_ATTACKS = (
    (0, 51, 8127, "phf."),
    (12, 51, 8127, "phf."),
    (0, 6, 143, "satan."),
    (6, 0, 0, "ipsweep."),
    (0, 0, 0, "portsweep."),
)
"""As in the real data. Their small numbers hide most of them from a linear model, so they are few: a fifth of all
attacks is held out, and even with all of these in it, recall stays above 0.98."""

Quantiles = Sequence[tuple[float, int]]

DURATION: Quantiles = ((0.0, 0), (0.9942, 0), (0.9975, 5), (0.999, 206), (1.0, 3289))
SRC_BYTES: Quantiles = (
    (0.0, 134), (0.01, 151), (0.05, 184), (0.25, 217), (0.5, 249), (0.75, 306), (0.95, 344), (0.99, 380), (1.0, 1820)
)  # fmt: skip
DST_BYTES: Quantiles = (
    (0.0, 0), (0.01, 186), (0.05, 279), (0.25, 659), (0.5, 1651), (0.75, 4241), (0.95, 16_904), (0.99, 38_125),
    (0.999, 102_300), (1.0, 1_120_000),
)  # fmt: skip
"""(share of the normal connections, the bytes that this share does not exceed); the upper ends are milder."""

BACK_DURATION: Quantiles = ((0.0, 0), (0.98, 0), (1.0, 14))
BACK_SRC_BYTES: Quantiles = ((0.0, 32_480), (0.03, 54_540), (1.0, 54_540))
BACK_DST_BYTES: Quantiles = ((0.0, 7300), (0.02, 7300), (0.03, 8314), (1.0, 8314))


def rows(seed: int = SEED) -> Iterator[bytes]:
    """60,000 CSV lines, 1,500 of them attacks, in the order that the seed gives; the same on every machine."""
    draw = Random(seed).random

    def connections(count: int, *tables: Quantiles, label: str) -> Iterator[bytes]:
        for _ in range(count):
            numbers = (str(quantile(draw(), table)) for table in tables)
            yield f"{','.join(numbers)},{label}\n".encode()

    made = [
        *connections(NORMAL_ROWS, DURATION, SRC_BYTES, DST_BYTES, label="normal."),
        *connections(BACK_ROWS, BACK_DURATION, BACK_SRC_BYTES, BACK_DST_BYTES, label="back."),
        *(f"{duration},{src},{dst},{label}\n".encode() for duration, src, dst, label in RARE_ATTACKS),
    ]
    made.sort(key=lambda _: draw())
    yield from made


def quantile(share: float, table: Quantiles) -> int:
    """The number that `share` (0..1) of the connections do not exceed, between the two nearest of the table.

    >>> quantile(0.5, SRC_BYTES), quantile(0.625, SRC_BYTES)
    (249, 277)
    """
    for (low, least), (high, most) in pairwise(table):
        if share <= high:
            return int(least + (most - least) * (share - low) / (high - low))
    raise ValueError(f"{share} is not a share of the table")
