"""Compares the champion with the challenger on the same holdout, by the rules that compare the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from chalicelib.values import Value
from lambdas.model.evaluation.counted import Counted
from lambdas.model.gate.comparison import NOT_ENOUGH_ROWS, Comparisons, compare_jointly, is_comparable
from lambdas.model.gate.comparison_text import sentence, summary
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.judging import judge
from lambdas.model.gate.thresholds import GateRule, RuleResult, against_champion, compare, no_comparison
from lambdas.model.metrics.ratios import ratio
from lambdas.model.recipe import Recipe

LIVE = "live"

Beside = tuple[Counted, JointCounts]
"""What a version beside the challenger is worth, and the rows by the answers of both."""


class Compared(Value):
    """A champion that could be scored; or another version that is in its place, the anchor."""

    counted: Counted
    joint: JointCounts
    found: Comparisons
    called: str
    """In a sentence, such as live."""

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        *,
        counted: Counted,
        joint: JointCounts,
        called: str = LIVE,
        demands: Demands | None = None,
    ) -> Compared:
        """`counted` is the champion's own, `joint` of both models; the demands are the recipe's, or these."""
        wanted = demands or recipe.demands
        found = compare_jointly(joint, recipe.thresholds, labels=recipe.class_names, demands=wanted)
        return cls(counted, joint, found, called)

    def rule(self, threshold: GateRule, *, name: str) -> RuleResult:
        """Of a ratio that the joint counts tell."""
        comparison = self.found.of(threshold)
        words = sentence(comparison, rows=self.found.rows, demands=self.found.demands, called=self.called)
        return RuleResult(
            name=name,
            value=comparison.challenger,
            direction=threshold.direction,
            bound=None,
            passed=comparison.passed,
            reason=words,
            enough_rows=comparison.verdict != NOT_ENOUGH_ROWS,
        )

    def to_document(self, *, decides: bool) -> dict[str, Any]:
        """Ready for JSON: the joint counts, and of each compared ratio its numbers and a sentence."""
        found = self.found
        return {
            **asdict(found.demands),
            "decides": decides,
            "rows": found.rows,
            "distinct_rows": self.joint.distinct,
            "critical": found.critical,
            **self.joint.to_document(),
            "ratios": [
                {
                    **asdict(each),
                    "passed": each.passed,
                    "words": sentence(each, rows=found.rows, demands=found.demands, called=self.called),
                }
                for each in found.comparisons
            ],
        }


class Champion(Value):
    """The champion's scores on the same holdout, or why it could not be scored."""

    compared: Compared | None
    problem: str = ""

    @classmethod
    def of(cls, recipe: Recipe, beside: Beside | str | None) -> Champion | None:
        """From what was counted of it, or why it could not be scored; None without one."""
        if beside is None:
            return None
        if isinstance(beside, str):
            return cls(None, f"the champion cannot be scored on this holdout: {beside}")
        counted, joint = beside
        return cls(Compared.of(recipe, counted=counted, joint=joint))

    def to_document(self) -> dict[str, Any]:
        measured = self.compared.counted.to_document() if self.compared else {}
        return {"scored": self.compared is not None, "problem": self.problem or None, **measured}

    def rules(self, recipe: Recipe, *, challenger: Counted) -> Iterator[RuleResult]:
        """A rule for each metric that is compared: by the joint counts, or for an area by the numbers alone."""
        if not recipe.compare_with_champion:
            return
        for threshold in recipe.thresholds:
            if not threshold.compares_with_champion:
                continue
            if self.compared is None:
                yield no_comparison(against_champion(threshold), why=self.problem, threshold=threshold)
            elif is_comparable(threshold):
                yield self.compared.rule(threshold, name=against_champion(threshold))
            else:
                champion = self.compared.counted.value(threshold)
                yield compare(threshold, value=challenger.value(threshold), champion=champion)

    def flips(self, threshold: GateRule) -> RuleResult:
        """The rule of `at_most_flips`."""
        if self.compared is None:
            return no_comparison(threshold.name, why=self.problem, threshold=threshold)
        flipped = self.compared.joint.flipped
        return judge(threshold, value=ratio(flipped.part, flipped.whole), proportion=flipped)

    def summary(self, recipe: Recipe) -> str:
        """What was shown of a challenger that passed, in a few words; empty where it was not compared."""
        return summary(self.compared.found) if self.compared and recipe.compare_with_champion else ""
