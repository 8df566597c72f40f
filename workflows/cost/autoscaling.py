"""Simulates an endpoint under a load: target tracking orders its instances, which come minutes later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

OVER, UNDER = 3, 15
"""Minutes in a row after which an alarm of target tracking orders more instances, or fewer.
Source: https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html"""
SLACK = 0.9
"""Of the target: only below it instances go, else they would come and go in turns. The same source."""


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """The policy of an endpoint. Requests are those of a minute, times are minutes.

    Source of the defaults: SageMakerVariantInvocationsPerInstance with the target and the most instances of a public
    load test, whose instances took 5 to 7 minutes to serve.
    """

    target: float = 30_000
    """Requests of an instance that the policy aims at."""
    least: int = 1
    most: int = 10
    starts_in: int = 6
    cooldown: int = 5
    scheduled: tuple[int, int] | None = None
    """A minute from which on `least` is at least so many instances: the peak hour that is known."""


@dataclass(frozen=True, kw_only=True)
class Minute:
    """What one minute asked, what served it, and what was beyond it."""

    minute: int
    requests: float
    serving: int
    starting: int
    beyond: float
    """Requests that found no instance with room: they wait, or fail."""


def simulate(load: Sequence[float], scaling: Scaling, *, capacity: float) -> tuple[Minute, ...]:
    """Of `load`, the requests of each minute; an instance answers `capacity` of a minute at most."""
    serving, coming, over, under, quiet_until = scaling.least, (0, 0), 0, 0, 0
    minutes = []
    for minute, requests in enumerate(load):
        ordered, ready_at = coming
        if ordered and minute >= ready_at:
            serving, coming = ordered, (0, 0)
        least = _least(scaling, minute)
        minutes.append(
            Minute(
                minute=minute,
                requests=requests,
                serving=serving,
                starting=max(0, coming[0] - serving),
                beyond=max(0.0, requests - serving * capacity),
            )
        )
        each = requests / serving
        over = over + 1 if each > scaling.target else 0
        under = under + 1 if each < SLACK * scaling.target else 0
        if coming[0]:  # an endpoint that is updated takes no other order
            continue
        wanted = min(scaling.most, max(least, math.ceil(requests / scaling.target)))
        if serving < least or (over >= OVER and wanted > serving and minute >= quiet_until):
            coming, over, quiet_until = (wanted, minute + scaling.starts_in), 0, minute + scaling.cooldown
        elif under >= UNDER and wanted < serving and minute >= quiet_until:
            serving, under, quiet_until = wanted, 0, minute + scaling.cooldown
    return tuple(minutes)


def ramp(*, most: float, up: int, held: int) -> list[float]:
    """Requests of each minute: rising to `most` in `up` minutes, then held.

    >>> ramp(most=90, up=3, held=2)
    [30.0, 60.0, 90.0, 90, 90]
    """
    return [most * (minute + 1) / up for minute in range(up)] + [most] * held


def instance_hours(minutes: Sequence[Minute]) -> float:
    """What is paid: instances that start are paid too."""
    return sum(each.serving + each.starting for each in minutes) / 60


def _least(scaling: Scaling, minute: int) -> int:
    if scaling.scheduled is None or minute < scaling.scheduled[0]:
        return scaling.least
    return min(scaling.most, max(scaling.least, scaling.scheduled[1]))


QUIET = [1_000.0] * 10
HIGHEST = 72_000
"""1,200 a second, which 1,000 users of a public load test reached."""
RAMP, SPIKE = "a ramp of 10 minutes, held for 10", "a spike of 3 minutes"
LOADS = {
    RAMP: [*QUIET, *ramp(most=HIGHEST, up=10, held=10), *QUIET],
    SPIKE: [*QUIET, *ramp(most=HIGHEST, up=1, held=2), *QUIET],
}
"""Requests of each minute."""
CAPACITY = 30_000
"""Requests of a minute that an instance of that test answered."""
SAFETY = 0.5
"""Of what an instance answers, that a policy aims at: target = requests a second x 60 x safety.
Source: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-loadtest.html"""


def scalings(capacity: float, *, highest: float = HIGHEST) -> dict[str, Scaling]:
    """By name, policies for an instance that answers `capacity` requests a minute: they aim at all of it, at half of
    it, and at all of it with the instances of the `highest` load ordered before, as many as there may be.

    >>> [*scalings(30_000)]
    ['target 30,000', 'target 15,000', '3 from minute 0']
    """
    enough = min(Scaling.most, math.ceil(highest / capacity))
    return {f"target {each:,.0f}": Scaling(target=each) for each in (capacity, SAFETY * capacity)} | {
        f"{enough} from minute 0": Scaling(target=capacity, scheduled=(0, enough))
    }
