"""Measures the live version on rows that it was not trained on, as they come, night by night.

What a ratio was when the version was judged, the rows of that holdout prove only up to a point, and so do the rows
since then. Both are taken into account before it is said that a ratio fell: see `gate.statistics.falls`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from chalicelib.cutting import amount
from chalicelib.exact import exact
from chalicelib.values import Value
from lambdas.model.artifact import Artifact
from lambdas.model.evaluation.counted import Counted
from lambdas.model.evaluation.tally.answered import answered
from lambdas.model.evaluation.tally.copies import Copies
from lambdas.model.gate import bounds
from lambdas.model.gate.judging import Evidence, judge
from lambdas.model.gate.statistics import falls
from lambdas.model.gate.statistics.falls import Errors
from lambdas.model.gate.thresholds import AT_LEAST, RATIO_MARGIN, GateRule
from lambdas.model.metrics.confusion import places_of
from lambdas.model.metrics.ratios import ROWS_OF, Proportion
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import row_hashes


class Then(Value):
    """A ratio of the version when it was judged itself."""

    value: float
    rows: int
    """That it is a share of."""
    distinct: int
    """As many rows without copies would tell as much."""


class Past(Value):
    """What is known of the live version from before tonight."""

    then: Mapping[str, Then]
    """By ratio; without those that it was not judged by."""
    nights: Sequence[Mapping[str, Errors]]
    """Of each earlier night that it was live in, by ratio."""


class Scored:
    """The live version's answers for many rows, scored part by part."""

    def __init__(self, artifact: Artifact, *, recipe: Recipe) -> None:
        self._artifact, self._recipe = artifact, recipe
        self._copies: list[Copies] = []

    def add(self, rows: Table) -> None:
        """Raises ArtifactInvalid when the artifact does not fit the rows, ClassUnknown for a class that is not the
        recipe's."""
        classes = self._recipe.class_names
        found = answered(self._artifact, rows.features(self._recipe), recipe=self._recipe)
        true = places_of(rows.labels, labels=classes)
        self._copies.append(Copies.of(row_hashes(rows), true, found.places, n_classes=len(classes)))

    def to_document(self, past: Past) -> dict[str, Any]:
        """Ready for JSON: rows, confusion matrix, and each ratio of the recipe's thresholds that is a share of rows.

        At least one part was added.
        """
        classes, copies = self._recipe.class_names, Copies.merged(self._copies)
        counted, squares = Counted(classes, copies.matrix().tolist(), {}), copies.squares()
        shares = [
            (each, rows)
            for each in self._recipe.thresholds
            if (rows := counted.proportion(each, squares=squares)) is not None
        ]
        watched = [each.name for each, _ in shares if each.name in past.then]
        return {
            "rows": counted.rows,
            "classes": list(classes),
            "matrix": counted.matrix,
            "ratios": [_ratio(each, rows, past=past, watched=len(watched)) for each, rows in shares],
        }


def _ratio(threshold: GateRule, rows: Proportion, *, past: Past, watched: int) -> dict[str, Any]:
    """The ratio tonight, and whether it fell since the version was judged; `watched` is the number of such ratios."""
    name, then = threshold.name, past.then.get(threshold.name)
    value = _on_its_scale(threshold, Fraction(rows.part, rows.whole)) if rows.whole else None
    interval = judge(threshold, value=value, proportion=rows).interval
    tonight = _fewest_errors(threshold, Evidence.of(rows))
    earlier = [night[name] for night in past.nights if name in night]
    found = 0.0
    if then is not None:
        worst = _worst(threshold, then, sure=1 - falls.chance(watched))
        found = falls.evidence([*earlier, tonight], worst=worst)
    fell = then is not None and falls.proves_fall(found, ratios=watched)
    return {
        "name": name,
        "direction": threshold.direction,
        "value": None if value is None else float(value),
        "interval": interval and vars(interval),
        "errors": tonight.errors,
        "distinct": tonight.rows,
        "then": then and then.value,
        "evidence": found,
        "fell": fell,
        "words": _words(threshold, [*earlier, tonight], counted=rows, then=then, fell=fell),
    }


def _words(
    threshold: GateRule, nights: Sequence[Errors], *, counted: Proportion, then: Then | None, fell: bool
) -> str:
    """A first night is told as it was counted. Of earlier ones only the rows without copies are known."""
    if then is None:
        return "the version was not judged by it"
    errors, rows = sum(each.errors for each in nights), sum(each.rows for each in nights)
    if not rows:
        return f"no {ROWS_OF[threshold.metric]} yet; {then.value:.4g} when it was judged"
    share = _share(threshold, errors=errors, rows=rows)
    if len(nights) == 1:
        share, rows = Fraction(counted.part, counted.whole), counted.whole
    now = float(_on_its_scale(threshold, share))
    many = amount(len(nights), "night")
    since = f"{now:.4g} on {rows:,} {ROWS_OF[threshold.metric]} in {many}, {then.value:.4g} when it was judged"
    if not fell:
        return f"{since}: no fall proved"
    return f"{since}: fell by more than {_margin(threshold):g}, proved"


def _worst(threshold: GateRule, then: Then, *, sure: float) -> float:
    """The share of errors that would be no news: as many as `then` leaves open, and the margin."""
    copies = Fraction(then.rows, then.distinct) if then.distinct else Fraction(1)
    part = round(_share_of_rows(threshold, exact(then.value)) * then.rows)
    right = Evidence.of(Proportion(part, then.rows, copies))
    right = right if threshold.direction == AT_LEAST else right.turned
    lowest = bounds.interval(right.least, right.whole, sure=sure)[0]
    if threshold.metric == "f1":
        lowest = 2 * lowest / (1 + lowest)
    lowest = max(lowest - _margin(threshold), 0.0)
    return 1 - (lowest / (2 - lowest) if threshold.metric == "f1" else lowest)


def _fewest_errors(threshold: GateRule, found: Evidence) -> Errors:
    turned = found.turned if threshold.direction == AT_LEAST else found
    return Errors(turned.least, turned.whole)


def _share(threshold: GateRule, *, errors: int, rows: int) -> Fraction:
    return Fraction(rows - errors if threshold.direction == AT_LEAST else errors, rows)


def _on_its_scale(threshold: GateRule, share: Fraction) -> Fraction:
    """The ratio of a share of rows: F1 is 2 J / (1 + J)."""
    return 2 * share / (1 + share) if threshold.metric == "f1" else share


def _share_of_rows(threshold: GateRule, ratio: Fraction) -> Fraction:
    return ratio / (2 - ratio) if threshold.metric == "f1" else ratio


def _margin(threshold: GateRule) -> float:
    return RATIO_MARGIN if threshold.margin is None else threshold.margin
