"""Finds what makes no sense in the endpoints that a recipe asks for."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.contracts.endpoints import HOURLY, INSTANCES_MAX
from chalicelib.settings import schedules
from lambdas.model.recipe.fields import Fields
from lambdas.model.recipe.hosting.endpoint import Endpoint, Scheduled
from lambdas.model.recipe.types import shown

RANGES = {
    "requests_per_minute": range(1, 1_000_001),
    "keep_hours": range(721),
    "idle_hours": range(1, 169),
    "max_concurrency": range(1, 201),
}
"""An alarm looks back on seven days at most.
Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, "Period"."""
SERVERLESS_MB = range(1024, 6145, 1024)
"""It and the concurrency: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"""


def target_problems(recipe: Fields) -> Iterator[str]:
    """In words; none of a recipe whose versions have no endpoints."""
    target = recipe.endpoint
    if target is None:
        return
    if target.instance_type not in HOURLY:
        yield f"target.instance_type is {shown(target.instance_type)}: expected one of {', '.join(HOURLY)}"
    yield from _count_problems("target", target.min_instances, target.max_instances)
    memory = target.serverless
    if memory is not None and memory not in SERVERLESS_MB:
        yield f"target.serverless is {memory}: expected 1024, 2048 and so on to {SERVERLESS_MB[-1]}, or None"
    for name, accepted in RANGES.items():
        if (value := getattr(target, name)) not in accepted:
            yield f"target.{name} is {value}: expected {accepted[0]} to {accepted[-1]:,}"
    if target.scheduled is not None:
        yield from _schedule_problems(target, target.scheduled)


def _count_problems(what: str, least: int, most: int) -> Iterator[str]:
    if not 1 <= least <= most <= INSTANCES_MAX:
        yield f"{what} has {least} to {most} instances: expected 1 to {INSTANCES_MAX}, the smaller number first"


def _schedule_problems(target: Endpoint, scheduled: Scheduled) -> Iterator[str]:
    if target.serverless is not None:
        yield "target.scheduled is of instances, and target.serverless has none: leave one of them out"
        return
    for name in ("begins", "ends"):
        try:
            schedules.cron(getattr(scheduled, name))
        except ValueError as exc:
            yield f"target.scheduled.{name} is {shown(getattr(scheduled, name))}: expected {exc}"
    if scheduled.begins == scheduled.ends:
        yield f"target.scheduled begins and ends by the same expression, {scheduled.begins}"
    least, most = target.known_hour or (0, 0)
    yield from _count_problems("target.scheduled", least, most)
    if (least, most) == (target.min_instances, target.max_instances):
        yield f"target.scheduled has {least} to {most} instances, as many as there are at other hours: leave it out"
