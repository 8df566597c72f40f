"""Models that are right as often as one wishes, and whose copies of a row get the same answer."""

from __future__ import annotations

import numpy as np

from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.serve.schema import Schema

COLUMNS = [{"kind": "number", "name": name, "minimum": None, "maximum": None} for name in ("size", "age")]


class Guess:
    """An artifact for two classes that is wrong on about this share of the holdout's different rows."""

    schema = Schema.from_document({"columns": COLUMNS})

    def __init__(self, wrong: float, *, seed: int, holdout: Table) -> None:
        rng = np.random.default_rng(seed)
        _, places = np.unique(holdout.numeric, axis=0, return_inverse=True)
        drawn = rng.random(places.max() + 1)[places.ravel()]
        first, last = self.classes = tuple(sorted(set(holdout.labels.tolist())))
        labels = np.where(drawn < wrong, np.where(holdout.labels == first, last, first), holdout.labels)
        sure = np.where(labels == first, 0.6 + drawn / 3, 0.4 - drawn / 3)
        self.answers = Answers(self.classes, labels, np.column_stack([sure, 1 - sure]))

    def score(self, features: object) -> Answers:
        return self.answers
