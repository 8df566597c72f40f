"""Which rules a verdict holds, in which order; tests/unit/lambdas/model/gate/ has what each of them says."""

from __future__ import annotations

import pytest

from lambdas.model.evaluation.champion import Champion
from lambdas.model.evaluation.counted import Counted
from lambdas.model.evaluation.verdict import judged
from lambdas.model.gate.thresholds import RuleResult, at_least, at_most_flips
from tests.given import data

RECIPE = data.numeric_recipe(thresholds=[at_least("accuracy", bound=0.6, margin=0.3), at_most_flips(0.1)])
CHALLENGER = Counted(("bad", "good"), [[9, 1], [1, 9]], {})
UNSCORED = Champion(None, "it cannot be scored")


def rule(name: str) -> RuleResult:
    return RuleResult(name, None, ">=", None, True, "it holds")


@pytest.mark.parametrize(
    ("live", "compared", "reason"),
    [
        (None, [], "nothing was live, so no answer changes"),
        (UNSCORED, ["accuracy, against the champion"], "it cannot be scored"),
    ],
    ids=["nothing live", "a champion that cannot be scored"],
)
def test_thresholds_come_first_then_groups_the_champion_and_the_anchor(
    live: Champion | None, compared: list[str], reason: str
) -> None:
    verdict = judged(
        RECIPE, challenger=CHALLENGER, squares=None, parity=[rule("parity")], live=live, anchor=[rule("anchor")]
    )

    assert [each.name for each in verdict.rules] == ["accuracy", "flips", "parity", *compared, "anchor"]
    accuracy, flips, *_ = verdict.rules
    assert (accuracy.value, accuracy.passed) == (0.9, True)
    assert flips.reason.startswith(reason)
    assert flips.passed is (live is None)
