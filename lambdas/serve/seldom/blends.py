"""Several models of trees whose answers make one: the mean of them, each put through curves of its own or not.

Both a vote of classifiers by their probabilities and a calibrated classifier are that, inside of one another too. In
the header of the artifact `members` stand in the place of a model's own fields; each is such a model, or has members
itself, and its sections have its place before their names. Its answer counts by its weight, where there are weights.

Curves make probabilities of what a member says, which is the score that decides, or where it has none the
probabilities; of two classes the second's alone:

    sigmoid   1 / (1 + exp(a * x + b))
    isotonic  on the line between the two known x beside it, and of the last one's height outside

Of more than two classes each has a curve, and what these make is divided by its sum. Sums are made in the order of
sklearn/calibration.py of scikit-learn 1.9.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence

from ..links import sigmoid
from ..schema import Schema
from ..trees import Trees
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from ..schema import Row

ABOVE_ONE = 1.0 + 1e-5
"""A probability above 1 by rounding alone is 1."""


class Blend:
    """Members whose answers make one."""

    def __init__(self, header: Mapping[str, Any], section: Callable[[str], Any], begin: str = "") -> None:
        self.classes: tuple[str, ...] = tuple(header["classes"])
        self.positive: str | None = header["positive"]
        self.schema = Schema.from_document(header["schema"])
        whole = {name: header[name] for name in ("classes", "positive", "schema", "nodes")}
        self.members = [
            _Member(whole, each, section, f"{begin}{place}.") for place, each in enumerate(header["members"])
        ]
        self.weights: list[float] = header["weights"]
        self.typical: Sequence[Any] = header.get("typical", ())
        """Of each column of the schema the value of a typical row of the training; none where that is not known."""
        self.divisor = math.fsum(self.weights) if self.weights else len(self.members)

    @property
    def trees(self) -> list[Trees]:
        """All models inside."""
        return [
            each
            for member in self.members
            for each in ([member.model] if isinstance(member.model, Trees) else member.model.trees)
        ]

    def probabilities(self, row: Row) -> list[float]:
        """NaN where a value is too large."""
        totals = [0.0] * len(self.classes)
        for place, member in enumerate(self.members):
            weight = self.weights[place] if self.weights else 1.0
            for output, probability in enumerate(member.probabilities(row)):
                totals[output] += weight * probability
        return [total / self.divisor for total in totals]

    def score(self, row: Row) -> tuple[str, list[float]]:
        """Label and probabilities of one row; NaN where a value is too large. Never raises."""
        probabilities = self.probabilities(row)
        if not math.isfinite(sum(probabilities)):
            return self.classes[0], [math.nan] * len(self.classes)
        return self.classes[probabilities.index(max(probabilities))], probabilities

    def score_all(self, rows: Sequence[Row]) -> Iterator[tuple[str, list[float]]]:
        return map(self.score, rows)

    def undefined(self, _row: Row, /) -> tuple[int, Sequence[Sequence[Any]]] | None:
        """None: the steps before trees are defined for every number."""
        return None

    def added(self, row: Row) -> dict[str, list[float]]:
        """As `Trees.added`, of members whose scores are probabilities: their mean.

        Where there is a curve, or a score of another kind, it is as `added_by_turns` of `why.by_turns` says: what is
        made of such scores is no sum over the columns.
        """
        if any(member.curves is not None or member.link != "mean" for member in self.members):
            from .why.by_turns import added_by_turns  # here, because most requests need none

            return added_by_turns(self, row, self.typical)
        found = {name: [0.0] * (1 + len(self.schema.columns)) for name in self.classes}
        for place, member in enumerate(self.members):
            share = (self.weights[place] if self.weights else 1.0) / self.divisor
            for name, adds in member.model.added(row).items():
                found[name] = [before + share * each for before, each in zip(found[name], adds, strict=True)]
        return found


class _Member:
    """A model, and the curves that its answers are put through."""

    def __init__(
        self, whole: Mapping[str, Any], document: Mapping[str, Any], section: Callable[[str], Any], begin: str
    ) -> None:
        header = {**whole, **document}
        self.model: Trees | Blend
        if "members" in document:
            self.model, self.link = Blend(header, section, begin), ""
        else:
            self.model = Trees(header, lambda name: section(f"{begin}{name}"))
            self.link = self.model.link
        kind, *numbers = document.get("curves", [""])
        self.known: list[Any] = (
            [[section(f"{begin}{name}") for name in each] for each in numbers] if (kind == "isotonic") else numbers
        )
        """Of each curve its numbers: slope and offset, or places and heights."""
        self.curves = self._curves(kind) if kind else None

    def probabilities(self, row: Row) -> list[float]:
        if self.curves is None:
            return self.model.score(row)[1]
        said = self._says(row)
        return (
            said if math.isnan(said[0]) else [1.0 if 1.0 < each <= ABOVE_ONE else each for each in self.curves(said)]
        )

    def _says(self, row: Row) -> list[float]:
        """What decides, one number for two classes; NaN where a value is too large."""
        model = self.model
        if isinstance(model, Trees) and self.link != "mean":
            values = model.reached(row)
            if values is None:
                return [math.nan] * len(model.classes)
            return model.votes(values) if self.link == "votes" else model.scores(values)
        probabilities = model.score(row)[1]
        return probabilities if len(probabilities) > 2 else probabilities[1:]

    def _curves(self, kind: str) -> Callable[[list[float]], list[float]]:
        made = [CURVES[kind](*each) for each in self.known]
        if len(made) != (1 if len(self.model.classes) == 2 else len(self.model.classes)):
            raise ValueError(f"{len(made)} curves do not fit {len(self.model.classes)} classes")
        return lambda said: _shared([curve(each) for curve, each in zip(made, said, strict=True)])


def _shared(heights: list[float]) -> list[float]:
    """Of each class's own probability those of all."""
    if len(heights) == 1:
        return [1.0 - heights[0], heights[0]]
    total = 0.0
    for each in heights:
        total += each
    return [each / total for each in heights] if total else [1.0 / len(heights)] * len(heights)


def _sigmoid(slope: float, offset: float) -> Callable[[float], float]:
    return lambda said: sigmoid(-(slope * said + offset))


def _isotonic(places: Sequence[float], heights: Sequence[float]) -> Callable[[float], float]:
    if not len(places) or len(places) != len(heights):
        raise ValueError(f"a curve has {len(places)} places and {len(heights)} heights")

    def of(said: float) -> float:
        right = bisect_right(places, said)
        if not right:
            return heights[0]
        left = right - 1
        if right == len(places) or places[left] == said:
            return heights[left]
        slope = (heights[right] - heights[left]) / (places[right] - places[left])
        return slope * (said - places[left]) + heights[left]

    return of


CURVES: Mapping[str, Callable[..., Callable[[float], float]]] = {"sigmoid": _sigmoid, "isotonic": _isotonic}
