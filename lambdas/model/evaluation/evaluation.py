"""Judges an artifact on the holdout: builds the whole report, ready for JSON, with the verdict in it.

It scores the artifact that will be served, never the estimator that it was made from.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.champion import score_rival
from lambdas.model.evaluation.differences import differences
from lambdas.model.evaluation.measures import measure, threshold_sweep
from lambdas.model.evaluation.replay_sample import replay_sample
from lambdas.model.gate.parity import compare_answers
from lambdas.model.gate.thresholds import Verdict, judge
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe


def evaluate(
    recipe: Recipe, *, artifact: Artifact, holdout: Table, answers: Answers, champion: Artifact | None
) -> dict[str, Any]:
    """The report, and under `replay` the rows that the published version will be asked.

    `answers` are the estimator's for the holdout; `champion` is the live artifact, None without one. Raises
    ArtifactInvalid when the artifact itself cannot be scored on the holdout.
    """
    scored = artifact.score(holdout.features(recipe))
    measures = measure(holdout.labels, answers=scored, recipe=recipe)
    parity = compare_answers(scored, estimator=answers)
    rival = score_rival(champion, scored=scored, holdout=holdout, recipe=recipe) if champion else None
    beside = rival.compared if rival else None
    rules = [judge(threshold, value=measures.value(threshold)) for threshold in recipe.thresholds]
    no_worse = rival.rules(recipe, measures=measures) if rival else ()
    verdict = Verdict((*rules, *parity.rules(), *no_worse))
    theirs = beside.answers if beside else None
    return {
        "model": recipe.model,
        "positive": recipe.positive,
        **measures.to_document(),
        "threshold_sweep": threshold_sweep(holdout.labels, answers=scored, recipe=recipe),
        "parity": parity.to_document(),
        "champion": rival.to_document() if rival else None,
        "paired": beside.paired.to_document(significance=recipe.significance) if beside else None,
        "differences": differences(recipe, holdout=holdout, challenger=scored, champion=theirs) if theirs else [],
        "rules": [asdict(rule) for rule in verdict.rules],
        "passed": verdict.passed,
        "reason": verdict.reason,
        "replay": replay_sample(recipe, schema=artifact.schema, holdout=holdout, scored=scored, champion=theirs),
    }
