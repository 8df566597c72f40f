"""Measures the challenger, the champion and the anchor by what is counted of the holdout, part by part."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import ArtifactInvalid
from lambdas.model.evaluation.champion import Beside
from lambdas.model.evaluation.counted import Counted, Metrics
from lambdas.model.evaluation.tally import flips
from lambdas.model.evaluation.tally.answered import refusal
from lambdas.model.evaluation.tally.flips import Moved
from lambdas.model.evaluation.tally.holdout import Holdout
from lambdas.model.evaluation.tally.tally import CHALLENGER, CHAMPION, Keep, Tally, Versions, count
from lambdas.model.metrics.confusion import ClassUnknown
from lambdas.model.metrics.curves import Steps, areas, sweep
from lambdas.model.recipe import Recipe


@dataclass(frozen=True, kw_only=True, eq=False)
class Measures:
    """What was counted of the holdout."""

    recipe: Recipe
    versions: Versions
    holdout: Holdout
    tally: Tally
    """Of all rows."""

    @classmethod
    def taken(cls, recipe: Recipe, *, versions: Versions, holdout: Holdout, keep: Keep | None = None) -> Measures:
        """`keep` takes the answers row by row. Raises ArtifactInvalid when the challenger cannot be scored on the
        holdout, ClassUnknown when it answers a class that is not the recipe's."""
        begins = holdout.begins()

        def counted(name: str) -> Tally:
            return count(
                holdout.part(name),
                estimator=holdout.answers(name),
                recipe=recipe,
                versions=versions,
                begin=begins[name],
                keep=keep,
            )

        try:
            tally = Tally.merged(holdout.each(counted, holdout.rows))
        except (ArtifactInvalid, ClassUnknown):
            if words := refusal(versions[CHALLENGER], _levels(holdout), recipe=recipe):
                raise ArtifactInvalid(words) from None
            raise
        return cls(recipe=recipe, versions=versions, holdout=holdout, tally=tally)

    @property
    def challenger(self) -> Counted:
        return self._counted(CHALLENGER)

    def beside(self, version: str) -> Beside | str | None:
        """Of the champion or the anchor, or why it could not be scored; None where there is none."""
        if version not in self.versions:
            return None
        if problem := self.tally.problems.get(version):
            return refusal(self.versions[version], _levels(self.holdout), recipe=self.recipe) or problem
        return self._counted(version), self.tally.copies.joint(champion=self._place(version))

    def threshold_sweep(self) -> list[dict[str, float | None]]:
        """The challenger's, of the positive class against all others; empty without one, or where a probability is
        NaN."""
        curve = self.tally.curves.get(CHALLENGER)
        return [] if curve is None or curve.undefined else sweep(Steps.of(curve))

    def flips(self) -> dict[str, Any] | None:
        """Ready for JSON; None without a champion that could be scored."""
        sides = self.tally.sides
        if sides is None:
            return None
        return flips.to_document(sides.counted(), self._moved(), recipe=self.recipe, rows=self.tally.rows)

    def differences(self) -> list[dict[str, Any]]:
        """Ready for JSON; none without a champion that could be scored."""
        if self.tally.sides is None:
            return []
        copies = self.tally.copies
        return [each.to_document(rows_alike=copies.copies_of(each.hash)) for each in self.tally.differences]

    def replay_sample(self) -> dict[str, Any]:
        """Ready for JSON: the rows that the published version is asked."""
        return self.tally.drawn.to_document(is_compared=self.tally.sides is not None)

    def _counted(self, version: str) -> Counted:
        curve = self.tally.curves.get(version)
        found: Metrics = {} if curve is None else areas(curve)
        return Counted(self.recipe.class_names, self.tally.copies.matrix(self._place(version)).tolist(), found)

    def _place(self, version: str) -> int:
        return list(self.versions).index(version)

    def _moved(self) -> Moved:
        """By the columns, from a second look at the rows that change sides."""
        sides, begins = self.tally.sides, self.holdout.begins()
        models = flips.comparable(
            self.versions[CHALLENGER], self.versions.get(CHAMPION), classes=self.recipe.class_names
        )
        if sides is None or models is None:
            return Counter()

        def moved(name: str) -> Moved:
            begin = begins[name]
            here = sides.within(begin, begin + self.holdout.rows[name])
            if not len(here.rows):
                return Counter()
            return flips.moved(
                self.holdout.part(name),
                here,
                recipe=self.recipe,
                models=models,
                sums=sides.sums,
                rows=self.tally.rows,
            )

        total: Moved = Counter()
        for each in self.holdout.each(moved, self.holdout.rows):
            total += each
        return total


def _levels(holdout: Holdout) -> list[list[str]]:
    """The categories of each column in the whole holdout."""
    of_parts = holdout.each(lambda name: holdout.part(name).levels, holdout.rows)
    return [sorted(set().union(*of_column)) for of_column in zip(*of_parts, strict=True)]
