"""Sets the thresholds of a drafted recipe by what its estimator reaches on rows that it was not fitted on.

A bound is the lower end of what a holdout as large as this file's would show of a model just as good: such a model
misses any of them on one night of a thousand at most. The end is Clopper and Pearson's for so many rows, each rule at
its share of that thousandth (Bonferroni). It takes every row of the holdout for one, copies too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from statistics import NormalDist

import numpy as np

from chalicelib.cutting import listed
from chalicelib.errors import CommandFailed
from chalicelib.exact import between, fewer
from lambdas.model.arrays import Integers, Texts
from lambdas.model.evaluation.counted import Counted
from lambdas.model.evaluation.tally.copies import Copies
from lambdas.model.gate.bounds import interval
from lambdas.model.gate.dummy_classifier import passing_class
from lambdas.model.gate.judging import judge
from lambdas.model.gate.statistics.detectable import smallest_fall
from lambdas.model.gate.thresholds import GateRule, at_least
from lambdas.model.metrics.confusion import places_of
from lambdas.model.metrics.ratios import ROWS_OF, Proportion
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.model.recipe.trivial_answers import passing_answer
from lambdas.model.splitting.row_hashes import row_hashes
from lambdas.model.splitting.stratified import stratified
from lambdas.model.training.estimator import fit
from workflows.drafting.estimators import Estimator, balanced, plain

FOLDS = 3
ROWS_MAX = 100_000
"""A stratified draw of so many rows takes the place of a larger file."""
NIGHTS_MISSED = 0.001
"""The share of nights on which a model as good as the baseline misses a bound."""
FINE_ABOVE = 0.99
"""From here on a bound has three decimals, and two below it."""
BETTER_BY = 0.05
"""The F1 by which the balanced estimator has to be better: its probabilities come out too high."""


@dataclass(frozen=True)
class Bound:
    """A threshold, and what it follows from, in words: a line each."""

    threshold: GateRule
    about: Sequence[str]


@dataclass(frozen=True)
class Baseline:
    """An estimator and what it reaches."""

    estimator: Estimator
    counted: Counted
    """Of rows that it was not fitted on."""
    bounds: Sequence[Bound]

    @property
    def is_perfect(self) -> bool:
        """Whether it makes no error."""
        return self.counted.overall["accuracy"] == 1


def baseline(recipe: Recipe, *, table: Table, left_out: str = "") -> Baseline:
    """Of the better of the estimators on these rows; the recipe's own estimator and thresholds do not matter.
    `left_out` names the columns that are no features, with the reasons, for the error.

    Raises CommandFailed when none is better than an answer that never looks at the row, TrainingFailed when a fit
    fails.
    """
    drawn = _drawn(table, seed=recipe.split.seed)
    scale = Fraction(len(table), len(drawn)) * Fraction(recipe.split.holdout_ratio)
    tried = [_reached(replace(recipe, estimator=each), drawn, scale=scale) for each in _worth_trying(table)]
    telling = [each for each in tried if not _is_trivial(each, recipe=recipe)]
    if not telling:
        raise CommandFailed(
            f"a linear model of these columns tells too little about {recipe.label}: {_recalls(tried[-1].counted)} in"
            f" cross-validation on {len(drawn):,} rows, and thresholds that it is sure to reach are reached by an"
            " answer that never looks at the row too. Add rows, or columns that have to do with it"
            f"{left_out and f'. {left_out}'}; nothing was written"
        )
    return max(telling, key=lambda each: _f1(each, recipe=recipe) + (BETTER_BY if each.estimator is plain else 0))


def _worth_trying(table: Table) -> Sequence[Estimator]:
    """The balanced one too where a class has less than half of its even share."""
    _, rows = np.unique(table.labels, return_counts=True)
    return (plain, balanced) if 2 * rows.min() * len(rows) < rows.sum() else (plain,)


def _drawn(table: Table, *, seed: int) -> Table:
    if len(table) <= ROWS_MAX:
        return table
    _, drawn = stratified(table.labels, holdout_ratio=ROWS_MAX / len(table), seed=seed)
    return table.take(np.sort(drawn))


def _reached(recipe: Recipe, table: Table, *, scale: Fraction) -> Baseline:
    """By the recipe's estimator, over all folds."""
    answers = table.labels.copy()
    folds = _folds(table.labels, seed=recipe.split.seed)
    for fold in range(FOLDS):
        train, held_out = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        fitted = fit(replace(recipe, cross_validation_folds=0), train=table.take(train))
        answers[held_out] = fitted.answers(table.take(held_out)).labels
    true, answered = (places_of(each, labels=recipe.class_names) for each in (table.labels, answers))
    copies = Copies.of(row_hashes(table), true, answered, n_classes=len(recipe.class_names))
    counted = Counted(recipe.class_names, copies.matrix().tolist(), {})
    bounds = _bounds(counted, copies.squares(), positive=recipe.positive, scale=scale)
    return Baseline(recipe.estimator, counted, list(bounds))


def _folds(labels: Texts, *, seed: int) -> Integers:
    """(n,): the fold that holds each row out; every class is dealt out evenly."""
    rng = np.random.default_rng(seed)
    assigned = np.empty(len(labels), dtype=np.int64)
    for name in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == name))
        assigned[rows] = np.arange(len(rows)) % FOLDS
    return assigned


def _f1(reached: Baseline, *, recipe: Recipe) -> float:
    """Of the positive class of two; else the mean over the classes."""
    f1 = {name: float(metrics["f1"] or 0) for name, metrics in reached.counted.of_class.items()}
    is_of_one = recipe.positive is not None and len(f1) == 2
    return f1[recipe.positive or ""] if is_of_one else sum(f1.values()) / len(f1)


def _bounds(counted: Counted, squares: Integers, *, positive: str | None, scale: Fraction) -> Iterator[Bound]:
    """Recall and precision of the positive class of two; else the accuracy and the recall of each class."""
    wanted: list[tuple[str, str | None]] = [("recall", positive), ("precision", positive)]
    if positive is None or len(counted.classes) > 2:
        wanted = [("accuracy", None), *(("recall", name) for name in counted.classes)]
    sure = 1 - NIGHTS_MISSED / len(wanted)
    for metric, of in wanted:
        rows = counted.proportion(at_least(metric, of=of, bound=0.0), squares=squares)
        if rows is None or not rows.whole:
            continue
        bound = _rounded_down(_lowest(rows, scale=scale, sure=sure))
        if bound > 0:
            threshold = at_least(metric, of=of, bound=bound)
            yield Bound(threshold, list(_about(threshold, counted, rows, scale=scale)))


def _lowest(rows: Proportion, *, scale: Fraction, sure: float) -> float:
    """The lower end for as many rows as the holdout has."""
    whole = math.floor(rows.whole * scale)
    wrong = math.ceil((rows.whole - rows.part) * scale)
    return interval(max(whole - wrong, 0), whole, sure=sure)[0] if whole else 0.0


def _rounded_down(ratio: float) -> float:
    """
    >>> _rounded_down(0.8799), _rounded_down(0.98999), _rounded_down(0.99), _rounded_down(0.99876)
    (0.87, 0.98, 0.99, 0.998)
    """
    steps = 1000 if ratio >= FINE_ABOVE else 100
    return math.floor(ratio * steps) / steps


def _about(threshold: GateRule, counted: Counted, rows: Proportion, *, scale: Fraction) -> Iterator[str]:
    value = counted.value(threshold)
    found = judge(threshold, value=value, proportion=rows).interval
    if value is not None and found is not None:
        yield f"{float(value):.4g} in cross-validation ({between(found.low, found.high, sure=found.sure)})"
        if copies := fewer(found.rows, distinct=found.distinct):
            yield copies
    held_out = math.floor(rows.whole * scale)
    kind = ROWS_OF[threshold.metric].replace("the class", str(threshold.of))
    fall = _noticed(rows, held_out, threshold)
    yield f"the holdout has about {held_out:,} {kind}: on 4 of 5 nights a fall of {fall:.2g} is noticed"


def _noticed(rows: Proportion, held_out: int, threshold: GateRule) -> float:
    """The smallest fall that is found, where two models of this ratio err independently, which few do."""
    variance = 2 * rows.part * (rows.whole - rows.part) / rows.whole**2 / held_out
    z = NormalDist().inv_cdf(0.95)
    fall = smallest_fall(
        z,
        variance=np.array([variance]),
        of_rows=np.array([1 / held_out]),
        margins=np.array([threshold.margin or 0.0]),
    )
    return float(fall[0])


def _is_trivial(reached: Baseline, *, recipe: Recipe) -> bool:
    """Whether an answer that never looks at the row would pass, or a rule of two has too few rows to be one."""
    counted, thresholds = reached.counted, [each.threshold for each in reached.bounds]
    if len(thresholds) < (2 if len(counted.classes) == 2 else 1):
        return True
    one_class = passing_class(thresholds, supports=counted.supports, positive=recipe.positive)
    return one_class is not None or passing_answer(thresholds, classes=counted.classes) is not None


def _recalls(counted: Counted) -> str:
    told = [f"{float(metrics['recall'] or 0):.3g} of {name}" for name, metrics in counted.of_class.items()]
    return f"recall {listed(told, most=5)}"
