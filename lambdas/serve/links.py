"""Turns scores into probabilities, for every format whose models add up scores."""

from __future__ import annotations

import math
from collections.abc import Sequence


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
