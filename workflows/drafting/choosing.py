"""Decides which columns become features, and of which kind, and says of every other why it is left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import accumulate

from chalicelib.cutting import amount, quoted, verb
from chalicelib.limits import CATEGORY_CHARACTERS, NAME_CHARACTERS
from lambdas.model.recipe import Categorical, Date, Numeric
from lambdas.model.recipe.elements import MEDIAN
from lambdas.model.recipe.rules import RESERVED
from workflows.converting.marks import MARKS
from workflows.converting.numbers import is_spelled_number
from workflows.converting.written_dates import are_dates
from workflows.drafting.array_names import Found, grouped
from workflows.drafting.column_facts import Column
from workflows.drafting.features import (
    PLACE,
    Choice,
    Feature,
    as_missing,
    beside_missing,
    listed_texts,
    perhaps_codes,
    with_marks,
)

ROWS_TO_TELL = 20
"""Of fewer rows the cells of any column may all be different by chance."""
LEVELS_MAX = 100
"""Texts of one categorical column. Each becomes a weight; a rare one teaches little."""
NUMBERS_MIN = 20
"""Different cells of a column of numbers, or more, in which a few that are none are bad; fewer may be names."""
LEVELS_TOGETHER = 500
"""Texts of all categorical columns: the time of a fit grows with the square of the weights."""
WORDS_OF_A_SENTENCE = 3
WHOLE_TO = 2.0**53
"""From here on a float is not every whole number."""
TOLERATED = 0.01
"""The share of a file's rows up to which those with a cell that is no number are left out."""
NAME_OF_AN_IDENTIFIER = re.compile(r"(?i:(.*[_\W])?(id|key|no|nr|number|index|uuid|guid)|unnamed\W.*)|.*[a-z]Id")


def choose(columns: Sequence[Column], *, label: str, intolerable: Collection[str] = ()) -> Choice:
    """Of all columns but the label's. An intolerable one has to be a number, or a date, in every cell."""
    times = Counter(column.name for column in columns)
    features, left_out = [], []
    others = [column for column in columns if column.name != label]
    spoilt = _spoilt([each for each in others if each.name not in intolerable], times=times)
    for column in grouped(others, is_number=_is_array_number):
        if isinstance(column, Found):
            features.append(_array(column))
            continue
        is_spoilt = column.name in spoilt
        why = _no_name(column.name, times=times[column.name]) or _no_feature(column, is_spoilt=is_spoilt)
        if why and column.name in intolerable:
            why = f"{why}; runs cannot leave these rows out, for the shares of the classes would shift"
        if why and (column.name, why) not in left_out:
            left_out.append((column.name, why))
        elif not why:
            features.append(_feature(column, is_spoilt=is_spoilt))
    levels = {column.name: column.levels for column in others if column.levels}
    choice = with_marks(_with_fewer_levels(Choice(features, left_out)), levels)
    return _tolerating(choice, rows=max(each.rows for each in columns))


def _spoilt(columns: Sequence[Column], *, times: Counter[str]) -> frozenset[str]:
    """The names of the columns of numbers in which a few cells are none: all these cells together are few."""
    found = [
        column for column in columns if _is_spoilt(column) and not _no_name(column.name, times=times[column.name])
    ]
    found.sort(key=_bad)
    together = list(accumulate(map(_bad, found)))
    return frozenset(each.name for each, bad in zip(found, together, strict=True) if bad <= TOLERATED * each.rows)


def _is_spoilt(column: Column) -> bool:
    if column.are_mostly_dates:
        return 0 < column.dates.bad <= TOLERATED * column.rows
    several = column.levels is None or len(column.levels) > NUMBERS_MIN
    return several and 0 < _bad(column) <= TOLERATED * column.rows and column.numbers > _bad(column)


def _bad(column: Column) -> int:
    """Cells that are no numbers, or among dates no dates, and stand for none."""
    return column.dates.bad if column.are_mostly_dates else column.texts - column.marks.total()


def _tolerating(choice: Choice, *, rows: int) -> Choice:
    bad = sum(each.bad for each in choice.features)
    return replace(choice, tolerate=TOLERATED if 2 * bad <= TOLERATED * rows else 2 * TOLERATED) if bad else choice


def _no_name(name: str, *, times: int) -> str:
    """Why a column of this name can be none of a recipe; an empty text if it can."""
    if not name:
        return "it has no name in the header"
    if times > 1:
        return f"the header names it {times} times: give each a name of its own ({CONVERT})"
    if name == RESERVED:
        return "a request names its model by this word: rename the column"
    if not name.isprintable():
        return f"its name has a character that cannot be seen, {name!a}: rename it"
    if len(name) > NAME_CHARACTERS:
        return f"its name has {len(name):,} characters: {NAME_CHARACTERS} are the most"
    return ""


def _no_feature(column: Column, *, is_spoilt: bool) -> str:
    if column.empty == column.rows:
        return "every cell is empty"
    missing = _missing(column, is_spoilt=is_spoilt)
    if 2 * missing > column.rows:
        return f"{missing:,} of {amount(column.rows, 'cell')} are missing: more than half"
    if column.levels is not None and len(column.levels) == 1:
        return f"every cell is {quoted(next(iter(column.levels)))}"
    if column.are_mostly_dates and (is_spoilt or not column.dates.bad):
        return ""
    if not (_is_number(column) or is_spoilt):
        return _no_category(column)
    if column.smallest == column.largest and abs(column.largest) >= WHOLE_TO:
        return "whole numbers of more digits than a number keeps apart: an identifier"
    if column.smallest == column.largest:
        return f"every cell that is not missing is {_spelled(column.smallest)}"
    return _no_number(column)


def _is_number(column: Column) -> bool:
    """Whether all cells are numbers, but for missing ones."""
    return column.numbers > 0 and column.others.keys() <= MARKS


def _is_date(column: Column) -> bool:
    """Whether all cells are dates to a run, but for missing ones, and tell something of the days to come."""
    return column.are_mostly_dates and not column.dates.bad


def _missing(column: Column, *, is_spoilt: bool) -> int:
    """Cells that hold nothing, or among numbers and dates a text that stands for it."""
    are_marked = is_spoilt or _is_number(column) or _is_date(column)
    return column.empty + (column.marks.total() if are_marked else 0)


def _no_number(column: Column) -> str:
    if column.holds_days:
        return f"dates, such as {column.smallest:.0f}: {DERIVE} ({CONVERT})"
    if column.rows < ROWS_TO_TELL or not (column.is_whole and column.is_different):
        return ""
    in_steps = column.largest - column.smallest == column.rows - 1
    if column.rises or in_steps or NAME_OF_AN_IDENTIFIER.fullmatch(column.name):
        return "every cell is another whole number: an identifier, or a place in the file"
    return ""


CONVERT = "nightswap data convert FILE"
DERIVE = "a Date takes the weekday and the month of texts such as 2026-01-31; write them so"


def _no_category(column: Column) -> str:
    line, text = column.stray or (0, "")
    several = column.levels is None or len(column.levels) > LEVELS_MAX
    said = [each for each in column.others if each not in MARKS]
    are_written = are_dates(said)
    if said and (column.is_dated or (are_written and not column.numbers)):
        way = f"{DERIVE} ({CONVERT})" if are_written else DERIVE
        ways = "the days to come are others, of one month and weekday" if not column.dates.bad else way
        return f"dates, such as {said[0]}: {ways}"
    if column.are_mostly_dates:
        return f"{_no_dates(column)}: correct the file"
    if (several or column.texts >= column.numbers) and said and all(map(is_spelled_number, said)):
        return f"numbers such as {quoted(said[0], 40)}: write 1234.56 ({CONVERT})"
    if several and column.numbers > column.texts:
        told = f"{_no_numbers(column.texts, column.rows)}, such as {quoted(text)} on line {line}: correct the file"
        return f"{told}{as_missing(column.name, said, cells=column.texts)}"
    if long := _long(column, several=several):
        return long
    if column.is_different and column.rows >= ROWS_TO_TELL:
        return f"every cell is another text, such as {quoted(text)}: an identifier"
    if several:
        found = "thousands of" if column.levels is None else f"{len(column.levels):,}"
        group = f"; or is it who the rows are of? split=Split(group={quoted(column.name)}) keeps theirs together"
        return f"{found} different texts, such as {quoted(text)}: more than {LEVELS_MAX}; join the rare ones{group}"
    return ""


def _long(column: Column, *, several: bool) -> str:
    """Why its texts are too long for categories; an empty text where they are not."""
    long = sum(count for text, count in (column.levels or {}).items() if len(text) > CATEGORY_CHARACTERS)
    if column.first_long and 0 < long <= TOLERATED * column.rows and not several:
        line, text = column.first_long
        told = f"a text of {len(text):,} characters on line {line:,}, and {CATEGORY_CHARACTERS} are the most"
        return f"{told}: correct the file"
    if column.first_long or (several and column.words >= WORDS_OF_A_SENTENCE * column.texts):
        return f"free text, up to {column.longest:,} characters"
    return ""


def _no_numbers(cells: int, rows: int) -> str:
    return f"{cells:,} of {rows:,} cells {verb(cells, 'is no number', 'are no numbers')}"


def _way_to_keep(column: Column) -> str:
    return (
        f"correct the file; or write Numeric({column.name!r}) and tolerate=Tolerate(rows={TOLERATED}), which leaves"
        " such rows out"
    )


def _feature(column: Column, *, is_spoilt: bool) -> Feature:
    missing = _missing(column, is_spoilt=is_spoilt)
    beside = beside_missing(missing, rows=column.rows)
    if _is_date(column) or (is_spoilt and column.are_mostly_dates):
        return _date(column, beside=beside)
    if is_spoilt or _is_number(column):
        numeric = Numeric(column.name, missing=MEDIAN if missing else None)
        ends = f"{_spelled(column.smallest)} to {_spelled(column.largest)}"
        found = [each for each in column.levels or () if each.strip() and each not in column.others]
        different = f", {len(found):,} different" if found else ""
        stray, bad = (_stray(column), _bad(column)) if is_spoilt else ("", 0)
        doubt = perhaps_codes(column)
        about = f"{ends}{different}{beside}{stray and f'; {stray}'}{doubt and f'; {doubt}'}"
        return Feature(numeric, about, marks=frozenset(column.marks), bad=bad, stray=stray, doubt=doubt)
    texts = Counter({text: count for text, count in (column.levels or Counter()).items() if text})
    categorical = Categorical(column.name, missing=PLACE if column.empty else None)
    doubt = _mostly_numbers(column)
    about = f"{listed_texts(texts)}{beside}{doubt and f'; {doubt}'}"
    return Feature(categorical, about, levels=len(texts), doubt=doubt)


def _date(column: Column, *, beside: str) -> Feature:
    parts, bad = column.dates.telling, column.dates.bad
    stray = _no_dates(column) if bad else ""
    count = sum(len(column.dates.found.get(part, "1")) for part in parts)
    about = f"{column.dates.span}{beside}{stray and f'; {stray}'}"
    date = Date(column.name, parts=parts, missing=MEDIAN if beside else None)
    return Feature(date, about, levels=count, marks=frozenset(column.marks), bad=bad, stray=stray)


def _no_dates(column: Column) -> str:
    bad, (line, text) = column.dates.bad, column.first_no_date or (0, "")
    cells = f"{bad:,} of {column.rows:,} cells {verb(bad, 'is no date', 'are no dates')}"
    return f"{cells}, such as {quoted(text, 40)} on line {line}"


def _stray(column: Column) -> str:
    line, text = column.first_bad or (0, "")
    way = f" ({CONVERT} makes numbers of such)" if is_spelled_number(text) else ""
    return f"{_no_numbers(_bad(column), column.rows)}, such as {quoted(text, 40)} on line {line}{way}"


def _mostly_numbers(column: Column) -> str:
    """Of a column that is taken for texts: what to do if it is meant as numbers."""
    if column.numbers <= column.texts:
        return ""
    line, text = column.stray or (0, "")
    told = f"{column.numbers:,} of {column.rows:,} cells are numbers, and on line {line} stands {quoted(text, 40)}"
    few = column.texts <= TOLERATED * column.rows
    return f"{told}: if it shall be a number, {_way_to_keep(column) if few else 'correct the file'}"


def _is_array_number(column: Column) -> bool:
    """Whether a column can be one of an array: no text stands for a number, and most cells hold one."""
    return column.numbers > 0 and not column.others and 2 * column.empty <= column.rows


def _array(found: Found) -> Feature:
    missing = sum(column.empty for column in found.columns)
    beside = f"; {amount(missing, 'number')} {verb(missing, 'is', 'are')} missing" if missing else ""
    smallest, largest = (min(each.smallest for each in found.columns), max(each.largest for each in found.columns))
    array = Numeric.array(found.name, len(found.columns), missing=MEDIAN if missing else None)
    about = f"{len(found.columns):,} columns, {found.columns[0].name} to {found.columns[-1].name}"
    return Feature(array, f"{about}: {_spelled(smallest)} to {_spelled(largest)}{beside}")


def _spelled(number: float) -> str:
    """
    >>> _spelled(12345.0), _spelled(0.25), _spelled(-1e30), _spelled(-0.0)
    ('12,345', '0.25', '-1e+30', '0')
    """
    number += 0.0  # -0 is 0
    return f"{number:,.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.6g}"


def _with_fewer_levels(choice: Choice) -> Choice:
    """Without the columns of the most texts, where there are too many in all."""
    features, left_out = list(choice.features), list(choice.left_out)
    while (together := _levels(features)) > LEVELS_TOGETHER:
        most = max(features, key=lambda each: each.levels)
        features.remove(most)
        why = f"with its {most.levels:,} texts the columns have {together:,} in all: more than {LEVELS_TOGETHER}"
        left_out.append((most.column.name, why))
    return Choice(features, left_out)


def _levels(features: Iterable[Feature]) -> int:
    return sum(each.levels for each in features)
