"""Gives each row of a file a key, made of the texts in some of its columns: equal for rows that belong together.

A key is of the cells as they stand in the file, and of nothing that a recipe says about them: no policy moves a row
to the other side. Spaces around a text do not count, and a number counts by its value, so that 7, 7.0 and 07 are one;
to take two groups for one only puts them on the same side.

    cell     a number: the 64 bits of its float; any other text: the first 8 bytes of its SHA-256, big-endian
    key      0, into which the cells are mixed one after another, in the order of the columns' names
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from string import whitespace

import numpy as np

from lambdas.model.reading.columns import Bad, Gathered, Part, Wanted
from lambdas.model.reading.object_reader import read_texts
from lambdas.model.splitting.row_hashes import Words, mixed_in
from lambdas.model.splitting.split import GROUPED, TOGETHER, Draw
from lambdas.serve.schema import NUMBER


def read_keys(name: str, *, text: bytes, draw: Draw, model: str) -> Words | None:
    """(n,): of the rows of an unpacked file, where the draw is by keys; else None. Raises a DataError."""
    if draw.rule == GROUPED:
        return read_group_keys(name, text=text, column=draw.columns[0], model=model)
    if draw.rule == TOGETHER:
        return read_row_keys(name, text=text, columns=draw.columns, model=model)
    return None


def read_group_keys(name: str, *, text: bytes, column: str, model: str) -> Words:
    """(n,): of the rows of an unpacked file by their group; raises a DataError. Rows with an empty cell are of one
    group: such a row is bad, or the recipe's column takes a missing value."""
    return _read(name, text=text, columns=[column], model=model)


def read_row_keys(name: str, *, text: bytes, columns: Sequence[str], model: str) -> Words:
    """(n,): by the texts in all these columns; raises a DataError."""
    return _read(name, text=text, columns=sorted(columns), model=model)


def _read(name: str, *, text: bytes, columns: Sequence[str], model: str) -> Words:
    return read_texts(name, text=text, columns=columns, to=_Keys, check=lambda _: None, model=model).keys


class _Keys(Gathered):
    """Of all texts their numbers alone stay in memory; a bad row has a key too."""

    def __init__(self, wanted: Wanted) -> None:
        super().__init__(wanted)
        self._keys: list[Words] = []

    def add(self, part: Part, *, bad: Sequence[Bad] = ()) -> None:  # noqa: ARG002
        keys: Words = np.zeros(len(part.numbers), dtype=np.uint64)
        for codes, levels in part.texts:
            keys = mixed_in(keys, words=_cells(levels)[codes])
        self._keys.append(keys)

    @property
    def keys(self) -> Words:
        return np.concatenate(self._keys) if self._keys else np.empty(0, dtype=np.uint64)


def _cells(levels: Sequence[str]) -> Words:
    texts = [level.strip(whitespace) for level in levels]
    is_number = np.array([NUMBER.fullmatch(text) is not None for text in texts])
    numbers = [float(text) if number else 0.0 for text, number in zip(texts, is_number, strict=True)]
    cells = (np.array(numbers) + 0.0).view(np.uint64)  # + 0.0 makes -0.0 equal to 0.0
    for place in np.flatnonzero(~is_number).tolist():
        cells[place] = int.from_bytes(hashlib.sha256(texts[place].encode()).digest()[:8], "big")
    return cells
