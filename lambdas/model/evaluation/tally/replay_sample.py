"""Draws rows of the holdout, with the artifact's answers, for the replay of the published version.

Rows on which champion and challenger disagree come first, because they reveal a version that serves the wrong
artifact; then the classes take turns, so that a rare class is asked as often as the data allows.

Each row has a number, drawn by its position in the holdout; those with the lowest numbers are taken. So every part
hands on the few of its rows that could be among them, and how the holdout is cut changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lambdas.model.arrays import Integers
from lambdas.model.artifact import Features, as_json
from lambdas.model.predictions import Answers
from lambdas.model.splitting.row_hashes import STEP, mixed
from lambdas.serve.schema import Schema
from lambdas.serve.seldom.date_texts import DateColumn

ROWS_MAX = 200
DISAGREEING_MAX = 50

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Drawn:
    """(m,) each, for m rows: all that can be in the sample, and no more of them than ROWS_MAX + DISAGREEING_MAX."""

    numbers: NDArray[np.uint64]
    """The lowest are taken."""
    rows: Integers
    """Their positions in the holdout."""
    classes: Integers
    """The order in which the true class takes its turn."""
    disagrees: Flags
    """Whether the champion answers otherwise."""
    instances: list[dict[str, Any]]
    """As a request has them."""
    expected: list[dict[str, Any]]
    """The label and the probabilities by class."""

    @classmethod
    def of(
        cls,
        true: Integers,
        features: Features,
        *,
        begin: int,
        seed: int,
        classes: Sequence[str],
        schema: Schema,
        scored: Answers,
        disagrees: Flags,
    ) -> Drawn:
        """Of n rows, of which the first one is row `begin` of the holdout.

        `scored` is what the artifact says of them, `schema` what it takes. A row that it scores with NaN or an
        infinity is left out: serving refuses it, and the gate does not pass it. No other row would be refused:
        Preprocess and the scoring before this would have raised.
        """
        rows = np.flatnonzero(np.isfinite(scored.probabilities).all(axis=1))
        numbers = _numbers(rows + begin, seed=seed)
        turns = np.argsort(np.argsort(np.array(classes, dtype=np.str_)))[true[rows]]
        first, rest = _in_order(numbers, classes=turns, disagrees=disagrees[rows])
        kept = np.concatenate([first, rest[:ROWS_MAX]])
        taken = rows[kept]
        columns = {
            column.name: as_json(features[column.name][taken], is_date=isinstance(column, DateColumn))
            for column in schema.columns
        }
        answers = zip(scored.labels[taken].tolist(), scored.probabilities[taken].tolist(), strict=True)
        return cls(
            numbers[kept],
            taken + begin,
            turns[kept],
            disagrees[taken],
            [
                dict(schema.as_request({name: values[place] for name, values in columns.items()}))
                for place in range(len(taken))
            ],
            [
                {"label": label, "probabilities": dict(zip(scored.classes, shares, strict=True))}
                for label, shares in answers
            ],
        )

    @classmethod
    def merged(cls, many: Sequence[Drawn]) -> Drawn:
        """Of all rows. At least one.

        A row that one of them left out has ROWS_MAX others of it before it, and so it has here.
        """
        numbers, rows, classes, disagrees = (
            np.concatenate([getattr(each, name) for each in many])
            for name in ("numbers", "rows", "classes", "disagrees")
        )
        first, rest = _in_order(numbers, classes=classes, disagrees=disagrees)
        return cls(
            numbers,
            rows,
            classes,
            disagrees,
            [instance for each in many for instance in each.instances],
            [answer for each in many for answer in each.expected],
        )._take(np.concatenate([first, rest[:ROWS_MAX]]))

    def to_document(self, *, is_compared: bool) -> dict[str, Any]:
        """`instances`, as a request has them, and `expected`: of each its label and probabilities by class. At most
        ROWS_MAX, in the order of the holdout. Where the champion cannot be compared, none disagrees."""
        found = self if is_compared else replace(self, disagrees=np.zeros_like(self.disagrees))
        first, rest = _in_order(found.numbers, classes=found.classes, disagrees=found.disagrees)
        taken = np.concatenate([first, rest[: ROWS_MAX - len(first)]])
        sample = found._take(taken[np.argsort(found.rows[taken])])
        return {"instances": sample.instances, "expected": sample.expected}

    def _take(self, places: Integers) -> Drawn:
        return Drawn(
            self.numbers[places],
            self.rows[places],
            self.classes[places],
            self.disagrees[places],
            [self.instances[place] for place in places.tolist()],
            [self.expected[place] for place in places.tolist()],
        )


def _numbers(rows: Integers, *, seed: int) -> NDArray[np.uint64]:
    """(n,): of each position in the holdout its number, which is no other position's."""
    start = mixed(np.array([seed], dtype=np.uint64) + STEP)
    return mixed(rows.astype(np.uint64) * STEP + start)


def _in_order(numbers: NDArray[np.uint64], *, classes: Integers, disagrees: Flags) -> tuple[Integers, Integers]:
    """Places: of up to DISAGREEING_MAX rows on which the two disagree, and of the others, by classes in turns."""
    shuffled = np.argsort(numbers)
    differ = disagrees[shuffled]
    is_first = differ & (np.cumsum(differ) <= DISAGREEING_MAX)
    rest = shuffled[~is_first]
    return shuffled[is_first], rest[_turns(classes[rest])]


def _turns(classes: Integers) -> Integers:
    """Places, with the classes taking turns."""
    order = np.argsort(classes, kind="stable")
    begins = np.searchsorted(classes[order], classes)
    ranks = np.empty(len(classes), dtype=np.int64)
    ranks[order] = np.arange(len(classes))
    return np.lexsort((classes, ranks - begins))
