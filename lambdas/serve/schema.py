"""Validates a request: the model's columns, their kinds, ranges and categories.

The schema travels in the artifact. A column reads one value, from JSON or from a query string, and returns it in the
form that the scorer takes (float or str), or raises Refused naming the field and the accepted form.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .refusal import Refused, listed, plain, shown

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""A number as text: what JSON and CSV files write; no `1_000`, `nan`, `inf` or hexadecimal, which float() takes. Each
character can be taken in one way alone, so that no text takes longer than its length."""
NUMBER_CHARACTERS = 400
"""As in `chalicelib.limits`: the largest float written out has 309 digits."""

IGNORED, REFUSED = "ignored", "refused"
"""How the model treats a category that training did not have."""


def _digits(number: float) -> str:
    """As many as it takes: what is just below a bound is not shown as the bound.

    >>> _digits(18.0), _digits(1e6), _digits(17.999999999999996)
    ('18', '1000000', '17.999999999999996')
    """
    short = f"{number:.15g}"
    return short if float(short) == number else repr(float(number))


@dataclass(frozen=True)
class NumberColumn:
    """A finite number; the bounds belong to the range."""

    name: str
    minimum: float | None = None
    maximum: float | None = None

    @property
    def accepted(self) -> str:
        """The accepted form in words.

        >>> NumberColumn("src_bytes", minimum=0).accepted
        'a number >= 0'
        """
        pairs = ((">=", self.minimum), ("<=", self.maximum))
        bounds = [f"{sign} {_digits(bound)}" for sign, bound in pairs if bound is not None]
        return f"a number {' and '.join(bounds)}".rstrip()

    def read(self, value: object) -> float:
        """From JSON: a number, not a boolean and not a text."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refused("FeatureNotANumber", f"is {shown(value)}, not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        return self._checked(number)

    def read_text(self, text: str) -> float:
        """From a query string."""
        if len(text) > NUMBER_CHARACTERS:
            raise self._refused("FeatureNotANumber", f"has {len(text)} characters, too many for a number")
        if not NUMBER.fullmatch(text):
            raise self._refused("FeatureNotANumber", f"is {shown(text)}, not a number")
        return self._checked(float(text))

    def _checked(self, number: float) -> float:
        if not math.isfinite(number):
            raise self._refused("FeatureNotFinite", "is not a finite number")
        below = self.minimum is not None and number < self.minimum
        if below or (self.maximum is not None and number > self.maximum):
            raise self._refused("FeatureOutOfRange", f"is {_digits(number)}, out of range")
        return number

    def _refused(self, code: str, message: str) -> Refused:
        return Refused(
            code, f"{self.name} {message}: expected {self.accepted}", field=self.name, accepted=self.accepted
        )


@dataclass(frozen=True)
class CategoryColumn:
    """A text. `allowed` are the declared categories, None where any will do; `levels` those of the training."""

    name: str
    levels: frozenset[str]
    allowed: tuple[str, ...] | None = None
    unknown: str = IGNORED

    @property
    def accepted(self) -> str:
        """The accepted form in words.

        >>> CategoryColumn("flag", levels=frozenset(["SF"]), allowed=("S0", "SF")).accepted
        'one of S0, SF'
        """
        if self.allowed is not None:
            return f"one of {listed(self.allowed)}"
        return f"one of {listed(self.levels)}" if self.unknown == REFUSED else "a text that is not empty"

    def read(self, value: object) -> str:
        """From JSON or a query string."""
        if not isinstance(value, str):
            raise self._refused("FeatureNotAText", f"is {shown(value)}, not a text")
        if not value:
            raise self._refused("FeatureEmpty", "is empty")
        if self.allowed is not None and value not in self._allowed:
            raise self._refused("CategoryNotAllowed", f"is {shown(value)}, not an allowed category")
        if self.unknown == REFUSED and value not in self.levels:
            raise self._refused("CategoryUnknown", f"is {shown(value)}, which the model never saw")
        return value

    read_text = read

    @cached_property
    def _allowed(self) -> frozenset[str]:
        return frozenset(self.allowed or ())

    def _refused(self, code: str, message: str) -> Refused:
        return Refused(
            code, f"{self.name} {message}: expected {self.accepted}", field=self.name, accepted=self.accepted
        )


Column = NumberColumn | CategoryColumn


class ModelInvalid(Exception):
    """The artifact is malformed, or its version is unknown to the reader."""


Row = Sequence[float | str]
"""One instance's values, in the order of the schema's columns."""


@dataclass(frozen=True)
class Schema:
    """The model's columns, in the order in which a scorer takes them."""

    columns: tuple[Column, ...]
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(column.name for column in self.columns))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Schema:
        """The schema from an artifact of any format; raises KeyError, TypeError or ValueError."""
        return cls(tuple(map(_column, document["columns"])))

    def read(self, instance: object) -> Row:
        """One element of `instances`."""
        if not isinstance(instance, dict):
            raise Refused(
                "InstanceNotAnObject",
                f"is {shown(instance)}, not an object",
                accepted="an object of features: " + listed(self.names),
            )
        self._check_names(instance)
        return [column.read(instance[column.name]) for column in self.columns]

    def read_query(self, query: object) -> Row:
        """The texts of a query string: name -> list of values."""
        if not isinstance(query, dict) or not all(_is_list_of_texts(texts) for texts in query.values()):
            raise Refused("QueryMalformed", "query is not an object of lists of texts", accepted='{"name": ["text"]}')
        self._check_names(query)
        for name, texts in query.items():
            if len(texts) != 1:
                raise Refused(
                    "FeatureDuplicate", f"{name} is given {len(texts)} times", field=name, accepted="one value"
                )
        return [column.read_text(query[column.name][0]) for column in self.columns]

    def _check_names(self, given: Mapping[str, object]) -> None:
        if given.keys() == self.names:
            return
        for name in given:
            if name not in self.names:
                raise self._unknown(plain(name))
        missing = next(column for column in self.columns if column.name not in given)
        raise Refused(
            "FeatureMissing",
            f"{missing.name} is missing: expected {missing.accepted}",
            field=missing.name,
            accepted=missing.accepted,
        )

    def _unknown(self, name: str) -> Refused:
        # Imported here, because no good request needs it.
        import difflib

        near = difflib.get_close_matches(name, self.names, n=1)
        hint = f"did you mean {near[0]}?" if near else f"the model takes {listed(self.names)}"
        return Refused("FeatureUnknown", f"{name!r} is no feature: {hint}", field=name, accepted=listed(self.names))


def _column(column: Mapping[str, Any]) -> Column:
    if column["kind"] == "number":
        return NumberColumn(column["name"], minimum=column["minimum"], maximum=column["maximum"])
    if column["kind"] != "category" or column["unknown"] not in (IGNORED, REFUSED):
        raise ValueError(f"column {column['name']} is of an unknown kind or policy")
    allowed = column["allowed"]
    return CategoryColumn(
        column["name"],
        levels=frozenset(column["levels"]),
        allowed=None if allowed is None else tuple(allowed),
        unknown=column["unknown"],
    )


def _is_list_of_texts(texts: object) -> bool:
    return isinstance(texts, list) and bool(texts) and all(isinstance(text, str) for text in texts)
