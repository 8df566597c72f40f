"""Hashes each row of a table to one number, equal for equal rows, to count rows that occur more than once.

64 bits: among a million rows two different ones collide with a chance of one in 40 million. The gate would take these
two for copies of one, which changes its variances by less than a millionth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Texts
from lambdas.model.reading.table import Table

Words = NDArray[np.uint64]

# Odd multipliers with well-spread bits. Source: splitmix64.c of Vigna, as `split` cites it.
STEP = np.uint64(0x9E3779B97F4A7C15)
MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def row_hashes(table: Table) -> Words:
    """(n,): over numbers, categories and label."""
    hashes: Words = np.zeros(len(table), dtype=np.uint64)
    for column in (table.numeric + 0.0).T:  # + 0.0 makes -0.0 equal to 0.0
        hashes = mixed_in(hashes, words=np.ascontiguousarray(column).view(np.uint64))
    for texts in (*table.categorical.T, table.labels):
        hashes = _mix_texts(hashes, texts=texts)
    return hashes


def _mix_texts(hashes: Words, *, texts: Texts) -> Words:
    # The width of the array's type must not count, so padding is left out: 'a' is 'a' in any table.
    width = max(texts.dtype.itemsize // 4, 1)
    characters = np.ascontiguousarray(texts).view(np.uint32).reshape(len(texts), width)
    for column in characters.T:
        mixed = mixed_in(hashes, words=column.astype(np.uint64))
        hashes = np.where(column == 0, hashes, mixed)
    return mixed_in(hashes, words=np.zeros(len(texts), dtype=np.uint64))


def mixed_in(hashes: Words, *, words: Words) -> Words:
    """One number for each row, of its number so far and of its word."""
    return mixed((hashes + STEP) ^ (words * MIX[0]))


def mixed(words: Words) -> Words:
    """One number for each, a permutation of all 64-bit numbers: near ones become far ones."""
    words = (words ^ (words >> np.uint64(30))) * MIX[0]
    words = (words ^ (words >> np.uint64(27))) * MIX[1]
    result: Words = words ^ (words >> np.uint64(31))
    return result
