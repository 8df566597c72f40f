"""Judges an artifact on the holdout: builds the whole report, ready for JSON, with the verdict in it.

It scores the artifact that will be served, never the estimator that it was made from. The holdout comes in parts, and
how it is cut into them decides nothing.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.exact import PROBABILITY_TOLERANCE
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.anchor import AnchorVersion, has_anchor, judge_anchor
from lambdas.model.evaluation.champion import Champion
from lambdas.model.evaluation.counted import Counted
from lambdas.model.evaluation.measures import Measures
from lambdas.model.evaluation.tally.holdout import Holdout
from lambdas.model.evaluation.tally.tally import ANCHOR, CHALLENGER, CHAMPION, Keep
from lambdas.model.evaluation.verdict import judged
from lambdas.model.gate.dummy_classifier import passing_class
from lambdas.model.metrics.curves import SWEPT
from lambdas.model.recipe import Recipe


def evaluate(
    recipe: Recipe,
    *,
    artifact: Artifact,
    holdout: Holdout,
    champion: Artifact | None,
    anchor: AnchorVersion | None = None,
    keep: Keep | None = None,
    tolerance: float = PROBABILITY_TOLERANCE,
) -> dict[str, Any]:
    """The report, and under `replay` the rows that the published version will be asked.

    `champion` is the live artifact, None without one, as is `anchor`; `keep` takes the answers row by row;
    `tolerance` is that of the artifact's format, for its probabilities beside the estimator's. Raises ArtifactInvalid
    when the artifact itself cannot be scored on the holdout, ClassUnknown when it answers a class that is not the
    recipe's.
    """
    is_anchored = has_anchor(recipe)
    others = {CHAMPION: champion, ANCHOR: anchor.artifact if anchor and is_anchored else None}
    versions = {CHALLENGER: artifact, **{name: each for name, each in others.items() if each is not None}}
    measures = Measures.taken(recipe, versions=versions, holdout=holdout, keep=keep)
    challenger, squares, parity = measures.challenger, measures.tally.copies.squares(), measures.tally.parity
    live = Champion.of(recipe, measures.beside(CHAMPION))
    compared = live.compared if live else None
    held = None
    if is_anchored:
        beside = measures.beside(ANCHOR)
        held = judge_anchor(anchor, beside=beside, challenger=challenger, recipe=recipe, champion=compared)
    verdict = judged(
        recipe,
        challenger=challenger,
        squares=squares,
        parity=parity.rules(tolerance=tolerance),
        live=live,
        anchor=held.rules if held else (),
    )
    shown = [live.summary(recipe) if live else "", held.summary if held else ""] if verdict.passed else []
    return {
        "model": recipe.model,
        "positive": recipe.positive,
        **challenger.to_document(),
        "squares": squares.tolist(),
        "threshold": _at_its_threshold(artifact, challenger),
        "threshold_sweep": measures.threshold_sweep(),
        "parity": parity.to_document(),
        "champion": {**live.to_document(), "threshold": champion and _threshold(champion)} if live else None,
        "comparison": compared.to_document(decides=recipe.compare_with_champion) if compared else None,
        "anchor": held.to_document() if held else None,
        "flips": measures.flips(),
        "differences": measures.differences(),
        "rules": [asdict(rule) for rule in verdict.rules],
        "passing_class": passing_class(recipe.thresholds, supports=challenger.supports, positive=recipe.positive),
        "passed": verdict.passed,
        "reason": "; ".join(filter(None, (verdict.reason, *shown))),
        "replay": measures.replay_sample(),
    }


def _threshold(artifact: Artifact) -> dict[str, Any] | None:
    point = artifact.schema.operating_point
    return point.to_document() if point else None


def _at_its_threshold(artifact: Artifact, counted: Counted) -> dict[str, Any] | None:
    """The operating point, and what it is worth on this holdout: its place on the curves. None without one."""
    point = artifact.schema.operating_point
    if point is None:
        return None
    ratios = counted.to_document()["ratios"][point.positive]
    return {**point.to_document(), **{name: ratios[name] for name in SWEPT}}
