"""Texts that are worst for a regular expression, and a process that tries them within so much processor time.

    python -m tests.contract.source.pumping SECONDS < [{"pattern": ..., "flags": ..., "whole": ...}, ...]

It writes each pattern before it tries it, so that the last line names the one that used up the time. Where a pattern
repeats without end, its repetition is fed with LENGTH characters, with and without what follows: what is worse than
linear then takes minutes, what is linear milliseconds.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from itertools import product
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

LENGTH = 100_000
ENDLESS = 1_000
"""A repetition with such a maximum may as well have none."""
SAMPLES = [*"0a.A-_ \n/@:=+e'[]{}$", "\u00e9"]
REPEATS = (code.MAX_REPEAT, code.MIN_REPEAT)
STRANGER = "\0"


def texts(pattern: str, flags: int) -> Iterator[str]:
    tree = list(parser.parse(pattern, flags))
    for before, repeated, after in pumps(tree):
        for end in ("", STRANGER, after, after + STRANGER):
            yield before + repeated * (LENGTH // len(repeated)) + end
    yield STRANGER * LENGTH
    yield "\n" * LENGTH


def pumps(items: list[Any]) -> Iterator[tuple[str, str, str]]:
    """What comes before a repetition without end, one of its rounds, and what comes after it."""
    for place, (kind, argument) in enumerate(items):
        before, after = shortest(items[:place]), shortest(items[place + 1 :])
        if kind in REPEATS and argument[1] >= ENDLESS:
            yield from ((before, each, after) for each in matches(list(argument[2])) if each)
        for inner in below(kind, argument):
            yield from ((before + a, b, c + after) for a, b, c in pumps(inner))


def below(kind: Any, argument: Any) -> list[list[Any]]:
    if kind in REPEATS:
        return [list(argument[2])]
    if kind is code.SUBPATTERN:
        return [list(argument[-1])]
    return [list(each) for each in argument[1]] if kind is code.BRANCH else []


def shortest(items: list[Any]) -> str:
    return next(matches(items), "")


def matches(items: list[Any]) -> Iterator[str]:
    """A few texts that the items match."""
    for parts in product(*(list(one(*item))[:4] for item in items)):
        yield "".join(parts)


def one(kind: Any, argument: Any) -> Iterator[str]:
    if kind is code.LITERAL:
        yield chr(argument)
    elif kind in REPEATS:
        for each in matches(list(argument[2])):
            yield each * max(1, min(argument[0], 50))
    elif kind in (code.SUBPATTERN, code.BRANCH):
        for inner in below(kind, argument):
            yield from matches(inner)
    elif kind in (code.IN, code.ANY, code.NOT_LITERAL):
        taken = compiler.compile(parser.SubPattern(parser.State(), [(kind, argument)]))
        yield from (each for each in SAMPLES if taken.fullmatch(each))
    else:  # a place, such as ^
        yield ""


def main() -> None:
    seconds = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for each in json.load(sys.stdin):
        sys.stdout.write(each["pattern"] + "\n")
        sys.stdout.flush()
        compiled = re.compile(each["pattern"], each["flags"])
        for text in texts(each["pattern"], each["flags"]):
            compiled.fullmatch(text) if each["whole"] else compiled.search(text)
    sys.stdout.write("all\n")


if __name__ == "__main__":
    main()
