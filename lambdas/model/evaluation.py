"""Judges an artifact on the holdout: the whole report, ready for JSON, and the verdict in it.

What is scored is the artifact that will be served, never the estimator that it was made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.errors import ArtifactInvalid
from lambdas.model.answers import Answers
from lambdas.model.artifact import Artifact
from lambdas.model.measures import Measures, measure, threshold_sweep
from lambdas.model.parity import compare_answers
from lambdas.model.recipe import Recipe
from lambdas.model.table import Table
from lambdas.model.thresholds import RuleResult, Verdict, compare, judge, no_comparison


def evaluate(
    recipe: Recipe, *, artifact: Artifact, holdout: Table, answers: Answers, champion: Artifact | None
) -> dict[str, Any]:
    """The report. `answers` are the estimator's for the holdout; `champion` is the live artifact, None without one.

    Raises ArtifactInvalid when the artifact itself cannot be scored on the holdout.
    """
    scored = artifact.score(holdout.features(recipe))
    measures = measure(holdout.labels, answers=scored, recipe=recipe)
    parity = compare_answers(scored, estimator=answers)
    rival = _score_champion(champion, holdout=holdout, recipe=recipe)
    rules = [judge(threshold, value=measures.value(threshold)) for threshold in recipe.thresholds]
    verdict = Verdict((*rules, *parity.rules(), *_comparisons(recipe, measures=measures, rival=rival)))
    return {
        "model": recipe.model,
        "positive": recipe.positive,
        **measures.to_document(),
        "threshold_sweep": threshold_sweep(holdout.labels, answers=scored, recipe=recipe),
        "parity": parity.to_document(),
        "champion": rival.to_document() if rival else None,
        "rules": [asdict(rule) for rule in verdict.rules],
        "passed": verdict.passed,
        "reason": verdict.reason,
    }


@dataclass(frozen=True)
class Rival:
    """The champion on the same holdout: its measures, or why there are none. A paired test finds its place here."""

    measures: Measures | None
    problem: str = ""

    def to_document(self) -> dict[str, Any]:
        measured = self.measures.to_document() if self.measures else {}
        return {"scored": self.measures is not None, "problem": self.problem or None, **measured}


def _score_champion(champion: Artifact | None, *, holdout: Table, recipe: Recipe) -> Rival | None:
    if champion is None:
        return None
    try:
        answers = champion.score(holdout.features(recipe))
        return Rival(measure(holdout.labels, answers=answers, recipe=recipe))
    except (ArtifactInvalid, ValueError) as exc:
        return Rival(None, f"the champion cannot be scored on this holdout: {exc}")


def _comparisons(recipe: Recipe, *, measures: Measures, rival: Rival | None) -> Iterator[RuleResult]:
    if rival is None or not recipe.compare_with_champion:
        return
    for threshold in recipe.thresholds:
        if not threshold.compares_with_champion:
            continue
        if rival.measures is None:
            name = f"{threshold.name}, no worse than the champion"
            yield no_comparison(name, why=rival.problem, threshold=threshold)
        else:
            yield compare(threshold, value=measures.value(threshold), champion=rival.measures.value(threshold))
