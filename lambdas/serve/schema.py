"""Validates a request: the model's columns, their kinds, ranges and categories.

The schema travels in the artifact. A column reads one value, from JSON or from a query string, and returns it in the
form that the scorer takes (float or str), or raises Refused naming the field and the accepted form. It notes where
the model takes another value: for one that is missing, out of range, or a category that training did not have.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cached_property

from .links import OperatingPoint
from .refusal import Refused, digits, listed, plain, shown
from .values import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from typing import Any

    from .seldom.unfit_names import Feature

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""A number as text: what JSON and CSV files write; no `1_000`, `nan`, `inf` or hexadecimal, which float() takes. Each
character can be taken in one way alone, so that no text takes longer than its length."""
NUMBER_CHARACTERS = 400
"""As in `chalicelib.limits`: the largest float written out has 309 digits."""

IGNORED, REFUSED = "ignored", "refused"
"""How the model treats a category that training did not have."""
ARRAY = "array"
"""The kind of several columns of numbers that are one feature."""
DATE = "date"
"""The kind of a column whose texts are dates, and whose numbers are their seconds since 1970."""
CLIPPED = "clip"
"""How the model treats a number beyond a bound: the bound takes its place. By itself it is refused."""
KEPT = "kept"
"""How the model treats a missing number that reaches its trees as one: it is NaN here, and nothing replaces it."""

MISSING, OUTSIDE, UNKNOWN = "FeatureMissing", "FeatureClipped", "CategoryUnknown"
"""What is noted."""
Noted = list[tuple[str, str, str]]
"""Code, column and words of what was noted of one instance. The words do not depend on the value."""


class NumberColumn(Value):
    """A finite number; the bounds belong to the range."""

    name: str
    minimum: float | None = None
    maximum: float | None = None
    missing: float | None = None
    """Takes the place of a number that is null, absent or one of `absent`; NaN where it stays missing; None where
    that is refused."""
    absent: frozenset[str] = frozenset()
    """The texts that stand for a missing value; none where that is refused."""
    outside: str = REFUSED

    FORM = "a number"
    spelled = staticmethod(digits)
    """One of its numbers, in words."""

    @property
    def accepted(self) -> str:
        """The accepted form in words.

        >>> NumberColumn("src_bytes", minimum=0).accepted
        'a number >= 0'
        """
        pairs = ((">=", self.minimum), ("<=", self.maximum))
        bounds = [f"{sign} {self.spelled(bound)}" for sign, bound in pairs if bound is not None]
        return f"{self.FORM} {' and '.join(bounds)}".rstrip()

    def read(self, value: object, noted: Noted) -> float:
        """From JSON: a number, not a boolean and not a text."""
        if value is None and self.missing is not None:
            return self._filled(self.missing, noted)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._refused("FeatureNotANumber", f"is {shown(value)}, not a number")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        return self._checked(number, noted)

    def read_text(self, text: str, noted: Noted) -> float:
        """From a query string."""
        if text in self.absent and self.missing is not None:
            return self._filled(self.missing, noted)
        if len(text) > NUMBER_CHARACTERS:
            raise self._refused("FeatureNotANumber", f"has {len(text)} characters, too many for a number")
        if not NUMBER.fullmatch(text):
            raise self._refused("FeatureNotANumber", f"is {shown(text)}, not a number")
        return self._checked(float(text), noted)

    def _filled(self, missing: float, noted: Noted) -> float:
        if missing == missing:  # NaN alone differs from itself, and is what the instance says
            noted.append((MISSING, self.name, f"{self.name} is missing: {self.spelled(missing)} takes its place"))
        return missing

    def _checked(self, number: float, noted: Noted) -> float:
        if not math.isfinite(number):
            raise self._refused("FeatureNotFinite", "is not a finite number")
        if self.minimum is not None and number < self.minimum:
            return self._beyond(number, bound=self.minimum, noted=noted)
        if self.maximum is not None and number > self.maximum:
            return self._beyond(number, bound=self.maximum, noted=noted)
        return number

    def _beyond(self, number: float, *, bound: float, noted: Noted) -> float:
        if self.outside != CLIPPED:
            raise self._refused("FeatureOutOfRange", f"is {self.spelled(number)}, out of range")
        words = f"{self.name} is out of range ({self.accepted}): the nearest bound takes its place"
        noted.append((OUTSIDE, self.name, words))
        return float(bound)

    def _refused(self, code: str, message: str) -> Refused:
        return Refused(
            code, f"{self.name} {message}: expected {self.accepted}", field=self.name, accepted=self.accepted
        )


class CategoryColumn(Value):
    """A text. `allowed` are the declared categories, None where any will do; `levels` those of the training."""

    name: str
    levels: frozenset[str]
    allowed: tuple[str, ...] | None = None
    unknown: str = IGNORED
    missing: str | None = None
    """Takes the place of a text that is null, absent or one of `absent`; None where that is refused."""
    absent: frozenset[str] = frozenset()
    """The texts that stand for a missing value; none where that is refused."""

    @property
    def accepted(self) -> str:
        """The accepted form in words.

        >>> CategoryColumn("flag", levels=frozenset(["SF"]), allowed=("S0", "SF")).accepted
        'one of S0, SF'
        """
        if self.allowed is not None:
            return f"one of {listed(self.allowed)}"
        return f"one of {listed(self.levels)}" if self.unknown == REFUSED else "a text that is not empty"

    def read(self, value: object, noted: Noted) -> str:
        """From JSON or a query string."""
        if self.missing is not None and (value is None or (isinstance(value, str) and value in self.absent)):
            noted.append((MISSING, self.name, f"{self.name} is missing: {shown(self.missing)} takes its place"))
            return self.missing
        if not isinstance(value, str):
            raise self._refused("FeatureNotAText", f"is {shown(value)}, not a text")
        if not value:
            raise self._refused("FeatureEmpty", "is empty")
        if self.allowed is not None and value not in self._allowed:
            raise self._refused("CategoryNotAllowed", f"is {shown(value)}, not an allowed category")
        if value not in self.levels:
            if self.unknown == REFUSED:
                raise self._refused(UNKNOWN, f"is {shown(value)}, which the model never saw")
            noted.append((UNKNOWN, self.name, f"{self.name} is a category that the model never saw"))
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


class Schema(Value):
    """The model's columns, in the order in which a scorer takes them."""

    columns: tuple[Column, ...]
    operating_point: OperatingPoint | None = None

    @cached_property
    def names(self) -> frozenset[str]:
        """Of the features."""
        return frozenset(feature.name for feature in self.features)

    @property
    def features(self) -> Sequence[Feature]:
        """What a request gives: the columns, and in the place of those of an array the array."""
        return self.columns

    def as_request(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What columns hold, by their names, as a request has it."""
        return values

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Schema:
        """The schema from an artifact of any format; raises KeyError, TypeError or ValueError."""
        point = OperatingPoint.in_schema(document)
        if any(column["kind"] == ARRAY for column in document["columns"]):
            from .seldom.array_columns import schema_of

            return schema_of(document["columns"], point)
        return cls(tuple(map(column_of, document["columns"])), point)

    def read(self, instance: object, noted: Noted) -> Row:
        """One element of `instances`."""
        given = self.given(instance)
        return [column.read(given[column.name], noted) for column in self.columns]

    def read_query(self, query: object, noted: Noted) -> Row:
        """The texts of a query string: name -> list of values."""
        given = self.given_texts(query)
        return [column.read_text(given[column.name][0], noted) for column in self.columns]

    def given(self, instance: object) -> Mapping[str, Any]:
        """The instance with every feature; raises Refused."""
        if not isinstance(instance, dict):
            accepted = "an object of features: " + listed(self.names)
            raise Refused("InstanceNotAnObject", f"is {shown(instance)}, not an object", accepted=accepted)
        return instance if instance.keys() == self.names else self._whole(instance, missing=None)

    def given_texts(self, query: object) -> Mapping[str, Sequence[str]]:
        """The query with one text for every feature; raises Refused."""
        if not isinstance(query, dict) or not all(_is_list_of_texts(texts) for texts in query.values()):
            raise Refused("QueryMalformed", "query is not an object of lists of texts", accepted='{"name": ["text"]}')
        given = query if query.keys() == self.names else self._whole(query, missing=[""])
        for name, texts in query.items():
            if len(texts) != 1:
                said = f"{name} is given {len(texts)} times"
                raise Refused("FeatureDuplicate", said, field=name, accepted="one value")
        return given

    def _whole(self, given: Mapping[str, Any], *, missing: object) -> Mapping[str, Any]:
        """What is given, and `missing` for each feature that is not, where the model takes another value for it."""
        from .seldom import unfit_names  # here, because most requests name every feature

        for name in given:
            if name not in self.names:
                raise unfit_names.unknown(plain(name), names=self.names)
        absent = [feature for feature in self.features if feature.name not in given]
        refused = [feature for feature in absent if feature.missing is None]
        if refused:
            raise unfit_names.missing(refused)
        return {**given, **{feature.name: missing for feature in absent}}


def column_of(column: Mapping[str, Any]) -> Column:
    """From its part of the document; raises KeyError, TypeError or ValueError."""
    missing = column.get("missing")
    absent = frozenset(("", *column["absent"]) if missing is not None else ())
    if column["kind"] in ("number", DATE):
        is_number = missing is None or missing == KEPT or math.isfinite(missing)
        if not is_number or column.get("outside", REFUSED) not in (REFUSED, CLIPPED):
            raise ValueError(f"column {column['name']} is of an unknown policy")
        return _kind(column["kind"])(
            column["name"],
            minimum=column["minimum"],
            maximum=column["maximum"],
            missing=None if missing is None else math.nan if missing == KEPT else float(missing),
            absent=absent,
            outside=column.get("outside", REFUSED),
        )
    is_read = column["unknown"] in (IGNORED, REFUSED) and isinstance(missing, str | None)
    if column["kind"] != "category" or not is_read:
        raise ValueError(f"column {column['name']} is of an unknown kind or policy")
    allowed = column["allowed"]
    return CategoryColumn(
        column["name"],
        levels=frozenset(column["levels"]),
        allowed=None if allowed is None else tuple(allowed),
        unknown=column["unknown"],
        missing=missing,
        absent=absent,
    )


def _kind(kind: str) -> type[NumberColumn]:
    if kind != DATE:
        return NumberColumn
    from .seldom.date_texts import DateColumn  # here, because few models have one

    return DateColumn


def _is_list_of_texts(texts: object) -> bool:
    return isinstance(texts, list) and bool(texts) and all(isinstance(text, str) for text in texts)
