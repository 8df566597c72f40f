"""How many users ask at each moment: the load tests of the posts, as functions of the minutes since the start.

A user asks again as soon as it was answered. With a time factor, a minute takes that part of a minute; the number of
users stays.

Sources: "What we learned by serving machine learning models using AWS Lambda" (requests after 6, 10, 15 and 30
minutes of silence; 3, 6, 9 and 18 users within 5 minutes; 9 users, then 18) and "... at scale using Amazon SageMaker"
(1,000 users), both of Daitan Group on freecodecamp.org.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

STAYING_SECONDS = 60
"""So long the load goes on at most, when its time is over, for what was begun amid it."""


@dataclass(frozen=True)
class Part:
    """A stretch of a scenario, in which the users become `users`, evenly."""

    minutes: float
    users: int


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """Parts, one after another, from no user on; or single requests, `moments` minutes after the start."""

    about: str
    parts: tuple[Part, ...]
    moments: tuple[float, ...] = ()

    @property
    def minutes(self) -> float:
        return sum(part.minutes for part in self.parts)

    @property
    def most(self) -> int:
        return max(part.users for part in self.parts)

    def users(self, minute: float) -> int:
        """At a moment; 0 before the start and from the end on. A part of no length is a jump.

        >>> [SCENARIOS["surge"].users(minute) for minute in (0, 1, 3, 3.9, 4, 4.9, 5)]
        [1, 3, 9, 9, 18, 18, 0]
        """
        if not 0 <= minute < self.minutes:
            return 0
        begun, before = 0.0, 0
        for part in self.parts:
            if minute < begun + part.minutes:
                share = (minute - begun) / part.minutes
                return max(1, before + int(share * (part.users - before)))
            begun, before = begun + part.minutes, part.users
        return 0


def rising(users: int, *, minutes: float, held: float = 0.0) -> tuple[Part, ...]:
    """From none on, then held.

    >>> rising(1_000, minutes=10, held=10)
    (Part(minutes=10, users=1000), Part(minutes=10, users=1000))
    """
    return (Part(minutes, users), *((Part(held, users),) if held else ()))


def steady(users: int, *, minutes: float) -> tuple[Part, ...]:
    """All at once."""
    return (Part(0, users), Part(minutes, users))


SCENARIOS = MappingProxyType(
    {
        "silence": Scenario(
            about="one request after 0, 6, 10, 15 and 30 minutes of silence",
            parts=steady(1, minutes=64),
            moments=(0, 6, 16, 31, 61),
        ),
        **{
            f"ramp-{users}": Scenario(about=f"{users} users within 5 minutes", parts=rising(users, minutes=5))
            for users in (3, 6, 9, 18)
        },
        "surge": Scenario(
            about="9 users within 3 minutes, held for 1, then 18 at once for 1",
            parts=(*rising(9, minutes=3, held=1), *steady(18, minutes=1)),
        ),
        "eighteen": Scenario(about="18 users at once, for 2 minutes", parts=steady(18, minutes=2)),
        "thousand": Scenario(
            about="1,000 users within 10 minutes, held for 10", parts=rising(1_000, minutes=10, held=10)
        ),
    }
)
"""By name."""
