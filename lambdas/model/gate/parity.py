"""Checks that the artifact gives the estimator's answers, as rules of the gate: what is served must be what was
fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chalicelib.exact import PROBABILITY_TOLERANCE
from chalicelib.values import Value
from lambdas.model.gate.thresholds import AT_MOST, RuleResult, check
from lambdas.model.predictions import Answers

LABELS = "labels that differ from the estimator's"
PROBABILITIES = "largest difference from the estimator's probabilities"
RULES = (LABELS, PROBABILITIES)
"""The names of the rules."""


class Parity(Value):
    """How far artifact and estimator are apart on some rows."""

    rows: int
    answered: int
    """By the estimator: as many rows, or nothing can be compared."""
    mismatches: int = 0
    """Labels that differ."""
    largest: float = 0.0
    """Difference of two probabilities; NaN or infinity where one is not a number."""
    strange: str = ""
    """The classes of both, where they are not the same."""

    @classmethod
    def merged(cls, many: Sequence[Parity]) -> Parity:
        """Of all rows. At least one."""
        return cls(
            sum(each.rows for each in many),
            sum(each.answered for each in many),
            sum(each.mismatches for each in many),
            float(np.max([each.largest for each in many])),
            next((each.strange for each in many if each.strange), ""),
        )

    @property
    def problem(self) -> str:
        """Why they cannot be compared; empty where they can."""
        if self.strange or self.rows == self.answered:
            return self.strange
        return f"there are {self.rows} and {self.answered} answers"

    @property
    def label_mismatches(self) -> int | None:
        """None where they cannot be compared."""
        return None if self.problem else self.mismatches

    @property
    def largest_difference(self) -> float | None:
        """None where they cannot be compared, or a probability is not a number."""
        return None if self.problem or not np.isfinite(self.largest) else self.largest

    def rules(self, *, tolerance: float = PROBABILITY_TOLERANCE) -> tuple[RuleResult, ...]:
        """No label may differ, no probability by more than the tolerance, which is the format's."""
        return (
            check(
                LABELS,
                value=self.label_mismatches,
                direction=AT_MOST,
                bound=0,
                undefined=self.problem,
            ),
            check(
                PROBABILITIES,
                value=self.largest_difference,
                direction=AT_MOST,
                bound=tolerance,
                undefined=self.problem or "a probability is not a number",
            ),
        )

    def to_document(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "label_mismatches": self.label_mismatches,
            "largest_difference": self.largest_difference,
        }


def compare_answers(artifact: Answers, *, estimator: Answers) -> Parity:
    """Row by row, class by class; both in the same order of rows."""
    if artifact.classes != estimator.classes:
        strange = f"the classes are {artifact.classes} and {estimator.classes}"
        return Parity(len(artifact), len(estimator), strange=strange)
    if len(artifact) != len(estimator):
        return Parity(len(artifact), len(estimator))
    differences = np.abs(artifact.probabilities - estimator.probabilities)
    return Parity(
        len(artifact),
        len(estimator),
        int((artifact.labels != estimator.labels).sum()),
        float(differences.max(initial=0.0)),
    )
