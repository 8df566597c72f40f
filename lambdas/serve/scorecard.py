"""The artifact format `scorecard`: a linear model as weights, scored by plain Python.

    score   = intercept + sum((x - centre) * weight) over numbers + weight of the level over categories
    sigmoid       two classes, one score: P(second class) = 1 / (1 + exp(-score))
    softmax       a score for each class: P = exp(score) / sum(exp(scores))
    one_vs_rest   a score for each class: P = sigmoid(score) / sum(sigmoid(scores)), all equal where that sum is 0
    one_vs_rest_or_none   the same, all 0 where that sum is 0

A term is about a column, or about a value: a column's number that `functions` puts through steps such as log1p.

A number keeps its centre beside its weight: x - centre loses nothing, where x * weight - centre * weight would lose
digits to cancellation when x is large and spread little (a timestamp).

The artifact is one JSON object: format, format_version, classes, positive, schema, values, link and scores. To change
it:

    1. raise FORMAT_VERSION; the export writes the lowest that says all of the model, so that an older release goes on
       reading what it understands, and refuses what it does not
    2. let `_read` take every older number too: the live model, which Evaluate scores, may be years old
    3. keep an artifact of each number in the tests, with the answers that it gave

Since version 2 there is the link one_vs_rest_or_none; since version 3 a column of the schema may name what takes the
place of a missing value, and clip a number to its bounds; since version 4 there are values; since version 5
columns of dates; since version 6 there may be a threshold: a release that does not know it would answer other labels;
since version 7 there may be arrays of columns.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from .links import sigmoid, softmax
from .schema import ModelInvalid, Row, Schema
from .values import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from typing import Any

FORMAT = "scorecard"
WITHOUT_VALUES, WITHOUT_DATES, WITHOUT_THRESHOLD, WITHOUT_ARRAYS, FORMAT_VERSION = 3, 4, 5, 6, 7
KNOWN = tuple((FORMAT, version) for version in range(1, FORMAT_VERSION + 1))
LEAST_SCORE = -math.log(sys.float_info.max)
"""About -709.8: exp(-score) of a lower one is infinite."""


Steps = Sequence[Sequence["Any"]]
Made = tuple[int, Callable[[float], float], Steps]
"""The position of its column, the function of its number, and the steps that the function is made of."""


class Line(Value):
    """One linear score. Positions are those of the schema's columns, and then those of the values."""

    intercept: float
    numbers: tuple[tuple[int, float, float], ...]
    """(position, centre, weight)"""
    categories: tuple[tuple[int, Mapping[Any, float], float], ...]
    """(position, weight of each level, weight of an unknown level)"""

    def score(self, row: Row) -> float:
        total = self.intercept
        for position, centre, weight in self.numbers:
            total += (row[position] - centre) * weight  # type: ignore[operator]
        for position, weights, unknown in self.categories:
            total += weights.get(row[position], unknown)
        return total

    def added(self, row: Row) -> list[float]:
        """The intercept, then what each column and value adds to the score."""
        total = [self.intercept, *[0.0] * len(row)]
        for position, centre, weight in self.numbers:
            total[position + 1] += (row[position] - centre) * weight  # type: ignore[operator]
        for position, weights, unknown in self.categories:
            total[position + 1] += weights.get(row[position], unknown)
        return total


class Scorecard(Value):
    """A linear classifier. `classes` is the order of the probabilities; `positive` one of them, or None."""

    classes: tuple[str, ...]
    positive: str | None
    schema: Schema
    link: str
    lines: tuple[Line, ...]
    values: tuple[Made, ...] = ()

    def score(self, row: Row) -> tuple[str, list[float]]:
        """Label and probabilities of one row; NaN where the values are too large for any score, or a function is not
        defined for one. Never raises."""
        if self.values:
            row = self.with_values(row)
        scores = [line.score(row) for line in self.lines]
        if self.link == "sigmoid":
            second = sigmoid(scores[0])
            return self.classes[scores[0] > 0], [1.0 - second, second]
        return self.classes[scores.index(max(scores))], OF_MANY_SCORES[self.link](scores)

    def score_all(self, rows: Sequence[Row]) -> Iterator[tuple[str, list[float]]]:
        return map(self.score, rows)

    def with_values(self, row: Row) -> Row:
        """The row, and behind it the values that are made of it; NaN where a function is not defined."""
        return [*row, *(function(row[position]) for position, function, _ in self.values)]  # type: ignore[arg-type]

    def undefined(self, row: Row) -> tuple[int, Steps] | None:
        """The first column that a function is not defined for, by its position, and the steps; None without such."""
        return next(
            (
                (position, steps)
                for position, function, steps in self.values
                if not math.isfinite(function(row[position]))  # type: ignore[arg-type]
            ),
            None,
        )

    def added(self, row: Row) -> dict[str, list[float]]:
        """Of each class the constant of its score, then what each column adds; of two classes, the first has none.

        A threshold is taken off the constant of its class: so the class that leads is the one that is answered.
        """
        added = [self._of_columns(line.added(self.with_values(row))) for line in self.lines]
        if self.link == "sigmoid":
            added.insert(0, [0.0] * len(added[0]))
        found = dict(zip(self.classes, added, strict=True))
        if self.schema.operating_point is not None:
            found[self.schema.operating_point.positive][0] -= self.schema.operating_point.log_odds
        return found

    def _of_columns(self, added: list[float]) -> list[float]:
        """What a value adds, its column adds."""
        constant_and_columns = added[: len(added) - len(self.values)]
        for (position, _, _), more in zip(self.values, added[len(constant_and_columns) :], strict=True):
            constant_and_columns[position + 1] += more
        return constant_and_columns

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Scorecard:
        """Raises ModelInvalid."""
        try:
            kind = (document.get("format"), document.get("format_version"))
            if kind not in KNOWN:
                raise ModelInvalid(
                    f"format and version are {kind}: this reader knows {' and '.join(map(str, KNOWN))}"
                )
            return _read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            raise ModelInvalid(f"the scorecard is malformed: {type(exc).__name__}") from exc


def read(artifact: bytes) -> Scorecard:
    """Raises ModelInvalid."""
    try:
        return Scorecard.from_document(json.loads(artifact))
    except (ValueError, RecursionError) as exc:
        raise ModelInvalid(f"the scorecard is no JSON: {type(exc).__name__}") from exc


def one_vs_rest(scores: Sequence[float]) -> list[float]:
    """Each class against all others, scaled to the sum 1; all equal where every one of them is 0."""
    shares = [sigmoid(score) for score in scores]
    total = sum(shares)
    return [share / total for share in shares] if total else [1.0 / len(scores)] * len(scores)


def one_vs_rest_or_none(scores: Sequence[float]) -> list[float]:
    """Each class against all others, scaled to the sum 1; all 0 where every one of them is 0.

    Source: predict_proba of OneVsRestClassifier of scikit-learn 1.9, which takes 1 / (1 + exp(-score)) for 0 where
    exp(-score) is infinite.

    >>> one_vs_rest_or_none([0.0, 0.0]), one_vs_rest_or_none([-800.0, -900.0])
    ([0.5, 0.5], [0.0, 0.0])
    """
    shares = [0.0 if score < LEAST_SCORE else sigmoid(score) for score in scores]
    total = sum(shares)
    return [share / total for share in shares] if total else shares


OF_MANY_SCORES = {"softmax": softmax, "one_vs_rest": one_vs_rest, "one_vs_rest_or_none": one_vs_rest_or_none}
LINKS = ("sigmoid", *OF_MANY_SCORES)


def _read(document: Mapping[str, Any]) -> Scorecard:
    schema = Schema.from_document(document["schema"])
    positions = {column.name: position for position, column in enumerate(schema.columns)}
    classes, link = tuple(document["classes"]), document["link"]
    values = _values(document.get("values", ()), positions=positions)
    places: dict[str | int, int] = {value: len(positions) + value for value in range(len(values))}
    places.update(positions.items())
    lines = tuple(_line(line, positions=places) for line in document["scores"])
    if link not in LINKS:
        raise ValueError(f"link is {link!r}: expected one of {LINKS}")
    if len(set(classes)) < 2 or len(lines) != (1 if link == "sigmoid" else len(classes)):
        raise ValueError(f"{len(lines)} scores do not make {len(classes)} classes by {link}")
    has_no_threshold = link != "sigmoid" or document["format_version"] <= WITHOUT_THRESHOLD
    if schema.operating_point is not None and has_no_threshold:
        raise ValueError(f"a threshold is for the link sigmoid, since version {WITHOUT_THRESHOLD + 1}")
    positive = document["positive"]
    return Scorecard(classes=classes, positive=positive, schema=schema, link=link, lines=lines, values=values)


def _values(values: Sequence[Mapping[str, Any]], *, positions: Mapping[str, int]) -> tuple[Made, ...]:
    if not values:
        return ()
    from .number_functions import through  # here, because most scorecards have no values

    return tuple((positions[value["column"]], through(value["steps"]), value["steps"]) for value in values)


def _line(line: Mapping[str, Any], *, positions: Mapping[str | int, int]) -> Line:
    return Line(
        intercept=_finite(line["intercept"]),
        numbers=tuple(
            (_position(term, positions), _finite(term["centre"]), _finite(term["weight"])) for term in line["numbers"]
        ),
        categories=tuple(
            _places_of_a_value(term, positions)
            if "value" in term
            else (
                positions[term["column"]],
                {level: _finite(weight) for level, weight in term["weights"].items()},
                _finite(term["unknown"]),
            )
            for term in line["categories"]
        ),
    )


def _position(term: Mapping[str, Any], positions: Mapping[str | int, int]) -> int:
    return positions[term["value"] if "value" in term else term["column"]]


def _places_of_a_value(
    term: Mapping[str, Any], positions: Mapping[str | int, int]
) -> tuple[int, Mapping[Any, float], float]:
    """A value that has places has numbers from 0 for them, and NaN where its function is not defined."""
    weights = {float(place): _finite(weight) for place, weight in enumerate(term["weights"])}
    return _position(term, positions), weights, math.nan


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError("a weight is not finite")
    return float(number)
