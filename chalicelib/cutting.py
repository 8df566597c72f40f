"""Puts texts, lists, values and counts into messages: cut to a bounded length, which says how much was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chalicelib.limits import LISTED_NAMES, MESSAGE_CHARACTERS, NAME_CHARACTERS

TAIL_CHARACTERS = 30
"""Room for the words that say how much was left out."""


def cut(text: str, characters: int = MESSAGE_CHARACTERS) -> str:
    """At most so many characters, fit to be encoded as UTF-8.

    >>> cut("a" * 1000, 40)
    'aaaaaaaaaa... (990 more)'
    """
    if len(text) > characters:
        kept = characters - TAIL_CHARACTERS
        text = f"{text[:kept]}... ({len(text) - kept:,} more)"
    return text.encode("utf-8", "replace").decode()


def listed(names: Iterable[str], *, most: int = LISTED_NAMES) -> str:
    """Names in one line, the first few of them.

    >>> listed("abc", most=2), listed([])
    ('a, b, ... (1 more)', 'none')
    """
    every = list(names)
    shown = ", ".join(cut(name, NAME_CHARACTERS) for name in every[:most])
    return f"{shown}, ... ({len(every) - most:,} more)" if len(every) > most else shown or "none"


def quoted(text: str, characters: int = 60) -> str:
    """Another program's text, in one line and in quotes.

    >>> quoted("two\\nlines")
    "'two\\\\nlines'"
    """
    return repr(cut(text, characters))


def amount(count: int, noun: str) -> str:
    """So many of a thing, which is named in the singular.

    >>> amount(1, "row"), amount(1200, "bad row"), amount(0, "class"), amount(2, "category")
    ('1 row', '1,200 bad rows', '0 classes', '2 categories')
    """
    several = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}{'es' if noun.endswith('s') else 's'}"
    return f"{count:,} {verb(count, noun, several)}"


def rows_of_each(rows: Mapping[str, int]) -> str:
    """How many rows each class or label has: the name comes first, for many are numbers.

    >>> rows_of_each({"1": 1200, "0": 1})
    '1: 1,200 rows, 0: 1 row'
    """
    return listed(
        f"{cut(name, NAME_CHARACTERS - TAIL_CHARACTERS)}: {amount(count, 'row')}" for name, count in rows.items()
    )


def all_of(count: int, noun: str) -> str:
    """
    >>> all_of(1, "rule"), all_of(6, "rule")
    ('the only rule', 'all 6 rules')
    """
    return f"the only {noun}" if count == 1 else f"all {amount(count, noun)}"


def verb(count: float, one: str, several: str) -> str:
    """What is said of so many.

    >>> f"1 row {verb(1, 'is', 'are')} bad", f"0 rows {verb(0, 'is', 'are')} bad"
    ('1 row is bad', '0 rows are bad')
    """
    return one if count == 1 else several


def bounded(value: Any) -> Any:
    """The value, or as much of it as one message may have; for whatever goes into an answer or a log.

    >>> bounded([1, "two"])
    [1, 'two']
    """
    return _items(value) if isinstance(value, list | tuple) else _one(value)


def _items(values: Sequence[Any]) -> list[Any]:
    room = MESSAGE_CHARACTERS
    kept: list[Any] = []
    for each in values:
        said = _one(each)
        room -= len(_spelled(said))
        if room < 0:
            return [*kept, f"... ({len(values) - len(kept):,} more)"]
        kept.append(said)
    return kept


def _one(value: Any) -> Any:
    if isinstance(value, str):
        return cut(value)
    said = _spelled(value)
    return value if len(said) <= MESSAGE_CHARACTERS and said != _nameless(value) else cut(said)


def _spelled(value: Any) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # Python writes no int of more than 4,300 digits
        return _nameless(value)


def _nameless(value: Any) -> str:
    return f"a value of type {type(value).__name__}"
