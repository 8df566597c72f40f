"""Applies all rules of a recipe to what was measured of both models.

It never sees a row, so that a kept report can be judged again.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdas.model.arrays import Integers
from lambdas.model.evaluation.champion import Champion
from lambdas.model.evaluation.counted import Counted
from lambdas.model.gate.judging import judge
from lambdas.model.gate.thresholds import GateRule, RuleResult, Verdict
from lambdas.model.metrics.ratios import FLIPS
from lambdas.model.recipe import Recipe


def judged(
    recipe: Recipe,
    *,
    challenger: Counted,
    squares: Integers | None,
    parity: Sequence[RuleResult],
    live: Champion | None,
    anchor: Sequence[RuleResult] = (),
) -> Verdict:
    """`squares` are the `squared_copies` of the challenger's matrix, `live` is None without a champion.

    `anchor` are the rules against the anchor, as `anchor.judge_anchor` has them.
    """
    rules = [
        _flips(each, live=live)
        if each.metric == FLIPS
        else judge(each, value=challenger.value(each), proportion=challenger.proportion(each, squares=squares))
        for each in recipe.thresholds
    ]
    against = live.rules(recipe, challenger=challenger) if live else ()
    return Verdict((*rules, *parity, *against, *anchor))


def _flips(threshold: GateRule, *, live: Champion | None) -> RuleResult:
    if live is not None:
        return live.flips(threshold)
    return RuleResult(threshold.name, None, threshold.direction, None, True, "nothing was live, so no answer changes")
