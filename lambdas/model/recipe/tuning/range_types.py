"""Checks that each range of a search has its type, before any other rule, so that those can rely on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lambdas.model.recipe.tuning.ranges import Continuous, Integer, OneOf
from lambdas.model.recipe.types import NUMBER, TEXT, WHOLE, Kind, Kinds, shown

PLAIN = Kind(
    "a text, a number, True, False or None",
    lambda value: value is None or isinstance(value, bool | str) or NUMBER.holds(value),
)
FIELDS: Mapping[type, Kinds] = {
    Continuous: {"low": NUMBER, "high": NUMBER, "scale": TEXT},
    Integer: {"low": WHOLE, "high": WHOLE, "scale": TEXT},
    OneOf: {},
}


def range_type_problems(tune: object) -> Iterator[str]:
    """Of the ranges of a search; nothing of a value that is none, which is another check's to tell."""
    ranges = getattr(tune, "ranges", None)
    for parameter, given in ranges.items() if isinstance(ranges, Mapping) else ():
        if not isinstance(parameter, str):
            yield f"a parameter of tune.ranges is {shown(parameter)}: expected {TEXT.words}"
        where = f"tune.ranges[{shown(parameter)}]"
        if type(given) not in FIELDS:
            yield f"{where} is {shown(given)}: expected Continuous(low, high), Integer(low, high) or OneOf(...)"
            continue
        for name, kind in FIELDS[type(given)].items():
            if not kind.holds(getattr(given, name)):
                yield f"{where}.{name} is {shown(getattr(given, name))}: expected {kind.words}"
        for value in given.values if isinstance(given, OneOf) else ():
            if not PLAIN.holds(value):
                yield f"a value of {where} is {shown(value)}: expected {PLAIN.words}"
