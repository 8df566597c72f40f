"""Judges each kept night by a recipe, and sums up what the recipe would have saved and cost.

Each night keeps its model and the live model that it met. Under the recipe another one might have been live by then:
after a night that would have gone another way, nights are marked, until one that goes live both ways. A night that is
left out counts as it went.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from chalicelib.approval import waiting
from chalicelib.contracts.decisions import PROMOTED, ROLLED_BACK, WAITING
from chalicelib.documents import documents
from chalicelib.edges import Edges
from workflows.backtesting import fates, reported_nights
from workflows.backtesting.fates import Fates
from workflows.backtesting.reported_nights import LeftOut, Night, Progress

if TYPE_CHECKING:
    from lambdas.model.evaluation.judging_again import Rows
    from lambdas.model.recipe import Recipe

NOT_ENDED = "not ended"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A night under the recipe."""

    night: Night
    passes: bool
    failing: Sequence[tuple[str, str]]
    """The rules that refuse it, each with its reason."""
    model_version: int | None
    """None where it got no traffic."""
    went_live: bool
    """At the end of the run; or later, after it had waited for approval."""
    wrong: str | None
    """What went wrong with its version once that had traffic; None where nothing is known to have."""
    met_the_same: bool
    """Whether under the recipe the same model would have been live."""
    has_anchor: bool
    """Whether it is judged against the anchor of that night, which by the recipe may have been another."""
    other_anchor: bool
    """Whether it is judged against the version that the recipe names, and which was not the anchor of that night."""
    lacks_anchor: bool
    """Whether the recipe asks for an anchor and names none, and that night's had none."""

    @property
    def outcome(self) -> str:
        return self.night.outcome.outcome if self.night.outcome else NOT_ENDED

    @property
    def then(self) -> str:
        """The outcome, and whether the version went live after it had waited."""
        return f"{self.outcome}, live" if self.outcome == WAITING and self.went_live else self.outcome

    @property
    def saved(self) -> bool:
        """Whether the recipe refuses what went wrong."""
        return self.wrong is not None and not self.passes

    @property
    def cost(self) -> bool:
        """Whether the recipe refuses what went live, and nothing was wrong with it."""
        return self.went_live and self.wrong is None and not self.passes

    def to_document(self) -> dict[str, Any]:
        night = self.night
        return {
            "run": night.run,
            "at": documents.timestamp(night.at),
            "outcome": self.outcome,
            "passed_then": night.report.passed,
            "reason_then": night.report.reason,
            "passes": self.passes,
            "failing": [{"rule": name, "reason": reason} for name, reason in self.failing],
            "model_version": self.model_version,
            "went_live": self.went_live,
            "against_model_version": night.report.champion_model_version,
            "met_the_same_live_model": self.met_the_same,
            "has_anchor": self.has_anchor,
            "other_anchor": self.other_anchor,
            "lacks_anchor": self.lacks_anchor,
            "wrong": self.wrong,
            "saved": self.saved,
            "cost": self.cost,
        }


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """The oldest night first."""

    judged: list[Judged]
    left_out: list[LeftOut]
    damaged: list[str]
    """What is not known of the versions' fates, because a document is damaged."""

    def summary(self) -> dict[str, int]:
        """Counts of nights."""
        counted = Counter(_kinds(self.judged))
        return {
            "kept": len(self.judged) + len(self.left_out),
            "judged": len(self.judged),
            **{name: counted[name] for name in KINDS},
        }

    def to_document(self) -> dict[str, Any]:
        return {
            "nights": [each.to_document() for each in self.judged],
            "left_out": [
                {"run": each.run, "at": documents.timestamp(each.at), "outcome": each.outcome, "why": each.why}
                for each in self.left_out
            ],
            "damaged": self.damaged,
            "summary": self.summary(),
        }


KINDS = (
    *("promoted_then", "would_pass", "saved", "cost", "wrong_and_passes", "refused_then_and_passes", "met_another"),
    *("has_anchor", "other_anchor", "lacks_anchor"),
)


def _kinds(judged: Sequence[Judged]) -> Iterator[str]:
    """What each night counts as; it may be several things."""
    for each in judged:
        told = {
            "promoted_then": each.went_live,
            "would_pass": each.passes,
            "saved": each.saved,
            "cost": each.cost,
            "wrong_and_passes": each.wrong is not None and each.passes,
            "refused_then_and_passes": not each.night.report.passed and each.passes,
            "met_another": not each.met_the_same,
            "has_anchor": each.has_anchor,
            "other_anchor": each.other_anchor,
            "lacks_anchor": each.lacks_anchor,
        }
        yield from (name for name, holds in told.items() if holds)


def run(edges: Edges, recipe: Recipe, *, since: datetime, report: Progress) -> Backtest:
    """All nights of the recipe's model that ended at `since` or later."""
    from workflows.backtesting.answered_rows import KeptRows

    kept = reported_nights.kept(edges, model=recipe.model, since=since, report=report)
    rows = KeptRows(edges, recipe.model, kept.nights, progress=report)
    known = fates.gather(edges, model=recipe.model)
    judged, left_out, same = [], list(kept.left_out), True
    for done, night in enumerate(kept.nights):
        report("judging", done, len(kept.nights))
        found = _judged(edges, recipe, night, rows=rows.of(night), fates=known, met_the_same=same)
        if isinstance(found, LeftOut):
            left_out.append(found)
            continue
        judged.append(found)
        same = _same_after(found)
    return Backtest(
        judged=judged, left_out=sorted(left_out, key=lambda each: (each.at, each.run)), damaged=known.damaged
    )


def _judged(
    edges: Edges, recipe: Recipe, night: Night, *, rows: Rows, fates: Fates, met_the_same: bool
) -> Judged | LeftOut:
    from lambdas.model.evaluation import judging_again as again

    outcome = night.outcome.outcome if night.outcome else None
    try:
        verdict = again.judge_again(recipe, night.report.document, rows=rows)
    except again.NotKept as exc:
        return LeftOut(run=night.run, at=night.at, why=str(exc), outcome=outcome)
    number = _waited(edges, night, fates=fates) if outcome == WAITING else fates.made_by.get(night.run)
    wrong = fates.wrong.get(number) if number is not None else None
    if wrong is None and night.outcome is not None and outcome == ROLLED_BACK:
        wrong = night.outcome.reason
    return Judged(
        night=night,
        passes=verdict.passed,
        failing=[(rule.name, rule.reason) for rule in verdict.rules if not rule.passed],
        model_version=number,
        went_live=outcome == PROMOTED or (outcome == WAITING and number in fates.live),
        wrong=wrong,
        met_the_same=met_the_same,
        has_anchor=again.has_its_anchor(recipe, night.report.document),
        other_anchor=again.another_anchor(recipe, night.report.document) is not None,
        lacks_anchor=again.lacks_anchor(recipe, night.report.document),
    )


def _waited(edges: Edges, night: Night, *, fates: Fates) -> int | None:
    """The version that waited for approval, if it ever got traffic: another run gave it that."""
    found = documents.readable(lambda: waiting.proposed(edges, run=night.run), told=fates.damaged)
    return found.model_version if found and found.model_version in fates.had_traffic else None


def _same_after(judged: Judged) -> bool:
    """Whether the same model is live after the night, as it was and under the recipe."""
    if judged.went_live:
        return judged.passes
    return judged.met_the_same and (judged.night.report.passed or not judged.passes)
