"""Reads plain files, fast. The only module that imports pandas.

A file is plain when quotes stand around whole fields only, every record has as many fields as the header, and no
field begins with a plus sign, as in most files: then nothing is left to interpret, and pandas' parser reads exactly
what `records` reads. This module reports no errors: any other file, and one with a bad cell, `strict` reads again.
"""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lambdas.model.reading.columns import Codes, Gathered, Part, Wanted
from lambdas.model.reading.records import count_lines
from lambdas.model.reading.unpacking import BYTE_ORDER_MARK

LIBRARIES = f"numpy {np.__version__}, pandas {pd.__version__}"
"""Another release of them could read numbers otherwise."""
BLOCK_BYTES = 2 * 2**20
QUOTE, COMMA, LF, CR, PLUS = b'",\n\r+'
BEFORE_A_NUMBER = np.frombuffer(b'", \t\n\r\x0b\x0c', dtype=np.uint8)

Characters = NDArray[np.uint8]
Mask = NDArray[np.bool_]


class NotPlain(Exception):
    """Some record or cell is not plain, or not good."""


def gather(text: bytes, *, into: Gathered, block_bytes: int = BLOCK_BYTES) -> None:
    """Gather all rows of a text; raises NotPlain, and then some rows may be in there."""
    if BYTE_ORDER_MARK in text:  # pandas drops it from the beginning of a block
        raise NotPlain
    start, end = 0, _end(text, size=block_bytes)
    while start < end:
        block = text[start : min(start + block_bytes, end)]
        if start + len(block) == end and not block.endswith(b"\n"):
            block += b"\n"
        ends = _record_ends(block, width=into.wanted.width)
        block = block[: len(ends)]
        header = int(ends.argmax()) + 1 if start == 0 else 0
        start += len(block)
        into.lines += int(np.count_nonzero(_where(np.frombuffer(block, dtype=np.uint8), LF)))
        _add(into, rows=int(np.count_nonzero(ends[header:])), block=block[header:])
    into.blank_lines = count_lines(text[end:])
    into.lines += into.blank_lines


def _end(text: bytes, *, size: int) -> int:
    """Where the last record ends, before blank lines at the end of the text."""
    tail = text[-size:]
    return text.find(b"\n", len(text) - len(tail) + len(tail.rstrip(b" \t\r\n"))) + 1 or len(text)


def _record_ends(block: bytes, *, width: int) -> Mask:
    """Where each whole record of the block ends.

    Raises NotPlain unless quotes, line ends and commas all stand where they should.
    """
    characters = np.frombuffer(block, dtype=np.uint8)
    quotes, commas, ends, returns = (_where(characters, character) for character in (QUOTE, COMMA, LF, CR))
    strays = returns[:-1] & ~ends[1:]
    if b'"' in block:
        inside: Mask = (np.cumsum(quotes, dtype=np.uint8) & 1).view(np.bool_)
        # A quote opens at the beginning of a field and closes at its end, or it is one of two.
        fences = quotes | commas | ends
        strays |= (quotes & inside)[1:] & ~fences[:-1]
        strays |= (quotes & ~inside)[:-1] & ~(fences | returns)[1:]
        commas, ends = commas & ~inside, ends & ~inside
    whole = len(ends) - int(ends[::-1].argmax())
    separators = characters[:whole][(commas | ends)[:whole]]
    if strays[: whole - 1].any() or not ends.any() or len(separators) % width:
        raise NotPlain
    if (separators.reshape(-1, width) != [COMMA] * (width - 1) + [LF]).any():
        raise NotPlain
    return ends[:whole]


def _where(characters: Characters, character: int) -> Mask:
    mask: Mask = characters == character
    return mask


def _add(gathered: Gathered, *, rows: int, block: bytes) -> None:
    if rows:
        if b"+" in block and _has_signed(np.frombuffer(block, dtype=np.uint8)):
            raise NotPlain
        gathered.rows += rows
        gathered.add(_part(block, wanted=gathered.wanted))


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
