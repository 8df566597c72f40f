"""Checks single cells: a Check returns the error's class and message, or None for a good cell."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Collection, Iterator
from string import whitespace

import numpy as np
from numpy.typing import NDArray

from chalicelib.cutting import cut, quoted
from chalicelib.errors import (
    DataError,
    LabelUnknown,
    ValueInfinite,
    ValueMissing,
    ValueNotAllowed,
    ValueOutOfRange,
    ValueUnparsable,
)
from chalicelib.limits import CATEGORY_CHARACTERS
from lambdas.model.arrays import Floats
from lambdas.model.reading.date_cells import DAY_SECONDS, seconds_in
from lambdas.model.recipe import Categorical, Date, Numeric, Recipe
from lambdas.model.recipe.elements import CLIP, INFINITIES, MAGNITUDE_MAX
from lambdas.serve.refusal import listed
from lambdas.serve.schema import NUMBER, NumberColumn
from lambdas.serve.seldom.date_texts import DateColumn

LISTED_CHARACTERS = 200

Problem = tuple[type[DataError], str]
Check = Callable[[str], Problem | None]
MISSING: Problem = (ValueMissing, "empty")
NO_DATE: Problem = (ValueUnparsable, "no date (YYYY-MM-DD, alone or with a time such as T23:59:00Z)")


def number_problem(number: float, *, column: Numeric) -> Problem | None:
    """The problem of a parsed number; None for a good one."""
    if not math.isfinite(number):
        return ValueInfinite, "infinite"
    below = column.minimum is not None and number < column.minimum
    is_outside = below or (column.maximum is not None and number > column.maximum)
    if is_outside and column.outside == CLIP:
        return None
    if abs(number) > MAGNITUDE_MAX:
        return ValueOutOfRange, f"too large to compute with (-{MAGNITUDE_MAX:.2g} to {MAGNITUDE_MAX:.2g})"
    if is_outside:
        kind = DateColumn if isinstance(column, Date) else NumberColumn
        accepted = kind(column.name, minimum=column.minimum, maximum=column.maximum).accepted
        return ValueOutOfRange, f"out of range ({accepted})"
    return None


def number_problems(numbers: Floats, *, column: Numeric) -> Iterator[tuple[Problem, NDArray[np.bool_]]]:
    """The same for many numbers, (n,): each problem that one of them has, and which ones have it. NaN has none."""
    with np.errstate(invalid="ignore"):
        kinds = [np.isinf(numbers)]
        within = clipped(numbers, column=column)
        kinds += [np.abs(within) > MAGNITUDE_MAX]
        kinds += [within < column.minimum] if column.minimum is not None else []
        kinds += [within > column.maximum] if column.maximum is not None else []
    seen = np.zeros(len(numbers), dtype=np.bool_)
    found: dict[Problem, NDArray[np.bool_]] = {}
    for kind in kinds:
        here = kind & ~seen
        if here.any():
            problem = number_problem(float(numbers[here][0]), column=column)
            if problem is not None:
                found[problem] = found.get(problem, False) | here
        seen |= kind
    yield from found.items()


def clipped(numbers: Floats, *, column: Numeric) -> Floats:
    """(n,): the nearest bound in the place of each number that is out of range, where the column says so."""
    if column.outside != CLIP:
        return numbers
    within: Floats = np.clip(numbers, column.minimum, column.maximum)
    return within


def number_check(column: Numeric, *, absent: Collection[str] = ()) -> Check:
    """The Check of cells that hold a number, or one of the texts `absent`, in whose place another number comes.

    ASCII spaces around both are ignored; a no-break space is a character.
    """

    def problem(text: str) -> Problem | None:
        stripped = text.strip(whitespace)
        if stripped in absent:
            return None
        if not stripped:
            return MISSING
        if stripped.lstrip("+-").lower() in INFINITIES:
            return ValueInfinite, "infinite"
        if not NUMBER.fullmatch(stripped):
            return ValueUnparsable, "not a number" if stripped.lower() != "nan" else "NaN"
        return number_problem(float(stripped), column=column)

    return problem


def category_check(column: Categorical, *, absent: Collection[str] = ()) -> Check:
    """The Check of cells that hold a category, or one of the texts `absent`, in whose place another comes."""
    not_allowed = f"not allowed (one of {cut(listed(column.allowed or ()), LISTED_CHARACTERS)})"

    def problem(text: str) -> Problem | None:
        if text in absent:
            return None
        if not text:
            return MISSING
        if column.allowed is not None and not column.takes(text):
            return ValueNotAllowed, not_allowed
        if len(text) > CATEGORY_CHARACTERS:
            return ValueNotAllowed, f"longer than {CATEGORY_CHARACTERS} characters"
        return None

    return problem


def group_check(text: str) -> Problem | None:
    """The Check of cells that tell the group of a row."""
    return None if text.strip(whitespace) else MISSING


def checks_beside(recipe: Recipe, *, last: str | None = None) -> dict[str, Check]:
    """By column the Check of cells that a row has to have whatever its features are: of its group and of its dates,
    which are no later than the last that there can be.

    A feature that tells the group is checked as such: with `missing=` the rows without a group are one. Of one that
    tells the date nothing is said twice.
    """
    features = {column.name: column for column in recipe.single_columns}
    group = recipe.split.group
    checks: dict[str, Check] = {} if group is None or group in features else {group: group_check}
    for column in recipe.date_columns:
        feature = features.get(column)
        said = _check_of(feature, absent=absent_of(recipe)) if feature is not None else None
        checks[column] = day_check(last=last, said=said)
    return checks


def absent_of(recipe: Recipe) -> frozenset[str]:
    """The texts that stand for a missing value, in columns that take one."""
    return frozenset(("", *recipe.missing_values))


def _check_of(column: Numeric | Categorical, *, absent: Collection[str]) -> Check:
    taken = absent if column.missing is not None else ()
    if isinstance(column, Categorical):
        return category_check(column, absent=taken)
    if isinstance(column, Date):
        as_date = day_check()
        return lambda text: None if text.strip(whitespace) in taken else as_date(text)
    return number_check(column, absent=taken)


def day_check(*, last: str | None = None, said: Check | None = None) -> Check:
    """The Check of cells that tell the day of a row. What another check has `said` of a cell is not said again."""
    after = seconds_in(last) if last is not None else None

    def problem(text: str) -> Problem | None:
        seconds = seconds_in(text)
        found = None
        if seconds is None:
            found = NO_DATE if text.strip(whitespace) else MISSING
        elif after is not None and seconds >= after + DAY_SECONDS:
            found = ValueOutOfRange, f"later than {last}, too far ahead"
        return None if found is None or (said is not None and said(text) == found) else found

    return problem


def _label(text: str) -> str:
    """In quotes where the spaces around it would not be seen."""
    return text if text == text.strip() else repr(text)


def _form(label: str) -> str:
    """What is the same of labels that look alike."""
    return unicodedata.normalize("NFKC", label).strip().casefold()


def label_check(recipe: Recipe) -> Check:
    """The Check of cells that hold a label."""
    alike = {_form(label): label for label in reversed([*recipe.classes])}
    unknown = f"no known label (one of {cut(listed(map(_label, recipe.classes)), LISTED_CHARACTERS)})"

    def problem(text: str) -> Problem | None:
        if not text:
            return MISSING
        if recipe.class_of(text) is not None:
            return None
        known = alike.get(_form(text))
        if known is None:
            return LabelUnknown, unknown
        return LabelUnknown, f"the label {quoted(known)} but for spaces, capitals or the form of its letters"

    return problem
