"""Judges an artifact on the holdout: builds the whole report, ready for JSON, with the verdict in it.

It scores the artifact that will be served, never the estimator that it was made from.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.anchor import AnchorVersion, has_anchor, judge_anchor
from lambdas.model.evaluation.champion import score_champion
from lambdas.model.evaluation.differences import differences
from lambdas.model.evaluation.flips import flips
from lambdas.model.evaluation.measures import score
from lambdas.model.evaluation.replay_sample import replay_sample
from lambdas.model.evaluation.verdict import judged
from lambdas.model.gate.baseline import passing_class
from lambdas.model.gate.parity import compare_answers
from lambdas.model.metrics.confusion import squared_copies
from lambdas.model.predictions import Answers
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import row_hashes


def evaluate(
    recipe: Recipe,
    *,
    artifact: Artifact,
    holdout: Table,
    answers: Answers,
    champion: Artifact | None,
    anchor: AnchorVersion | None = None,
) -> dict[str, Any]:
    """The report, and under `replay` the rows that the published version will be asked.

    `answers` are the estimator's for the holdout; `champion` is the live artifact, None without one, as is `anchor`.
    Raises ArtifactInvalid when the artifact itself cannot be scored on the holdout.
    """
    challenger = score(artifact, holdout=holdout, recipe=recipe)
    mine = challenger.answers
    parity = compare_answers(mine, estimator=answers)
    against_anchor = partial(judge_anchor, anchor, challenger=challenger, holdout=holdout, recipe=recipe)
    # An anchor that is not the champion comes first: it is forgotten before the champion's answers need memory.
    held = against_anchor(champion=None) if has_anchor(recipe) else None
    live = score_champion(champion, challenger=challenger, holdout=holdout, recipe=recipe) if champion else None
    compared = live.compared if live else None
    theirs = live.answers if live else None
    if held and compared and anchor and anchor.is_champion:
        held = against_anchor(champion=compared)
    alike = row_hashes(holdout).view(np.int64)
    squares = squared_copies(holdout.labels, mine.labels, labels=recipe.class_names, alike=alike)
    verdict = judged(
        recipe,
        challenger=challenger.counted,
        squares=squares,
        parity=parity.rules(),
        live=live,
        anchor=held.rules if held else (),
    )
    shown = [live.summary(recipe) if live else "", held.summary if held else ""] if verdict.passed else []
    return {
        "model": recipe.model,
        "positive": recipe.positive,
        **challenger.counted.to_document(),
        "squares": squares.tolist(),
        "threshold_sweep": challenger.threshold_sweep,
        "parity": parity.to_document(),
        "champion": live.to_document() if live else None,
        "comparison": compared.to_document(decides=recipe.compare_with_champion) if compared else None,
        "anchor": held.to_document() if held else None,
        "flips": _flips(recipe, artifact, champion, holdout=holdout, answers=(mine, theirs)),
        "differences": differences(recipe, holdout=holdout, challenger=mine, champion=theirs) if theirs else [],
        "rules": [asdict(rule) for rule in verdict.rules],
        "passing_class": passing_class(
            recipe.thresholds, supports=challenger.counted.supports, positive=recipe.positive
        ),
        "passed": verdict.passed,
        "reason": "; ".join(filter(None, (verdict.reason, *shown))),
        "replay": replay_sample(recipe, schema=artifact.schema, holdout=holdout, scored=mine, champion=theirs),
    }


def _flips(
    recipe: Recipe,
    artifact: Artifact,
    champion: Artifact | None,
    *,
    holdout: Table,
    answers: tuple[Answers, Answers | None],
) -> dict[str, Any] | None:
    """None without a champion, or where it could not be scored."""
    mine, theirs = answers
    if champion is None or theirs is None:
        return None
    return flips(recipe, holdout=holdout, models=(artifact, champion), answers=(mine, theirs))
