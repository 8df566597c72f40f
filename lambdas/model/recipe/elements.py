"""Defines the small values that a recipe is made of. Import them from `lambdas.model.recipe`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lambdas.serve.seldom.array_columns import names_in
from lambdas.serve.seldom.date_texts import seconds_of

MAGNITUDE_MAX = float(2**128 - 2**104)
"""About 3.4e38, the largest number of a 32-bit float: scikit-learn's trees take no larger one, and the squares of
smaller ones, which scaling adds up over all rows, stay within a 64-bit float."""
INFINITIES = ("inf", "infinity")
MEDIAN, MEAN, IMPUTER, KEPT = "median", "mean", "imputer", "kept"
REFUSE, CLIP, DROP = "refuse", "clip", "drop"


@dataclass(frozen=True)
class Numeric:
    """A column of finite numbers; the bounds, where there are any, belong to the range."""

    name: str
    minimum: float | None = None
    maximum: float | None = None
    missing: float | str | None = None
    """Takes the place of a missing number: MEDIAN or MEAN of the training rows, or a number; or what the estimator's
    SimpleImputer has (IMPUTER). KEPT lets it reach the estimator, which has to be of trees that take one. None
    refuses one."""
    outside: str = REFUSE
    """A number out of range is refused; or its nearest bound takes its place (CLIP); or its row is dropped (DROP)."""

    @classmethod
    def array(
        cls,
        name: str,
        size: int,
        minimum: float | None = None,
        maximum: float | None = None,
        missing: float | str | None = None,
        outside: str = REFUSE,
    ) -> Array:
        """So many columns, NAME_0 and so on, that are one feature: a request gives them as a list."""
        if cls is not Numeric:
            raise TypeError(f"{cls.__name__} has no array: write Numeric.array({name!r}, {size!r})")
        return Array(name, minimum, maximum, missing, outside, size)

    @property
    def declared(self) -> str:
        """The name of what the recipe declares it by."""
        return self.name


@dataclass(frozen=True)
class Array(Numeric):
    """Several columns of numbers that are one feature, all of one range and one way with missing numbers."""

    size: int = 1

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """In the order of their places, from 0."""
        policies = (self.minimum, self.maximum, self.missing, self.outside)
        return tuple(Element(name, *policies, of=self.name) for name in names_in(self.name, self.size))


@dataclass(frozen=True)
class Element(Numeric):
    """One of the columns of an array."""

    of: str = ""

    @property
    def declared(self) -> str:
        return self.of


SECONDS = "seconds"
NUMBERS_OF_A_DATE = (SECONDS, "days", "year", "day", "minute")
"""Seconds and days since 1970, the year, the day of the month, and the minute."""
CATEGORIES_OF_A_DATE: Mapping[str, range] = {"month": range(1, 13), "weekday": range(7), "hour": range(24)}
"""What comes again and again, and which there are. Monday is 0."""


@dataclass(frozen=True, init=False)
class Date(Numeric):
    """A column of dates: texts that `lambdas.serve.seldom.date_texts` reads. As a number a date is its seconds since
    1970.

    `minimum`, `maximum` and `missing` are given as such texts, or in seconds, and are in seconds from then on; a text
    that is no date stays, and the recipe is refused.
    """

    parts: Sequence[str] = (SECONDS,)
    """What the estimator sees of a date: NUMBERS_OF_A_DATE among the numbers, CATEGORIES_OF_A_DATE among the
    categories."""

    def __init__(
        self,
        name: str,
        minimum: str | float | None = None,
        maximum: str | float | None = None,
        missing: str | float | None = None,
        outside: str = REFUSE,
        parts: Sequence[str] = (SECONDS,),
    ) -> None:
        super().__init__(name, _seconds(minimum), _seconds(maximum), _seconds(missing), outside)
        object.__setattr__(self, "parts", parts)


def _seconds(given: Any) -> Any:
    found = seconds_of(given) if isinstance(given, str) else None
    return given if found is None else found


@dataclass(frozen=True)
class Categorical:
    """A column of texts that are not empty; `allowed` lists them, None allows any."""

    name: str
    allowed: Sequence[str] | None = None
    missing: str | None = None
    """The category that takes the place of a missing text; None refuses one."""

    def takes(self, text: str) -> bool:
        return self.allowed is None or self.is_listed(text) or text == self.missing

    def is_listed(self, text: str) -> bool:
        return text in self._allowed

    @cached_property
    def _allowed(self) -> frozenset[str]:
        return frozenset(self.allowed or ())


COPIES_TOGETHER = "together"
BY_TIME = "time"


@dataclass(frozen=True)
class Split:
    """Which share of each class is held out of training, and the seed of the draw.

    For new objects: one that a version was made of keeps what it was first split by, so that no live model is judged
    on rows that it was trained on.
    """

    holdout_ratio: float = 0.2
    seed: int = 42
    group: str | None = None
    """A column of the files: rows with the same text in it are on one side, in all objects."""
    duplicates: str | None = None
    """COPIES_TOGETHER: rows with the same features are on one side, in all objects."""
    by: str | None = None
    """BY_TIME: the newest rows are the holdout."""
    nights: int | None = None
    """By time: so many nights are held out, by the dates in the objects' names; None for `holdout_ratio` of them."""
    days: int | None = None
    """By time and column: so many days are held out; None for `holdout_ratio` of them."""
    column: str | None = None
    """A column of dates, of the rows; without one the objects' names tell the dates."""


@dataclass(frozen=True)
class Window:
    """Which part of the data set a run uses: its last nights, by the objects' names, or its days, by a column."""

    nights: int | None = None
    days: int | None = None
    column: str | None = None


@dataclass(frozen=True)
class Tolerate:
    """What a run may leave out of a data set because it is bad, and go on without.

    `rows` is a share (0 up to less than 1) of the rows of each file, and of each class in it; `files` is how many
    files one run may leave out whole that no run has left out before.
    """

    rows: float = 0.0
    files: int = 0


@dataclass(frozen=True)
class Shift:
    """One step of a gradual rollout: this share (0..1) of the traffic for so long, then a look at its health."""

    share: float
    seconds: int


@dataclass(frozen=True)
class Serving:
    """The memory of the function that serves the model, 128 to 10,240 MB, and how long one of its calls may take, 1
    to 60 s; what is None is as the stage has it."""

    memory_mb: int | None = None
    timeout_seconds: int | None = None


@dataclass(frozen=True)
class Approval:
    """How long a version that passed its gate waits for a person, and what happens when nobody decides.

    `otherwise` is "reject", or "approve": then the first run after the time takes it live.
    """

    within_hours: int = 72
    otherwise: str = "reject"


@dataclass(frozen=True)
class SageMaker:
    """An engine: a training job on an instance of this type fits the estimator, in the place of the function Train.

    Its time is bounded, and so is its price. `spot` takes spare capacity, which is cheaper, and which AWS may take
    back: then the job begins anew, and waits for that up to as long again. `instances` of them share the rows of one
    of SageMaker's own algorithms. With `tuner` each trial of `tune` is a job, of that time and price.
    """

    instance_type: str = "ml.m5.large"
    max_runtime_seconds: int = 3600
    spot: bool = False
    volume_gb: int = 30
    instances: int = 1
    tuner: bool = False


@dataclass(frozen=True)
class Threshold:
    """The probability of the positive class from which on a model of two classes answers it: the operating point.

    A number; or by what it is chosen, on the rows of the training part that cross-validation holds out: made with
    `at_precision`, `at_recall` or `by_costs`. One of the four fields is given.

    >>> Threshold(0.3).is_chosen, Threshold.at_recall(0.9).is_chosen
    (False, True)
    """

    probability: float | None = None
    precision: float | None = None
    recall: float | None = None
    costs: Mapping[str, float] | None = None

    @classmethod
    def at_precision(cls, precision: float) -> Threshold:
        """The one with the highest recall among those with this precision (0..1) or more."""
        return cls(precision=precision)

    @classmethod
    def at_recall(cls, recall: float) -> Threshold:
        """The highest one with this recall (0..1) or more."""
        return cls(recall=recall)

    @classmethod
    def by_costs(cls, costs: Mapping[str, float]) -> Threshold:
        """The one with the least cost. `costs` says what an error costs, as in `at_most_cost`: "fn" is a row of the
        positive class that is answered as the other, "fp" the reverse."""
        return cls(costs=costs)

    @property
    def is_chosen(self) -> bool:
        return self.probability is None


@dataclass(frozen=True)
class Columns:
    """The positions of the columns in the X that the estimator is fitted on, for a ColumnTransformer.

    X is one float64 array: the numeric columns, then the categorical ones as codes of their levels, and last the
    parts of dates that are categories. The parts that are numbers stand where their column does.
    """

    numeric: list[int]
    categorical: list[int]
