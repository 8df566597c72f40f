"""Turns scores into probabilities, for every format whose models add up scores, and these into a label."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .values import TYPE_CHECKING, Value

if TYPE_CHECKING:
    from typing import Any

    Number = Any
    """A float, or a numpy array of such."""


def sigmoid(score: float) -> float:
    """1 / (1 + exp(-score)) without overflow.

    >>> sigmoid(0.0), sigmoid(-1e9), sigmoid(1e9)
    (0.5, 0.0, 1.0)
    """
    if score >= 0:
        return 1.0 / (1.0 + math.exp(-score))
    power = math.exp(score)
    return power / (1.0 + power)


def softmax(scores: Sequence[float]) -> list[float]:
    """exp(score) / sum(exp(scores)) without overflow.

    >>> softmax([1000.0, 1000.0])
    [0.5, 0.5]
    """
    largest = max(scores)
    powers = [math.exp(score - largest) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def rounded32(number: float) -> float:
    """The nearest 32-bit float."""
    cell = memoryview(bytearray(4)).cast("f")
    cell[0] = number
    return cell[0]


HALF = 0.5
LARGEST_POWER = 88.7
"""exp of more is no 32-bit float. Source: Sigmoid in src/common/math.h of XGBoost."""


def sigmoid32(score: float) -> float:
    """As XGBoost makes it: in 32-bit floats, from one of them. At a score of 1e-8 it is 0.5 already.

    >>> sigmoid32(0.0), sigmoid32(1e-8), sigmoid32(-1e4) < 1e-38
    (0.5, 0.5, True)
    """
    return rounded32(1.0 / rounded32(1.0 + rounded32(math.exp(min(-score, LARGEST_POWER)))))


def shares32(scores: Sequence[float]) -> list[float]:
    """As XGBoost makes them: in 32-bit floats, from such.

    >>> shares32([1.0, 1.0])
    [0.5, 0.5]
    """
    largest = max(scores)
    powers = [rounded32(math.exp(rounded32(score - largest))) for score in scores]
    total = rounded32(sum(powers))
    return [rounded32(power / total) for power in powers]


def sums32(base: Sequence[float], terms: Sequence[float]) -> list[float]:
    """Sums in 32-bit floats, which take turns with the terms. A sum of two in Python's floats, rounded once, has the
    bits of the sum in 32.

    >>> sums32([0.5], [2.0**-24, 1.0])
    [1.5]
    """
    from array import array  # here, because no scorecard needs it

    totals = array("f", base)
    for place in range(len(totals)):
        for term in terms[place :: len(totals)]:
            totals[place] += term
    return totals.tolist()


def logistic32(classes: Sequence[str], base: Sequence[float], terms: Sequence[float]) -> tuple[str, list[float]]:
    """Label and probabilities of two classes. XGBoost takes the label of these, so that at 0.5 the first wins."""
    second = sigmoid32(sums32(base, terms)[0])
    return classes[second > HALF], [1.0 - second, second]


def softmax32(classes: Sequence[str], base: Sequence[float], terms: Sequence[float]) -> tuple[str, list[float]]:
    """Label and probabilities of more classes."""
    shares = shares32(sums32(base, terms))
    return classes[shares.index(max(shares))], shares


class OperatingPoint(Value):
    """The threshold that the probability of the positive class is held to, in a model of two classes:

        label  =  the positive class if P(positive) >= threshold, else the other one

    Evaluate asks `reached` of whole arrays: numpy compares two floats as Python does, so what is judged serves.

    >>> OperatingPoint("attack", 0.3).label({"attack": 0.3, "normal": 0.7})
    'attack'
    """

    positive: str
    threshold: float
    """More than 0, at most 1."""

    @classmethod
    def in_schema(cls, schema: Mapping[str, Any]) -> OperatingPoint | None:
        """The one that an artifact's schema has; None without. Raises KeyError, TypeError or ValueError."""
        if "threshold" not in schema:
            return None
        document = schema["threshold"]
        threshold = float(document["probability"])
        if not 0 < threshold <= 1:
            raise ValueError(f"the threshold is {threshold}: expected more than 0, at most 1")
        return cls(document["positive"], threshold)

    def to_document(self) -> dict[str, Any]:
        return {"positive": self.positive, "probability": self.threshold}

    def reached(self, probability: Number) -> Number:
        """Whether the positive class is answered at this probability of it; never at NaN."""
        return probability >= self.threshold

    def label(self, probabilities: Mapping[str, float]) -> str:
        """The answer to a row with these probabilities of both classes."""
        return self.positive if self.reached(probabilities[self.positive]) else self.other(list(probabilities))

    def other(self, classes: Sequence[str]) -> str:
        """The class that is not the positive one; raises ValueError unless it is one of two."""
        others = [name for name in classes if name != self.positive]
        if len(classes) != 2 or len(others) != 1:
            raise ValueError(f"a threshold of {self.positive!r:.40} is for two classes, one of them that")
        return others[0]

    @property
    def log_odds(self) -> float:
        """ln(t / (1 - t)): the lead of the positive class over the other at the threshold, in a model whose lead is
        ln(p / (1 - p)); infinite at a threshold of 1.

        >>> OperatingPoint("attack", 0.5).log_odds
        0.0
        """
        return math.log(self.threshold) - math.log1p(-self.threshold) if self.threshold < 1 else math.inf
