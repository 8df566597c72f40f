"""Defines the ranges that parameters are searched in. Import them from `lambdas.model.recipe`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LINEAR, LOG = "linear", "log"
SCALES = (LINEAR, LOG)
RANDOM, GRID, BAYESIAN = "random", "grid", "bayesian"
STRATEGIES = (RANDOM, GRID, BAYESIAN)

Plain = str | int | float | bool | None
"""A value of a parameter: such as JSON has."""


@dataclass(frozen=True)
class Continuous:
    """Any number from `low` to `high`; on the scale LOG each order of magnitude is as likely as another."""

    low: float
    high: float
    scale: str = LINEAR


@dataclass(frozen=True)
class Integer:
    """Any whole number from `low` to `high`, both among them."""

    low: int
    high: int
    scale: str = LINEAR


@dataclass(frozen=True, init=False)
class OneOf:
    """One of these values.

    >>> OneOf("gini", "entropy").values
    ('gini', 'entropy')
    """

    values: tuple[Plain, ...]

    def __init__(self, *values: Plain) -> None:
        object.__setattr__(self, "values", values)

    def __repr__(self) -> str:
        return f"OneOf({', '.join(map(repr, self.values))})"


Range = Continuous | Integer | OneOf


@dataclass(frozen=True)
class Tune:
    """A search for the best parameters of the estimator, before it is fitted.

    Each trial is an estimator with parameters of these ranges, cross-validated on rows of the training part, in the
    recipe's folds. The holdout is never looked at. The trial with the best mean of the objective is fitted.
    """

    ranges: Mapping[str, Range]
    """By the name of the parameter, as the estimator's `get_params` has it: such as "logisticregression__C"."""
    jobs: int = 20
    """Trials, at most."""
    parallel: int = 1
    """Trials at a time."""
    strategy: str = RANDOM
    """RANDOM draws from the ranges; GRID tries all combinations of ranges that are OneOf; BAYESIAN, of SageMaker's
    tuner alone, draws where earlier trials were good."""
    objective: str | None = None
    """What is best, one of `OBJECTIVES`; None for what the recipe's cross-validation measures. Of SageMaker's own
    algorithms one that `of_built_ins` lists; None for their loss."""
    early_stopping: bool = False
    """Whether trials begin on few rows, and only the better third goes on with three times as many. SageMaker's tuner
    ends jobs that are worse than the middle of those before, after as many folds."""
    seed: int = 0
    """Of what is drawn."""

    @property
    def combinations(self) -> int | None:
        """How many different trials there are; None where there is no end of them."""
        number = 1
        for each in self.ranges.values():
            if isinstance(each, Continuous):
                return None
            number *= len(each.values) if isinstance(each, OneOf) else each.high - each.low + 1
        return number

    @property
    def trials(self) -> int:
        """How many are made, at most."""
        return self.combinations or self.jobs if self.strategy == GRID else self.jobs


AVERAGE_PRECISION, ROC_AUC, F1 = "average_precision", "roc_auc", "f1"
OF_THE_POSITIVE = (AVERAGE_PRECISION, ROC_AUC, F1)
"""Objectives that are about the recipe's positive class."""
BALANCED_ACCURACY, ACCURACY = "balanced_accuracy", "accuracy"
OBJECTIVES: Sequence[str] = (*OF_THE_POSITIVE, BALANCED_ACCURACY, ACCURACY)
"""The higher, the better, all of them."""
NEG_LOG_LOSS = "neg_log_loss"
"""Of SageMaker's own algorithms alone: the loss that they lower, with a minus, so that more is better here too."""
