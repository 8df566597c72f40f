"""Tells by what lead a label won over the class that comes next, and which columns moved the lead most.

The lead is a constant and what each column adds to it, of a scorecard as of any model: see `Scorer.added`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from ...refusal import Refused, shown
from ...values import TYPE_CHECKING

if TYPE_CHECKING:
    from ...schema import Row
    from ...scorer import Scorer

NAME = "why"
COLUMNS_MAX = 100
ACCEPTED = f"how many columns: 1 to {COLUMNS_MAX}"


def most_in(value: object) -> int:
    """How many columns a request asks for: a number in JSON, or the texts of a query string; raises Refused."""
    if isinstance(value, list):
        if len(value) != 1:
            raise Refused("WhyMalformed", f"{NAME} is given {len(value)} times", field=NAME, accepted="one value")
        (text,) = value
        value = int(text) if _is_short_number(text) else text if isinstance(text, str) else value
    if type(value) is not int or not 1 <= value <= COLUMNS_MAX:
        raise Refused("WhyMalformed", f"{NAME} is {shown(value)}: expected {ACCEPTED}", field=NAME, accepted=ACCEPTED)
    return value


def of_row(scorer: Scorer, row: Row, *, label: str, most: int) -> dict[str, object]:
    """What moved the row's prediction, which is `label`."""
    columns = [column.name for column in scorer.schema.columns]
    return of_lead(scorer.added(row), columns=columns, label=label, most=most)


def of_lead(
    added: Mapping[str, Sequence[float]], *, columns: Sequence[str], label: str, most: int
) -> dict[str, object]:
    """Of each class the constant of its score, then what each column adds: the lead of `label` over the next class.

    `columns` of the answer are those that move the lead most, first the one that moves it most; `others` is what the
    rest add together. The constant, the columns and the others add up to `lead`.

    >>> added = {"no": [0.0, 0.0, 0.0], "yes": [-1.0, 0.5, 2.0]}
    >>> of_lead(added, columns=["age", "income"], label="yes", most=1)
    {'against': 'no', 'lead': 1.5, 'constant': -1.0, 'columns': [{'column': 'income', 'adds': 2.0}], 'others': 0.5}
    """
    if not all(math.isfinite(2 * sum(map(abs, parts))) for parts in added.values()):  # so that a difference is too
        raise Refused("FeatureOutOfRange", "these numbers are too large to be explained", accepted="smaller numbers")
    against = max((name for name in added if name != label), key=lambda name: math.fsum(added[name]))
    constant, *adds = (one - other for one, other in zip(added[label], added[against], strict=True))
    order = sorted(range(len(adds)), key=lambda place: -abs(adds[place]))
    return {
        "against": against,
        "lead": math.fsum([constant, *adds]),
        "constant": constant,
        "columns": [{"column": columns[place], "adds": adds[place]} for place in order[:most]],
        "others": math.fsum(adds[place] for place in order[most:]),
    }


def _is_short_number(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= len(str(COLUMNS_MAX))
