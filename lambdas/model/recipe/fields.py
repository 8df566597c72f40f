"""Defines the fields of a recipe and what follows directly from them; the rules for a recipe read these.

Standard library only: whoever lists or describes models loads neither numpy nor scikit-learn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.exact import exact
from lambdas.model.built_in.algorithms import BuiltIn
from lambdas.model.gate.demands import RATCHET, SURE, Demands
from lambdas.model.gate.thresholds import GateRule
from lambdas.model.recipe.elements import (
    CATEGORIES_OF_A_DATE,
    NUMBERS_OF_A_DATE,
    SECONDS,
    Approval,
    Array,
    Categorical,
    Columns,
    Date,
    Numeric,
    SageMaker,
    Serving,
    Shift,
    Split,
    Threshold,
    Tolerate,
    Window,
)
from lambdas.model.recipe.hosting.endpoint import Endpoint
from lambdas.model.recipe.tuning.ranges import Tune

LAMBDA, SAGEMAKER = "lambda", "sagemaker"
ENGINES = (LAMBDA, SAGEMAKER)
ENDPOINT = "endpoint"
TARGETS = (LAMBDA, ENDPOINT)


@dataclass(frozen=True, kw_only=True)
class Fields:
    """A recipe that is not checked yet: `recipe.Recipe` does that."""

    model: str
    columns: Sequence[Numeric | Categorical]
    """As they are declared: an array is one of them."""
    label: str
    """The column that holds the label."""
    classes: Mapping[str, str]
    """Raw label in the files -> class name. Any other label is an error, or of the class `other`."""
    estimator: Callable[[Columns], Any]
    """Builds the unfitted scikit-learn estimator. Import scikit-learn inside it. Or a `BuiltIn` of SageMaker's."""
    thresholds: Sequence[GateRule]
    other: str | None = None
    """The class of all labels that `classes` does not list, one of its own or not; None where they are an error."""
    tolerate: Tolerate = field(default_factory=Tolerate)
    """What of the data may be left out because it is bad: nothing, if nothing is said."""
    missing_values: Sequence[str] = ()
    """Texts that stand for a missing value, beside an empty cell, in the columns that take one: such as NA."""
    positive: str | None = None
    """The class that precision-recall and ROC curves are drawn for."""
    threshold: Threshold | None = None
    """From which probability of the positive class on it is answered; None to answer the more probable class."""
    split: Split = field(default_factory=Split)
    window: Window | None = None
    """Which part of the data set is used; None for all of it."""
    compare_with_champion: bool = True
    sure: float = SURE
    """How sure the comparison has to be that the new model is worse, to refuse it; more than 0.5, 0.9999 at most."""
    significance: float | None = None
    """What `sure` was in earlier releases: 1 - sure."""
    proved: bool = False
    """Whether a new model has to be proved no worse; else it is refused only where it is proved worse."""
    detectable: float | None = None
    """A fall (0..1) that the holdout has to be large enough to notice; None to judge with any holdout."""
    anchor: str | int | None = RATCHET
    """What new models are compared with beside the champion: RATCHET, for the first version that was promoted, until
    a better one takes its place; or the number of a version that stays it; None for nothing."""
    rollout: Sequence[Shift] = ()
    """The canary's steps; none to go live all at once after the replay."""
    approve: bool | Approval = False
    """Whether a person has to approve a version that passed, before it gets any traffic: True, or Approval(...)."""
    cross_validation_folds: int = 3
    """0 to leave cross-validation out."""
    format: str | None = None
    """Of the artifact that serves; None for the first one that takes the estimator."""
    requires: Sequence[str] = ()
    """Packages that the estimator needs beside scikit-learn, by their names in the package index."""
    serving: Serving = field(default_factory=Serving)
    """Memory and time of its serving function, where they are not those of the stage."""

    engine: str | SageMaker = LAMBDA
    """What fits the estimator: the function Train; or "sagemaker", which is SageMaker() with its usual size."""
    tune: Tune | None = None
    """In which ranges the best parameters of the estimator are searched before it is fitted; None to take its own."""

    target: str | Endpoint = LAMBDA
    """What answers for a version: its serving function; or "endpoint", which is Endpoint() with its usual size."""

    @property
    def endpoint(self) -> Endpoint | None:
        """What each version's endpoint is; None where the serving function answers by itself."""
        return Endpoint() if self.target == ENDPOINT else self.target if isinstance(self.target, Endpoint) else None

    @property
    def on_sagemaker(self) -> SageMaker | None:
        """The instance of the training job; None where the function Train fits."""
        return (
            SageMaker() if self.engine == SAGEMAKER else self.engine if isinstance(self.engine, SageMaker) else None
        )

    @property
    def tuned_by_jobs(self) -> Tune | None:
        """What SageMaker's tuner searches, by a training job for each trial; None where one job or Train searches."""
        return self.tune if self.on_sagemaker and self.on_sagemaker.tuner else None

    @property
    def built_in(self) -> BuiltIn | None:
        """SageMaker's own algorithm in the place of an estimator."""
        return self.estimator if isinstance(self.estimator, BuiltIn) else None

    @property
    def single_columns(self) -> list[Numeric | Categorical]:
        """Those of the files: in the place of an array all that it stands for."""
        return [
            each for column in self.columns for each in (column.elements if isinstance(column, Array) else (column,))
        ]

    @property
    def arrays(self) -> list[Array]:
        return [column for column in self.columns if isinstance(column, Array)]

    @property
    def numeric(self) -> list[Numeric]:
        """Of the single columns."""
        return [column for column in self.single_columns if isinstance(column, Numeric)]

    @property
    def dates(self) -> list[Date]:
        """Of the numeric ones."""
        return [column for column in self.columns if isinstance(column, Date)]

    @property
    def date_columns(self) -> list[str]:
        """That tell on which side of the split a row is, and whether it is in the window."""
        columns = (self.split.column, self.window.column if self.window is not None else None)
        return [column for column in dict.fromkeys(columns) if column is not None]

    @property
    def numbers_of_x(self) -> list[tuple[int, str]]:
        """Of each number that the estimator sees: the place of its column among `numeric`, and the part of a date."""
        return [
            (place, part)
            for place, column in enumerate(self.numeric)
            for part in (column.parts if isinstance(column, Date) else (SECONDS,))
            if part in NUMBERS_OF_A_DATE
        ]

    @property
    def parts_of_x(self) -> list[tuple[int, str]]:
        """The same of each category that is a part of a date: they stand behind those of `categorical`."""
        return [
            (place, part)
            for place, column in enumerate(self.numeric)
            if isinstance(column, Date)
            for part in column.parts
            if part in CATEGORIES_OF_A_DATE
        ]

    @property
    def categorical(self) -> list[Categorical]:
        return [column for column in self.columns if isinstance(column, Categorical)]

    @property
    def class_names(self) -> tuple[str, ...]:
        """The order of every matrix: alphabetical, but the positive class last, as in [[TN, FP], [FN, TP]]."""
        names = {*self.classes.values(), *([] if self.other is None else [self.other])}
        return tuple(sorted(names, key=lambda name: (name == self.positive, name)))

    def class_of(self, label: str) -> str | None:
        """Of a raw label; None for one that is unknown, and for an empty one."""
        return self.classes.get(label, self.other if label else None)

    @property
    def demands(self) -> Demands:
        """What is asked of the comparison with the champion."""
        sure = self.sure if self.significance is None else float(1 - exact(self.significance))
        return Demands(sure=sure, proved=self.proved, detectable=self.detectable)

    @property
    def named_anchor(self) -> int | None:
        """The number of the version that stays the anchor; None where the ratchet moves it, or without one."""
        return self.anchor if isinstance(self.anchor, int) else None

    @property
    def positions(self) -> Columns:
        """The positions of the columns in X."""
        numbers = len(self.numbers_of_x)
        categories = len(self.categorical) + len(self.parts_of_x)
        return Columns(numeric=list(range(numbers)), categorical=list(range(numbers, numbers + categories)))
