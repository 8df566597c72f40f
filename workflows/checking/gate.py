"""Foresees what the gate can tell on rows like those of a file: thresholds that one class for every row keeps, and
thresholds or margins that not even a model without errors could be proved to keep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import NormalDist

from chalicelib.cutting import amount
from lambdas.model.gate.dummy_classifier import passing_class
from lambdas.model.gate.judging import judge
from lambdas.model.gate.statistics.tango import rows_to_prove
from lambdas.model.gate.thresholds import AT_MOST
from lambdas.model.metrics.ratios import FLIPS, Counts, Proportion
from lambdas.model.recipe import Recipe


def kept_by_one_class(recipe: Recipe, supports: Mapping[str, int]) -> str | None:
    """The class that keeps every threshold as the answer to every row; None if no class does. `supports` are the
    rows of each class in the file."""
    return passing_class(recipe.thresholds, supports=supports, positive=recipe.positive)


def never_proved(recipe: Recipe, supports: Mapping[str, int]) -> Iterator[str]:
    """Rules that end NOT ENOUGH ROWS for a model without errors, on the holdout that the file would give."""
    held_out = {name: round(recipe.split.holdout_ratio * count) for name, count in supports.items()}
    rows = sum(held_out.values())
    for threshold in recipe.thresholds:
        if threshold.sure is None:
            continue
        proportion: Proportion | None = Proportion(rows, rows)
        if threshold.of is not None:
            support = held_out[threshold.of]
            proportion = Counts(tp=support, fp=0, fn=0, tn=rows - support).proportion(threshold.metric)
        perfect = 0 if threshold.direction == AT_MOST else 1
        if threshold.metric == FLIPS:
            proportion = Proportion(0, rows)
        result = judge(threshold, value=perfect, proportion=proportion)
        if not result.passed:
            yield f"{result.name}: {result.reason}"


def never_proved_no_worse(recipe: Recipe, supports: Mapping[str, int]) -> Iterator[str]:
    """The margins of a recipe with `proved` that the holdout cannot prove even if no answer differs from the
    champion's."""
    if not recipe.proved:
        return
    z, rows = NormalDist().inv_cdf(recipe.demands.sure), sum(supports.values())
    for threshold in recipe.thresholds:
        if not threshold.compares_with_champion:
            continue
        of_class = supports.get(threshold.of or "", 0)
        whole = {"accuracy": rows, "recall": of_class}.get(threshold.metric, rows - of_class)
        held_out, needed = round(recipe.split.holdout_ratio * whole), rows_to_prove(threshold.margin or 0.0, z=z)
        if needed is not None and held_out < needed:
            yield (
                f"{threshold.name} has {amount(held_out, 'row')} in the holdout, and its margin of"
                f" {threshold.margin} is"
                f" never proved by fewer than {needed:,}"
            )
