"""Decides whether a new model becomes the anchor, the version that new models are compared with beside the champion.

A fall that no night notices may come again every night, and the champion falls with it. The anchor stands still:
another model takes its place only when that is proved better by more than TIMES its margin in some ratio, and is
observed no worse in every ratio. With TIMES = 1 the luckiest of many equally good models would become the anchor, and
with 113,500 rows half of the others would then be refused. If one ratio could pay for another, the anchor would walk:
a little less recall for a little more precision, again and again.

Source: Blum and Hardt, The Ladder: a reliable leaderboard for machine learning competitions, ICML 2015, PMLR 37,
1006-1014, for the step that an improvement has to make; Feng, Emerson and Simon, Approval policies for modifications
to machine learning-based software as a medical device, Biometrics 77 (2021) 31-44, for what creeps without an anchor.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdas.model.gate.comparison import Comparisons, compared_ratios
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.statistics.compared import Compared
from lambdas.model.gate.statistics.max_t import family_wise
from lambdas.model.gate.statistics.score_test import score_test
from lambdas.model.gate.thresholds import GateRule

TIMES = 2
SHARE = 0.75
"""Of 1 - sure, how often a family of equal ratios may be found worse than the anchor by chance, or better.

A verdict has two such families, one against the champion and one against the anchor. With a margin of 0.001 they
refuse 6 % of equally good models together; with a share of 1 it would be 7 %, and with a half of it the data could
rot by another half point a year on 600 rows. With a margin of 0.01 they refuse less than 1 % in any case.
"""


def of_the_anchor(sure: float) -> float:
    """How sure it has to be that a model is worse than the anchor, or better."""
    return 1 - SHARE * (1 - sure)


def proved_better(
    joint: JointCounts, thresholds: Sequence[GateRule], *, labels: Sequence[str], sure: float
) -> list[str]:
    """The names of the ratios in which the challenger is proved better by more than TIMES the margin, as one family.

    `joint` has the anchor in the champion's place.
    """
    stepped = [
        (threshold, Compared(ratio.metric, ratio.index, -TIMES * ratio.margin))
        for threshold, ratio in compared_ratios(thresholds, labels=labels)
        if TIMES * ratio.margin < 1
    ]
    if not stepped:
        return []
    test = score_test(joint, [ratio for _, ratio in stepped])
    family = family_wise(-test.z, covariance=test.covariance, sure=sure)
    return [threshold.name for place, (threshold, _) in enumerate(stepped) if test.z[place] > family.critical]


def observed_worse(found: Comparisons, thresholds: Sequence[GateRule], *, labels: Sequence[str]) -> list[str]:
    """The names of the ratios that are worse than the anchor's on these rows, by however little, or undefined.

    One that only the anchor lacks is not: there is nothing to be worse than.
    """

    def is_worse(threshold: GateRule, sign: int) -> bool:
        each = found.of(threshold)
        return each.challenger is None or (each.difference is not None and sign * each.difference < 0)

    ratios = compared_ratios(thresholds, labels=labels)
    return [threshold.name for threshold, ratio in ratios if is_worse(threshold, ratio.sign)]
