"""Checks the shape of a stored document: kinds of values, and records of named fields.

The module that owns a document declares its shape; `documents` checks it at every read. A shape names the fields that
are read; an unknown field comes from a later release, and is no error.

    PINNED = Record({"model_version": number_from_1, "who": text, "why": text, "at": moment})
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.values import Pattern, Value

Kind = Callable[[Any], str | None]
"""From a value to what is wrong with it, in words that follow its name; None when it fits."""

SHA256 = Pattern(r"[0-9a-f]{64}")
LARGEST = 2**53
"""Larger integers are not the same in every reader of JSON."""


def anything(value: Any) -> str | None:  # noqa: ARG001
    return None


def text(value: Any) -> str | None:
    return None if isinstance(value, str) else " is no text"


def flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else " is neither true nor false"


def count(value: Any) -> str | None:
    """A whole number from 0."""
    return None if type(value) is int and 0 <= value <= LARGEST else " is no whole number from 0"


def number_from_1(value: Any) -> str | None:
    """Of a version, or an entry."""
    return None if type(value) is int and 1 <= value <= LARGEST else " is no whole number from 1"


def number(value: Any) -> str | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return None if fits else " is no number"


def share(value: Any) -> str | None:
    """A part of the traffic."""
    return None if number(value) is None and 0 <= value <= 1 else " is no share from 0 to 1"


def sha256(value: Any) -> str | None:
    return None if isinstance(value, str) and SHA256.fullmatch(value) else " is no SHA-256 in hexadecimal"


def moment(value: Any) -> str | None:
    """A time in ISO 8601, with its zone."""
    try:
        return None if datetime.fromisoformat(value).tzinfo is not None else " is a time without a zone"
    except (ValueError, TypeError):
        return " is no time in ISO 8601"


def digits(value: Any) -> str | None:
    """A number of Lambda's, which is spelled as a text."""
    fits = isinstance(value, str) and value.isascii() and value.isdecimal()
    return None if fits else " is no number of a function version"


def maybe(kind: Kind) -> Kind:
    """Of that kind, or null."""
    return lambda value: None if value is None else kind(value)


def one_of(*values: Any) -> Kind:
    return lambda value: None if value in values else f" is none of {', '.join(map(str, values))}"


def list_of(kind: Kind) -> Kind:
    def problem(value: Any) -> str | None:
        if not isinstance(value, list):
            return " is no list"
        return next((f"[{at}]{found}" for at, each in enumerate(value) if (found := kind(each))), None)

    return problem


def table_of(kind: Kind) -> Kind:
    """An object whose names are data."""

    def problem(value: Any) -> str | None:
        if not isinstance(value, dict):
            return " is no object"
        return next((f"[{name!r:.60}]{found}" for name, each in value.items() if (found := kind(each))), None)

    return problem


def filled(kind: Kind) -> Kind:
    """Of that kind, and not empty."""

    def problem(value: Any) -> str | None:
        return kind(value) or (None if value else " is empty")

    return problem


class ByKind(Value):
    """An object that says itself which of these it is, in its field `kind`."""

    kinds: Mapping[str, Kind]

    def __call__(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return " is no object"
        named = value.get("kind")
        if not isinstance(named, str) or named not in self.kinds:
            return f".kind is none of {', '.join(self.kinds)}" if "kind" in value else ".kind is missing"
        return self.kinds[named](value)


class Record(Value):
    """An object with these fields; those that are `perhaps` there may be left out, as by an earlier release."""

    fields: Mapping[str, Kind]
    perhaps: Mapping[str, Kind] = {}

    def __call__(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return " is no object"
        for name, kind in self.fields.items():
            if name not in value:
                return f".{name} is missing"
            if found := kind(value[name]):
                return f".{name}{found}"
        for name, kind in self.perhaps.items():
            if name in value and (found := kind(value[name])):
                return f".{name}{found}"
        return None
