"""Describes a search for the best parameters of an estimator: all trials, and which was the best.

It stands in the training's document, in the manifest and in the report; `lines` is its plot in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chalicelib.cutting import amount, cut
from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import anything, count, flag, list_of, maybe, number, number_from_1, table_of, text

LISTED = 10
BAR = 30
"""Characters of the longest bar."""


class Trial(Document):
    """An estimator with these parameters, cross-validated."""

    parameters: Mapping[str, Any] = holds(table_of(anything))
    mean: float | None = holds(maybe(number))
    """Of the objective over the folds, or its one value; None where a fold could not be fitted, or has no value."""
    standard_deviation: float | None = holds(maybe(number))
    """None too where SageMaker's tuner tells the mean alone."""
    seconds: float = holds(number)
    """Of all its fits."""
    rows: int | None = holds(count, default=None)
    """That it was tried on, where trials begin on few."""

    @property
    def words(self) -> str:
        """Its parameters, such as `max_depth=5, criterion='gini'`."""
        named = (f"{name.rpartition('__')[2]}={value!r}" for name, value in self.parameters.items())
        return cut(", ".join(named), 200)


class Tuning(Document):
    """All trials, in the order in which they were drawn."""

    strategy: str = holds(text)
    objective: str = holds(text)
    """The metric, of which more is better: a loss with a minus."""
    early_stopping: bool = holds(flag)
    folds: int = holds(count)
    """0 where each trial was measured once, on `rows` that none was fitted on."""
    rows: int = holds(count)
    """Of the training part that were searched on; the holdout has none of them."""
    parallel: int = holds(count)
    seconds: float = holds(number)
    best: int = holds(number_from_1)
    """The number of the trial that was fitted, counted from 1."""
    trials: tuple[Trial, ...] = holds_many(Trial)
    warnings: Sequence[str] = holds(list_of(text), default=())

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        said = super().misfit(value)
        if said or value["best"] > len(value["trials"]):
            return said or ".best is no trial of it"
        return ".best has no value" if value["trials"][value["best"] - 1]["mean"] is None else None

    @property
    def words(self) -> str:
        """In one line."""
        chosen = self.trials[self.best - 1]
        return f"tuned: {chosen.words}, the best of {amount(len(self.trials), 'trial')} ({_value(chosen, self)})"

    @property
    def _measured_on(self) -> str:
        if self.folds:
            return f"over {self.folds} folds of {amount(self.rows, 'training row')}"
        return f"on {amount(self.rows, 'training row')} that none was fitted on"

    @property
    def lines(self) -> Iterator[str]:
        """A sentence, and the best trials below it, each with a bar that is longest for the best mean of all."""
        yield (
            f"Its parameters are the best of {amount(len(self.trials), 'trial')}, by {self.objective}"
            f" {self._measured_on}:"
        )
        known = [each.mean for each in self.trials if each.mean is not None]
        low, high = min(known), max(known)
        order = sorted(
            range(len(self.trials)), key=lambda place: (place != self.best - 1, *_least(self.trials[place]))
        )
        for place in order[:LISTED]:
            trial = self.trials[place]
            share = 0.0 if trial.mean is None else (trial.mean - low) / (high - low) if high > low else 1.0
            yield f"  {_value(trial, self):<22} {'#' * round(BAR * share):<{BAR}} trial {place + 1}: {trial.words}"
        if len(order) > LISTED:
            yield f"  and {amount(len(order) - LISTED, 'more trial')}, down to {low:.6g}"


def _least(trial: Trial) -> tuple[int, float]:
    """What a trial is sorted by: by rows, then by its mean, the highest first, and last those without."""
    return -(trial.rows or 0), float("inf") if trial.mean is None else -trial.mean


def _value(trial: Trial, tuning: Tuning) -> str:
    if trial.mean is None:
        return "no value"
    on = f" on {trial.rows:,} rows" if trial.rows is not None and tuning.early_stopping else ""
    spread = "" if trial.standard_deviation is None else f" (sd {trial.standard_deviation:.2g})"
    return f"{trial.mean:.6g}{spread}{on}"
