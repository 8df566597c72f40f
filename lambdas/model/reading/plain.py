"""Reads plain files, fast. The only module that imports pandas.

A text is plain when quotes stand around whole fields only, as in most files: then its records are cut out block by
block. Where in a block every record has as many fields as the header, pandas' parser reads exactly what `records`
reads, and numbers too if no field begins with a plus sign; `strict` reads the other blocks, and any other text. So a
file with bad cells takes about as long as one without.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lambdas.model.arrays import Floats
from lambdas.model.reading import strict
from lambdas.model.reading.columns import Bad, Codes, Part, Wanted
from lambdas.model.reading.findings import Looked
from lambdas.model.reading.records import Record, count_lines, records
from lambdas.model.reading.unpacking import BYTE_ORDER_MARK
from lambdas.model.recipe import Date, Numeric

LIBRARIES = f"numpy {np.__version__}, pandas {pd.__version__}"
"""Another release of them could read numbers otherwise."""
BLOCK_BYTES = 2 * 2**20
QUOTE, COMMA, LF, CR, PLUS = b'",\n\r+'
BEFORE_A_NUMBER = np.frombuffer(b'", \t\n\r\x0b\x0c', dtype=np.uint8)

Characters = NDArray[np.uint8]
Mask = NDArray[np.bool_]


class NotPlain(Exception):
    """The text is not plain."""


def gather(text: bytes, *, into: Looked, block_bytes: int = BLOCK_BYTES) -> None:
    """Look at all rows of a text; raises NotPlain, and then some rows may be in there."""
    if BYTE_ORDER_MARK in text:  # pandas drops it from the beginning of a block
        raise NotPlain
    gathered, wanted = into.gathered, into.wanted
    start, end = 0, _end(text, size=block_bytes)
    while start < end:
        block = text[start : min(start + block_bytes, end)]
        if start + len(block) == end and not block.endswith(b"\n"):
            block += b"\n"
        ends, is_even = _record_ends(block, width=wanted.width)
        block = block[: len(ends)]
        if is_even:
            _add(into, block=block, ends=ends, header=start == 0)
        else:
            before = gathered.lines
            strict.read(((before + line, fields) for line, fields in records(block)), into, header=start == 0)
        gathered.lines += int(np.count_nonzero(_where(np.frombuffer(block, dtype=np.uint8), LF)))
        start += len(block)
    blank_lines = count_lines(text[end:])
    gathered.blank_lines += blank_lines
    gathered.lines += blank_lines


def _end(text: bytes, *, size: int) -> int:
    """Where the last record ends, before blank lines at the end of the text."""
    tail = text[-size:]
    return text.find(b"\n", len(text) - len(tail) + len(tail.rstrip(b" \t\r\n"))) + 1 or len(text)


def _record_ends(block: bytes, *, width: int) -> tuple[Mask, bool]:
    """Where each whole record of the block ends, and whether all have so many fields.

    Raises NotPlain unless quotes and line ends stand where they should.
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
    if strays[: whole - 1].any() or not ends.any():
        raise NotPlain
    if len(separators) % width:
        return ends[:whole], False
    return ends[:whole], bool((separators.reshape(-1, width) == [COMMA] * (width - 1) + [LF]).all())


def _where(characters: Characters, character: int) -> Mask:
    mask: Mask = characters == character
    return mask


def _add(looked: Looked, *, block: bytes, ends: Mask, header: bool) -> None:
    after = np.flatnonzero(ends) + 1
    first = int(after[0]) if header else 0
    begins = np.concatenate([[first], after[after > first]])
    lines_before = looked.gathered.lines

    def records_of(wanted: Sequence[int]) -> list[Record]:
        return [
            (lines_before + block.count(b"\n", 0, begins[row]) + 1, fields)
            for row in wanted
            for _, fields in records(block[begins[row] : begins[row + 1]])
        ]

    if len(begins) > 1:
        looked.take(_part(block[first:], wanted=looked.wanted), records_of)


def _has_signed(characters: Characters) -> bool:
    """A number may begin with a plus: pandas rounds ` +0.1 ` otherwise than Python, and takes `+1e 1` for one."""
    before = characters[:-1][characters[1:] == PLUS]
    return bool(characters[0] == PLUS or np.isin(before, BEFORE_A_NUMBER).any())


def _part(block: bytes, *, wanted: Wanted) -> Part:
    if b"+" not in block or not _has_signed(np.frombuffer(block, dtype=np.uint8)):
        with suppress(ValueError):  # a ParserError is one too
            frame = _frame(block, wanted=wanted, numbers="float64")
            found = frame[[place for place, _ in _plain_numbers(wanted)]].to_numpy(dtype=np.float64)
            refusing = [at for at, (_, column) in enumerate(_plain_numbers(wanted)) if not wanted.absent_of(column)]
            if not np.isnan(found[:, refusing]).any() and not _may_hold_words(found, block=block):
                numbers, bad = _with_dates(found, frame=frame, wanted=wanted)
                return Part(numbers, _texts(frame, wanted), bad)
    frame = _frame(block, wanted=wanted, numbers="str")
    texts = {place: frame[place].tolist() for place, _ in wanted.numeric}
    numbers, bad = strict.numbers_of(texts, wanted=wanted, rows=len(frame))
    return Part(numbers, _texts(frame, wanted), bad)


def _plain_numbers(wanted: Wanted) -> list[tuple[int, Numeric]]:
    return [(place, column) for place, column in wanted.numeric if not isinstance(column, Date)]


def _with_dates(numbers: Floats, *, frame: pd.DataFrame, wanted: Wanted) -> tuple[Floats, tuple[Bad, ...]]:
    """All numeric columns in their order, of the plain numbers among them; and what is no date."""
    if numbers.shape[1] == len(wanted.numeric):
        return numbers, ()
    plain, made, bad = iter(numbers.T), np.empty((len(frame), len(wanted.numeric))), list[Bad]()
    for at, (place, column) in enumerate(wanted.numeric):
        if isinstance(column, Date):
            texts, absent = _coded(frame[place]), wanted.absent_of(column)
            made[:, at], more = strict.numbers_of_codes(*texts, column=column, place=place, absent=absent)
            bad += more
        else:
            made[:, at] = next(plain)
    return made, tuple(bad)


def _frame(block: bytes, *, wanted: Wanted, numbers: str) -> pd.DataFrame:
    """The wanted columns by their places, the numbers as float64 or as str; raises ValueError for no float."""
    types = dict.fromkeys([place for place, _ in wanted.numeric] + [place for place, _, _ in wanted.texts], "str")
    types |= {place: numbers for place, _ in _plain_numbers(wanted)}
    absent: Any = {place: [*texts] for place, each in _plain_numbers(wanted) if (texts := wanted.absent_of(each))}
    filters = bool(absent) and numbers == "float64"
    # Without the dtype "category", or pandas turns '01' into 1; without a filter of its own, or it takes 'NA' and
    # 'None' for missing values; with blank lines, or it looks for them and loses the blanks before a field.
    return pd.read_csv(
        io.BytesIO(block),
        header=None,
        names=list(range(wanted.width)),
        usecols=list(types),
        dtype=types,
        na_filter=filters,
        na_values=absent if filters else None,
        keep_default_na=False,
        skip_blank_lines=False,
        engine="c",
        low_memory=False,
    )


def _texts(frame: pd.DataFrame, wanted: Wanted) -> list[tuple[Codes, list[str]]]:
    return [_coded(frame[place]) for place, _, _ in wanted.texts]


def _may_hold_words(numbers: Floats, *, block: bytes) -> bool:
    """pandas reads a column of nothing but True and False as 1 and 0."""
    if not (np.isin(numbers, (0, 1)) | np.isnan(numbers)).all(axis=0).any():
        return False
    lower = block.lower()
    return b"true" in lower or b"false" in lower


def _coded(column: pd.Series[str]) -> tuple[Codes, list[str]]:
    codes, levels = pd.factorize(column)
    return codes, [str(level) for level in levels]
