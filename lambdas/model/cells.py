"""What is wrong with one cell. Each function returns the error's class and words, or None for a good cell."""

from __future__ import annotations

import math

from chalicelib.errors import (
    DataError,
    LabelUnknown,
    ValueInfinite,
    ValueMissing,
    ValueNotAllowed,
    ValueOutOfRange,
    ValueUnparsable,
)
from lambdas.model.recipe import Categorical, Numeric, Recipe
from lambdas.serve.refusal import listed
from lambdas.serve.schema import NUMBER, NumberColumn

CATEGORY_CHARACTERS_MAX = 128
"""A table stores every cell of its categorical columns as wide as the longest."""

MAGNITUDE_MAX = float(2**128 - 2**104)
"""About 3.4e38, the largest number of a 32-bit float: scikit-learn's trees take no larger one, and the squares of
smaller ones, which scaling adds up over all rows, stay within a 64-bit float."""

INFINITIES = ("inf", "infinity")

Problem = tuple[type[DataError], str]
MISSING: Problem = (ValueMissing, "empty")


def number_problem(number: float, *, column: Numeric) -> Problem | None:
    """Of a parsed number."""
    if not math.isfinite(number):
        return ValueInfinite, "infinite"
    if abs(number) > MAGNITUDE_MAX:
        return ValueOutOfRange, f"too large to compute with (-{MAGNITUDE_MAX:.2g} to {MAGNITUDE_MAX:.2g})"
    below = column.minimum is not None and number < column.minimum
    if below or (column.maximum is not None and number > column.maximum):
        accepted = NumberColumn(column.name, minimum=column.minimum, maximum=column.maximum).accepted
        return ValueOutOfRange, f"out of range ({accepted})"
    return None


def numeric_problem(text: str, *, column: Numeric) -> Problem | None:
    """Of a cell of a numeric column; spaces around the number do not matter."""
    stripped = text.strip()
    if not stripped:
        return MISSING
    if stripped.lstrip("+-").lower() in INFINITIES:
        return ValueInfinite, "infinite"
    if not NUMBER.fullmatch(stripped):
        return ValueUnparsable, "not a number" if stripped.lower() != "nan" else "NaN"
    return number_problem(float(stripped), column=column)


def categorical_problem(text: str, *, column: Categorical) -> Problem | None:
    """Of a cell of a categorical column."""
    if not text:
        return MISSING
    if column.allowed is not None and not column.takes(text):
        return ValueNotAllowed, f"not allowed (one of {listed(column.allowed)})"
    if len(text) > CATEGORY_CHARACTERS_MAX:
        return ValueNotAllowed, f"longer than {CATEGORY_CHARACTERS_MAX} characters"
    return None


def label_problem(text: str, *, recipe: Recipe) -> Problem | None:
    """Of a cell of the label's column."""
    if not text:
        return MISSING
    if text not in recipe.classes:
        return LabelUnknown, f"no known label (one of {listed(recipe.classes)})"
    return None
