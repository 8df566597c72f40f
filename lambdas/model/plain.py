"""Plain files, read fast. The one module that imports pandas.

A file is plain when quotes stand around whole fields alone, every record has as many fields as the header, and no
field begins with a plus sign, as in most files: nothing is left to interpret then, and pandas' parser is sure to read
what `records` reads. Of any other file, and of one with a bad cell, nothing is said here: `strict` reads it again.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lambdas.model.columns import Codes, Gathered, Part, Wanted
from lambdas.model.unpacking import BYTE_ORDER_MARK

BLOCK_BYTES = 4 * 2**20
QUOTE, COMMA, LF, CR, PLUS = b'",\n\r+'
BEFORE_A_NUMBER = np.frombuffer(b'", \t\n\r\x0b\x0c', dtype=np.uint8)

Characters = NDArray[np.uint8]
Mask = NDArray[np.bool_]


class NotPlain(Exception):
    """Not every record and cell is plain and good."""


def gather(text: bytes, *, wanted: Wanted, block_bytes: int = BLOCK_BYTES) -> Gathered:
    """All rows of a text; raises NotPlain."""
    if BYTE_ORDER_MARK in text:  # pandas drops it from the beginning of a block
        raise NotPlain
    gathered = Gathered(wanted)
    for block in _blocks(text, size=block_bytes):
        characters = np.frombuffer(block, dtype=np.uint8)
        ends = _record_ends(characters, width=wanted.width)
        if b"+" in block and _has_signed(characters):
            raise NotPlain
        rows, start = int(np.count_nonzero(ends)), 0
        if gathered.lines == 0:
            rows, start = rows - 1, int(ends.argmax()) + 1  # behind the header
        gathered.lines += int(np.count_nonzero(characters == LF))
        if rows:
            gathered.rows += rows
            gathered.add(_part(block[start:], wanted=wanted))
    return gathered


def _blocks(text: bytes, *, size: int) -> Iterator[bytes]:
    """Whole records, the last one ended by LF too."""
    start = 0
    while start < len(text):
        block = text[start : start + size]
        if start + size >= len(text) and not block.endswith(b"\n"):
            block += b"\n"
        end = _end(block)
        yield block[:end]
        start += end


def _end(block: bytes) -> int:
    """Where its last whole record ends."""
    end = block.rfind(b"\n") + 1
    if b'"' in block:
        characters = np.frombuffer(block, dtype=np.uint8)
        ends = np.flatnonzero(_where(characters, LF) & ~_inside(_where(characters, QUOTE)))
        end = int(ends[-1]) + 1 if len(ends) else 0
    if not end:
        raise NotPlain
    return end


def _inside(quotes: Mask) -> Mask:
    """Which characters stand between quotes, the one that opens included and the one that closes not."""
    inside: Mask = (np.cumsum(quotes, dtype=np.uint8) & 1).view(np.bool_)
    return inside


def _record_ends(characters: Characters, *, width: int) -> Mask:
    """Raises NotPlain unless quotes, line ends and commas all stand where they should."""
    quotes, commas, ends, returns = (_where(characters, character) for character in (QUOTE, COMMA, LF, CR))
    strays = returns[:-1] & ~ends[1:]
    if quotes.any():
        inside = _inside(quotes)
        # A quote opens at the beginning of a field and closes at its end, or it is one of two.
        fences = quotes | commas | ends
        strays |= (quotes & inside)[1:] & ~fences[:-1]
        strays |= (quotes & ~inside)[:-1] & ~(fences | returns)[1:]
        commas, ends = commas & ~inside, ends & ~inside
    separators = characters[commas | ends]
    if strays.any() or len(separators) % width:
        raise NotPlain
    if (separators.reshape(-1, width) != [COMMA] * (width - 1) + [LF]).any():
        raise NotPlain
    return ends


def _where(characters: Characters, character: int) -> Mask:
    mask: Mask = characters == character
    return mask


def _has_signed(characters: Characters) -> bool:
    """A number may begin with a plus: pandas rounds ` +0.1 ` otherwise than Python, and takes `+1e 1` for one."""
    before = characters[:-1][characters[1:] == PLUS]
    return bool(characters[0] == PLUS or np.isin(before, BEFORE_A_NUMBER).any())


def _part(block: bytes, *, wanted: Wanted) -> Part:
    numbers = {place: "float64" for place, _ in wanted.numeric}
    texts = {place: "str" for place, _, _ in wanted.texts}
    try:
        # Without the dtype "category", or pandas turns '01' into 1; without a filter, or it takes 'NA' and 'None' for
        # missing values; with blank lines, or it looks for them and loses the blanks before a field.
        frame = pd.read_csv(
            io.BytesIO(block),
            header=None,
            names=list(range(wanted.width)),
            usecols=[*numbers, *texts],
            dtype=numbers | texts,
            na_filter=False,
            skip_blank_lines=False,
            engine="c",
            low_memory=False,
        )
    except ValueError as exc:  # a ParserError is one too
        raise NotPlain from exc
    part = Part(frame[list(numbers)].to_numpy(dtype=np.float64), [_coded(frame[place]) for place in texts])
    if _may_hold_words(part, block=block) or not part.is_good(wanted):
        raise NotPlain
    return part


def _may_hold_words(part: Part, *, block: bytes) -> bool:
    """pandas reads a column of nothing but True and False as 1 and 0."""
    if not np.isin(part.numbers, (0, 1)).all(axis=0).any():
        return False
    lower = block.lower()
    return b"true" in lower or b"false" in lower


def _coded(column: pd.Series[str]) -> tuple[Codes, list[str]]:
    codes, levels = pd.factorize(column)
    return codes, [str(level) for level in levels]
