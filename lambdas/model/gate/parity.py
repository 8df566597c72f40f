"""Checks that the artifact gives the estimator's answers, as rules of the gate: what is served must be what was
fitted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.exact import PROBABILITY_TOLERANCE
from lambdas.model.gate.thresholds import AT_MOST, RuleResult, check
from lambdas.model.predictions import Answers

LABELS = "labels that differ from the estimator's"
PROBABILITIES = "largest difference from the estimator's probabilities"
RULES = (LABELS, PROBABILITIES)
"""The names of the rules."""


@dataclass(frozen=True)
class Parity:
    """How far artifact and estimator are apart; None where they cannot be compared, for the reason in `problem`."""

    rows: int
    label_mismatches: int | None
    largest_difference: float | None
    problem: str

    def rules(self) -> tuple[RuleResult, ...]:
        """No label may differ, no probability by more than the tolerance."""
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
                bound=PROBABILITY_TOLERANCE,
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
        return Parity(len(artifact), None, None, f"the classes are {artifact.classes} and {estimator.classes}")
    if len(artifact) != len(estimator):
        return Parity(len(artifact), None, None, f"there are {len(artifact)} and {len(estimator)} answers")
    differences = np.abs(artifact.probabilities - estimator.probabilities)
    largest = float(differences.max()) if differences.size else 0.0
    mismatches = int((artifact.labels != estimator.labels).sum())
    return Parity(len(artifact), mismatches, largest if np.isfinite(largest) else None, "")
