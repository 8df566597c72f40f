"""Compares the challenger with the anchor on the same holdout, and decides whether it becomes the anchor itself.

The anchor is a version that stands still while the champion changes from night to night. Only what is proved worse
than it, by more than the margin, is refused: what the recipe demands of the champion besides is not asked again.

    the anchor                           the challenger, once it goes live
    is compared, or is the champion      becomes the anchor if it is proved better: see `gate.ratchet`
    cannot be scored on this holdout     becomes the anchor: the ratchet begins anew, and the report says why
    is named by the recipe               never does; where that one cannot be scored, the challenger is refused
    there is none                        becomes the anchor
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from chalicelib.values import Value
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.champion import Beside, Compared
from lambdas.model.evaluation.counted import Counted
from lambdas.model.gate.comparison import is_comparable
from lambdas.model.gate.comparison_text import points
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.joint import JointCounts
from lambdas.model.gate.ratchet import TIMES, observed_worse, of_the_anchor, proved_better
from lambdas.model.gate.thresholds import AT_LEAST, GateRule, RuleResult
from lambdas.model.recipe import Recipe


class AnchorVersion(Value, kw_only=True):
    """The version that is the anchor on this night."""

    model_version: int
    is_named: bool = False
    """By the recipe: then it stays the anchor."""
    is_champion: bool = False
    artifact: Artifact | None = None
    """None where it is the champion, which is scored already, or where there is a problem."""
    problem: str = ""
    """Why its artifact cannot be had."""

    @property
    def name(self) -> str:
        return f"the anchor, version {self.model_version}"


class Anchored(Value, kw_only=True):
    """What came of the comparison with the anchor."""

    version: AnchorVersion | None
    why: str
    """What the anchor is from now on, and why."""
    advances: bool = False
    """Whether the challenger becomes the anchor, once it goes live."""
    problem: str = ""
    """Why the anchor was not compared."""
    rules: tuple[RuleResult, ...] = ()
    comparison: dict[str, Any] | None = None
    """Ready for JSON; None where the anchor is the champion too, or was not compared."""

    @property
    def summary(self) -> str:
        """For the verdict on a challenger that passed: empty where there is no news of the anchor."""
        return self.why if self.version and (self.rules or self.advances) else ""

    def to_document(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "model_version": self.version.model_version if self.version else None,
            "named": self.version is not None and self.version.is_named,
            "problem": self.problem or None,
            "comparison": self.comparison,
            "advances": self.advances,
            "why": self.why,
        }


def has_anchor(recipe: Recipe) -> bool:
    """Whether the recipe compares any ratio with an anchor. An area under a curve can be proved neither worse nor
    better, so it has none."""
    return recipe.anchor is not None and recipe.compare_with_champion and any(map(is_comparable, recipe.thresholds))


def judge_anchor(
    version: AnchorVersion | None,
    *,
    beside: Beside | str | None,
    challenger: Counted,
    recipe: Recipe,
    champion: Compared | None,
) -> Anchored:
    """Compare with the anchor, unless it is the champion, which was compared already.

    `beside` is what was counted of the anchor, or why it cannot be scored; None where it was not tried.
    """
    if version is None:
        return Anchored(version=None, advances=True, why="there is no anchor yet: the new model becomes it")
    if version.is_champion and champion is not None:
        return _moved(version, champion, challenger=challenger, recipe=recipe)
    if version.is_champion:
        return Anchored(version=version, why=f"{version.name}, is the champion, which cannot be scored")
    if beside is None:
        return without(version)
    if isinstance(beside, str):
        return without(version, f"it cannot be scored on this holdout: {beside}")
    counted, joint = beside
    return judge_counts(version, counted=counted, joint=joint, challenger=challenger, recipe=recipe)


def judge_counts(
    version: AnchorVersion, *, counted: Counted, joint: JointCounts, challenger: Counted, recipe: Recipe
) -> Anchored:
    """The same from the counts alone: `counted` is the anchor's own, `joint` of both models."""
    demands = Demands(sure=of_the_anchor(recipe.demands.sure))
    compared = Compared.of(recipe, counted=counted, joint=joint, called="anchor", demands=demands)
    return _moved(
        version,
        compared,
        challenger=challenger,
        recipe=recipe,
        rules=tuple(
            compared.rule(each, name=f"{each.name}, against {version.name}")
            for each in recipe.thresholds
            if is_comparable(each)
        ),
        comparison=compared.to_document(decides=True),
    )


def _moved(
    version: AnchorVersion, compared: Compared, *, challenger: Counted, recipe: Recipe, **beside: Any
) -> Anchored:
    found = "not shown worse" if all(each.passed for each in compared.found.comparisons) else "worse"
    stays = f"{found} than {version.name}" if beside else f"{version.name}, is the live model"
    if version.is_named:
        return Anchored(version=version, why=f"{stays}, which the recipe names", **beside)
    sure = of_the_anchor(recipe.demands.sure)
    better = proved_better(compared.joint, recipe.thresholds, labels=recipe.class_names, sure=sure)
    worse = [
        *observed_worse(compared.found, recipe.thresholds, labels=recipe.class_names),
        *_lower_areas(compared, challenger=challenger, recipe=recipe),
    ]
    if not better:
        return Anchored(version=version, why=stays, **beside)
    shown = f"proved better than {version.name}, by more than {_steps(recipe.thresholds, better)}"
    if worse:
        why = f"{shown}, and observed worse in {', '.join(worse)}: the anchor stays"
        return Anchored(version=version, why=why, **beside)
    return Anchored(
        version=version, advances=True, why=f"{shown}, and observed worse in none: it becomes the anchor", **beside
    )


def without(version: AnchorVersion, problem: str | None = None) -> Anchored:
    """The anchor cannot be compared: the ratchet begins anew, unless the recipe insists on this one."""
    problem = problem or version.problem
    if not version.is_named:
        why = f"not compared with {version.name}: {problem}; the new model becomes the anchor"
        return Anchored(version=version, problem=problem, advances=True, why=why)
    way_out = "name another version as the recipe's anchor, or set anchor=None to be judged without one"
    rule = RuleResult(f"against {version.name}", None, AT_LEAST, None, False, f"{problem}; {way_out}")
    return Anchored(version=version, problem=problem, why=f"not compared with {version.name}", rules=(rule,))


def _lower_areas(compared: Compared, *, challenger: Counted, recipe: Recipe) -> Iterator[str]:
    """The compared areas under curves that are lower, or undefined; one that the anchor lacks is not."""
    for each in recipe.thresholds:
        if each.compares_with_champion and not is_comparable(each):
            mine, theirs = challenger.value(each), compared.counted.value(each)
            if mine is None or (theirs is not None and mine < theirs):
                yield each.name


def _steps(thresholds: Sequence[GateRule], names: Sequence[str]) -> str:
    """In which ratios, and by how many points.

    >>> _steps([GateRule("recall", "attack", AT_LEAST, 0.9, 0.01)], ["recall of attack"])
    '2 points of recall of attack'
    """
    margins = {each.name: each.margin or 0.0 for each in thresholds}
    return ", ".join(f"{points(TIMES * margins[name])} of {name}" for name in names)
