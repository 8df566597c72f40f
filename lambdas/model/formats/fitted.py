"""Holds a fitted estimator: its categories, its answers, its errors, and what a format exports of it.

X is one float64 array, with categories as codes. So a ColumnTransformer selects columns by position, and neither
pandas nor an array of objects is needed.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chalicelib.cutting import listed, quoted
from chalicelib.errors import NightswapError, TrainingFailed
from chalicelib.limits import WORDS_CHARACTERS
from lambdas.model.arrays import Floats, Texts
from lambdas.model.data.date_parts import spread
from lambdas.model.data.part import Part
from lambdas.model.filling.fills import NONE_MISSING, Fills
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.serve.links import OperatingPoint

FIT_ERRORS = (
    ValueError,
    TypeError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RuntimeError,
    NameError,
    ImportError,
    MemoryError,
)
"""Errors that estimators raise for bad data or parameters, and that a typing error in a recipe's function raises."""
ANSWERED_ROWS = 65_536
"""An estimator is asked about no more rows at a time: what it makes of them are copies as floats."""
UNKNOWN = -1.0
"""The code of a category that the training part does not hold."""


@dataclass(frozen=True)
class Levels:
    """The distinct categories of the training part, sorted, for each categorical column; a code is a position."""

    of_columns: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, table: Table) -> Levels:
        return cls(tuple(tuple(np.unique(column).tolist()) for column in table.categorical.T))

    @classmethod
    def of_part(cls, part: Part) -> Levels:
        return cls(tuple(tuple(part.used(place)) for place in range(len(part.levels))))

    def encode(self, table: Table) -> Floats:
        """(n, numeric + categorical columns)"""
        codes = [
            _codes(column, levels=levels) for column, levels in zip(table.categorical.T, self.of_columns, strict=True)
        ]
        return np.column_stack([table.numeric, *codes])

    def encode_part(self, part: Part) -> Floats:
        """The same of rows that are codes already, of the part's own levels."""
        own = zip(part.levels, self.of_columns, strict=True)
        places = [_codes(np.array(names, dtype=np.str_), levels=levels) for names, levels in own]
        codes = [of_column[part.codes[:, column]] for column, of_column in enumerate(places)]
        return np.column_stack([part.numeric, *codes])


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted estimator with the categories that it was fitted on. `facts` are ready for JSON."""

    recipe: Recipe
    estimator: Any
    levels: Levels
    facts: dict[str, Any]
    fills: Fills = NONE_MISSING
    """What takes the place of a missing number: the estimator sees none."""
    operating_point: OperatingPoint | None = None
    """What decides the labels; None for the estimator's own."""
    typical: tuple[float | str | None, ...] = ()
    """A typical row of the training, in the order of `Recipe.single_columns`, None for a number that is missing. None
    is known of an imported model. Models that do not add up their columns tell by it why they answer."""

    @property
    def classes(self) -> tuple[str, ...]:
        """In the order of the probabilities."""
        return tuple(str(name) for name in self.estimator.classes_)

    def answers(self, table: Table) -> Answers:
        """The estimator's probabilities, and its labels, or those of the operating point; raises TrainingFailed."""
        return self.answers_to(Part.of(table, classes=self.recipe.class_names))

    def answers_to(self, part: Part) -> Answers:
        """The same for the rows of a part, some at a time."""
        answers = [
            self._answers(self.levels.encode_part(spread(self.fills.part(some), recipe=self.recipe)))
            for some in part.slices(ANSWERED_ROWS)
        ]
        if not answers:
            return self._answers(np.empty((0, 0)))
        return Answers(
            self.classes,
            np.concatenate([each.labels for each in answers]),
            np.concatenate([each.probabilities for each in answers]),
        )

    def _answers(self, X: Floats) -> Answers:
        if not len(X):
            return Answers(self.classes, np.empty(0, dtype=np.str_), np.empty((0, len(self.classes))))
        with failures(self.recipe, doing="predicting the holdout with"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            labels = np.asarray(self.estimator.predict(X)).astype(str)
            probabilities = np.asarray(self.estimator.predict_proba(X), dtype=np.float64)
        return Answers(self.classes, labels, probabilities).at(self.operating_point)


@dataclass(frozen=True)
class Exported:
    """A fitted estimator, exported to a format."""

    content: bytes
    """The artifact: the same bytes for the same fit."""
    schema: Mapping[str, Any]
    """What it takes, as `Schema.from_document` of `lambdas/serve` reads it."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the format tells of its size, ready for JSON."""
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Expected:
    """An estimate, before the fit, of an artifact whose size grows with the rows. `facts` are ready for JSON."""

    facts: Mapping[str, Any]
    said: str
    """What it is expected to be."""
    warning: str = ""
    """What that is too large for; empty where it is not."""
    way_out: str = ""


@contextmanager
def failures(recipe: Recipe, *, doing: str) -> Iterator[None]:
    """Turn an estimator's errors into TrainingFailed, which names the recipe."""
    try:
        yield
    except NightswapError:
        raise
    except (Exception, SystemExit) as exc:  # the recipe's function is a user's, who may have written anything
        raise TrainingFailed(
            f"{doing} the estimator of recipe {recipe.model} raised {first_line(exc)}{_advice(exc, recipe=recipe)}",
            model=recipe.model,
        ) from exc


def _advice(exc: BaseException, *, recipe: Recipe) -> str:
    if "not in class_weight" in str(exc):
        keys = f". The keys of class_weight are the recipe's class names: {listed(recipe.class_names, most=10)}"
        number = next((name for name in recipe.class_names if name.isdecimal()), None)
        if number is None:
            return keys
        return (
            f"{keys}. scikit-learn looks for {number} as a whole number: write {{{int(number)}: ...}} without quotes;"
            f" or name the classes by words, as in classes={{{number!r}: 'yes', ...}}"
        )
    if "contains NaN" in str(exc) or "contains infinity" in str(exc):  # the data holds neither
        return (
            ". A function such as np.log is not defined for a number of the data, or gives too large a one: give its"
            " column a minimum or a maximum, or take another function"
        )
    if "passed to CategoricalNB" in str(exc):  # an unknown category reaches it as -1
        return (
            ". A row has a category that no training row has, which CategoricalNB cannot take: put"
            " OneHotEncoder(handle_unknown='ignore') before BernoulliNB() in its place, or write one word for rare"
            " categories into the files"
        )
    if not isinstance(exc, MemoryError):
        return ""
    return (
        ". Columns of many categories do not fit into one array: leave sparse_output=False out of OneHotEncoder, and"
        " sparse_threshold=0 out of ColumnTransformer"
    )


def first_line(exc: BaseException) -> str:
    """The error's class and the first line of its message: scikit-learn adds a page of advice.

    >>> first_line(ValueError("X is too large. \\nSee the documentation."))
    "ValueError, which says 'X is too large.'"
    """
    said = str(exc).strip().split("\n")[0].rstrip()
    return f"{type(exc).__name__}, which says {quoted(said, WORDS_CHARACTERS)}"


def _codes(column: Texts, *, levels: tuple[str, ...]) -> Floats:
    known = np.array(levels, dtype=np.str_)
    places = np.minimum(np.searchsorted(known, column), len(known) - 1)
    return np.where(known[places] == column, places, UNKNOWN)
