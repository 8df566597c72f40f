"""Has SageMaker's tuner search one of SageMaker's own algorithms: what it is asked, and what its trials came to.

Each trial fits the algorithm once and is measured once, on rows of the training part that no trial is fitted on. The
job of a trial is told the text that was drawn, so nothing is rounded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.contracts.training import TrainingJob, TrainTask
from chalicelib.cutting import cut
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, TrainingFailed
from chalicelib.limits import WORDS_CHARACTERS
from lambdas.engines.sagemaker import tuner
from lambdas.engines.sagemaker.tuner import Found
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.recipe import Integer, Recipe, SageMaker, Tune
from lambdas.model.recipe.tuning.of_built_ins import Metric, metric_of, objective_of
from lambdas.model.recipe.tuning.ranges import Plain, Range

BATCH_ROWS = "mini_batch_size"
NO_FOLDS = 0
"""Of the record of the search: there is one draw of rows in their place."""


@dataclass(frozen=True)
class Search:
    """What a recipe has searched of one of SageMaker's own algorithms."""

    built_in: BuiltIn
    tune: Tune
    where: SageMaker
    metric: Metric

    @classmethod
    def of(cls, recipe: Recipe) -> Search | None:
        """None where the recipe has none."""
        built_in, tune, where = recipe.built_in, recipe.tuned_by_jobs, recipe.on_sagemaker
        if built_in is None or tune is None or where is None:
            return None
        return cls(built_in, tune, where, metric_of(built_in, tune, classes=len(recipe.class_names)))

    def described(self, each: TrainingJob, *, stage: str, run: str, rows_of_an_instance: int) -> TrainingJob:
        """With jobs like `each`, which are told all of its hyperparameters but those that are searched. Raises
        TrainingFailed where an instance has no more rows than the smallest batch."""
        ranges = {
            self.built_in.own_name(name): _within(given, most=rows_of_an_instance) if name == BATCH_ROWS else given
            for name, given in self.tune.ranges.items()
        }
        told = {name: value for name, value in each.hyperparameters.items() if name not in ranges}
        metric = self.metric
        return replace(
            each,
            name=tuner.name(stage, run=run),
            hyperparameters={**told, **self.built_in.measured_by(metric.name)},
            tuning=tuner.configuration(
                self.tune, self.where, ranges=ranges, metric=metric.reported, is_loss=metric.is_loss
            ),
        )

    def drawn(self, told: Mapping[str, Any]) -> dict[str, Plain]:
        """The hyperparameters of a trial by the recipe's names, of the texts that SageMaker hands on. Raises
        ArtifactInvalid for others."""
        try:
            return {
                name: _value(given, told[self.built_in.own_name(name)]) for name, given in self.tune.ranges.items()
            }
        except (KeyError, ValueError, TypeError) as exc:
            said = cut(str(dict(told)), WORDS_CHARACTERS)
            raise ArtifactInvalid(f"SageMaker's tuner drew {said}, not of tune") from exc

    def find(self, edges: Edges, task: TrainTask, *, stage: str) -> Found:
        """Raises as `tuner.find`, and as `drawn`."""
        return tuner.find(edges, task, stage=stage, drawn=self.drawn, is_loss=self.metric.is_loss)

    def record(self, found: Found, *, rows: int) -> dict[str, Any]:
        """As it stands in the training's document; `rows` were held out of all trials."""
        return {
            "strategy": self.tune.strategy,
            "objective": objective_of(self.tune),
            "early_stopping": self.tune.early_stopping,
            "folds": NO_FOLDS,
            "rows": rows,
            "parallel": self.tune.parallel,
            "seconds": found.seconds,
            "best": found.best + 1,
            "trials": [each.document for each in found.trials],
            "warnings": found.ends,
        }


def _within(given: Range, *, most: int) -> Range:
    """Linear Learner ends as failed where a batch has more rows than an instance."""
    if not isinstance(given, Integer) or given.high <= most:
        return given
    if given.low >= most:
        raise TrainingFailed(
            f"tune.ranges[{BATCH_ROWS!r}] begins at {given.low:,}, and an instance is fitted on {most:,} rows: lower"
            " it"
        )
    return replace(given, high=most)


def _value(given: Range, told: str) -> Plain:
    if isinstance(given, Integer):
        return int(told)
    value = float(told)
    if not math.isfinite(value):
        raise ValueError(told)
    return value
