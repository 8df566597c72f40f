"""Refuses a row that has no score, with the reason."""

from __future__ import annotations

from ..refusal import Refused
from ..values import TYPE_CHECKING

if TYPE_CHECKING:
    from ..schema import Row
    from ..scorer import Scorer


def refusal(scorer: Scorer, row: Row) -> Refused:
    """A function of the model is not defined for a number of the row, or the score is no finite number."""
    undefined = scorer.undefined(row)
    if undefined is None:
        message = "these numbers are too large to be scored"
        return Refused("FeatureOutOfRange", message, accepted="smaller numbers")
    from ..number_functions import refused

    position, steps = undefined
    return refused(scorer.schema.columns[position].name, row[position], steps)
