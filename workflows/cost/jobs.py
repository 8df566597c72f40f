"""Tells what the training jobs of SageMaker cost at most, by a recipe's engine and the schedule of the nights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.contracts.instances import dollars, round_up_to_cents
from chalicelib.settings.schedules import DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MINUTES, MONTH, UNITS
from workflows.cost.estimates import NIGHTS

if TYPE_CHECKING:
    from lambdas.model.recipe import Recipe

MINUTES_OF_A_DAY = 24 * 60
MONTHS, WEEKDAYS = 12, 7
OF_A_UNIT = {unit: MINUTES_OF_A_DAY // (a_year // UNITS["day"]) for unit, a_year in UNITS.items()}
"""Minutes of a minute, an hour and a day."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """Of one recipe. In US dollars, at list prices of us-east-1, without spot, the volume and taxes."""

    model: str
    instance_type: str
    instances: int
    max_runtime_seconds: int
    jobs: int
    """One, or one for each trial of a search."""
    spot: bool
    retrain_usd: float
    """At most: SageMaker ends the job at its longest time."""
    month_usd: float
    """At most, by the schedule: a run that finds nothing new starts no job."""
    runs_a_month: float

    def in_words(self) -> str:
        count = "one" if self.instances == 1 else str(self.instances)
        spare = " of spare capacity, at most for its full price" if self.spot else ""
        how = "trained by a job" if self.jobs == 1 else f"tuned by {self.jobs} jobs"
        each = "on" if self.jobs == 1 else "each on"
        retrain, month = round_up_to_cents(self.retrain_usd), round_up_to_cents(self.month_usd)
        return (
            f"{self.model} is {how} of SageMaker, {each} {count} {self.instance_type}{spare} for"
            f" {self.max_runtime_seconds:,} s at most: ${retrain:.2f} a retrain at most, and"
            f" ${month:,.2f} a month at most, where each of {self.runs_a_month:,.1f} runs finds new data"
            " (list prices of us-east-1)"
        )


def jobs(recipes: Iterable[Recipe], *, schedule: str) -> Iterator[Job]:
    """Of those recipes alone whose engine is SageMaker; the schedule is one that EventBridge takes."""
    runs = runs_a_month(schedule)
    for recipe in recipes:
        engine = recipe.on_sagemaker
        if engine is not None:
            trials = recipe.tuned_by_jobs.trials if recipe.tuned_by_jobs else 1
            usd = trials * engine.instances * dollars(engine.instance_type, seconds=engine.max_runtime_seconds)
            yield Job(
                model=recipe.model,
                instance_type=engine.instance_type,
                instances=engine.instances,
                max_runtime_seconds=engine.max_runtime_seconds,
                jobs=trials,
                spot=engine.spot,
                retrain_usd=usd,
                month_usd=usd * runs,
                runs_a_month=runs,
            )


def runs_a_month(schedule: str) -> float:
    """How often a schedule comes in a mean month, in a year that it names.

    >>> round(runs_a_month("cron(0 3 * * ? *)"), 1), round(runs_a_month("rate(12 hours)"), 1)
    (30.4, 60.9)
    >>> runs_a_month("cron(0,30 3 1,15 * ? *)")
    4.0
    """
    kind, _, said = schedule.rstrip(")").partition("(")
    if kind == "rate":
        value, unit = said.split(" ")
        return NIGHTS * MINUTES_OF_A_DAY / (int(value) * OF_A_UNIT[unit.removesuffix("s")])
    minutes, hours, day_of_month, month, day_of_week, _year = said.split(" ")
    a_day = len(MINUTES.numbers(minutes)) * len(HOURS.numbers(hours))
    return a_day * _days(day_of_month, day_of_week) * len(MONTH.numbers(month)) / MONTHS


def _days(day_of_month: str, day_of_week: str) -> float:
    """Of a month; a day such as the last one, or the second Monday, comes once, and the 31st is counted in each."""
    if "*" in (day_of_month, day_of_week):
        return NIGHTS
    if day_of_month != "?":
        return 1.0 if DAY_OF_MONTH.is_special(day_of_month) else len(DAY_OF_MONTH.numbers(day_of_month))
    if day_of_week.upper() == "L":  # a Saturday
        return NIGHTS / WEEKDAYS
    special = DAY_OF_WEEK.is_special(day_of_week)
    return 1.0 if special else NIGHTS * len(DAY_OF_WEEK.numbers(day_of_week)) / WEEKDAYS
