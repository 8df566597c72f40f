"""Scores the champion on the challenger's holdout, and applies the rules that the challenger must be no worse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import ArtifactInvalid
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.measures import Measures, score
from lambdas.model.gate.mcnemar import Paired, paired
from lambdas.model.gate.thresholds import RuleResult, compare, no_comparison
from lambdas.model.metrics.confusion import ClassUnknown
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe


@dataclass(frozen=True)
class Compared:
    """A champion that could be scored."""

    measures: Measures
    paired: Paired


@dataclass(frozen=True)
class Champion:
    """The champion's scores on the same holdout, or why it could not be scored."""

    compared: Compared | None
    problem: str = ""

    def to_document(self) -> dict[str, Any]:
        measured = self.compared.measures.to_document() if self.compared else {}
        return {"scored": self.compared is not None, "problem": self.problem or None, **measured}

    def rules(self, recipe: Recipe, *, challenger: Measures) -> Iterator[RuleResult]:
        """The rules that the challenger is no worse than the champion: each metric by its margin, and row by row."""
        if not recipe.compare_with_champion:
            return
        for threshold in recipe.thresholds:
            if not threshold.compares_with_champion:
                continue
            if self.compared is None:
                name = f"{threshold.name}, no worse than the champion"
                yield no_comparison(name, why=self.problem, threshold=threshold)
            else:
                champion = self.compared.measures.value(threshold)
                yield compare(threshold, value=challenger.value(threshold), champion=champion)
        if self.compared is not None:
            yield self.compared.paired.rule(significance=recipe.significance)


def score_champion(artifact: Artifact, *, challenger: Measures, holdout: Table, recipe: Recipe) -> Champion:
    """Score the champion. Never raises: for a champion that does not fit the holdout, the result says why."""
    try:
        measures = score(artifact, holdout=holdout, recipe=recipe)
    except (ArtifactInvalid, ValueError) as exc:
        why = f"{exc}" if isinstance(exc, ArtifactInvalid | ClassUnknown) else type(exc).__name__
        return Champion(None, f"the champion cannot be scored on this holdout: {why}")
    labels = (challenger.answers.labels, measures.answers.labels)
    return Champion(Compared(measures, paired(holdout.labels, challenger=labels[0], champion=labels[1])))
