"""Decides whether a version with a share of the traffic is as healthy as the live one. Any doubt is a no.

Both versions are counted over the same time and by the same alias, so trouble of the whole system affects both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import list_of, text
from chalicelib.edges.metrics import Traffic
from chalicelib.exact import in_whole
from chalicelib.promotion.replaying import bound_ms

ENOUGH = 20
"""Invocations, below which durations say nothing, and the replay decides."""


class Step(Protocol):
    """One step of a canary, as a recipe names it: a share of the traffic, 0..1, for so many seconds."""

    @property
    def share(self) -> float: ...

    @property
    def seconds(self) -> int: ...


class HealthSeen(Document):
    """What ShiftTraffic writes of a share: `runs/RUN/health_N.json`."""

    problems: Sequence[str] = holds(list_of(text))
    remarks: Sequence[str] = holds(list_of(text))
    at: str = holds(text)


@dataclass(kw_only=True)
class Health:
    """`problems` speak against the version; `remarks` are for whoever reads how it was decided."""

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        return "; ".join(self.problems or self.remarks)


def compare(candidate: Traffic, *, live: Traffic) -> Health:
    """The candidate's health beside the live version's, as CloudWatch counted both since the first shift."""
    health = Health()
    if candidate.errors and _error_ratio(candidate) > _error_ratio(live):
        health.problems.append(
            f"{candidate.errors} of {candidate.invocations} invocations of the new version failed, of the live one"
            f" {live.errors} of {live.invocations}"
        )
    if candidate.invocations < ENOUGH or live.invocations < ENOUGH:
        health.remarks.append(
            f"too little traffic to compare ({candidate.invocations} invocations of the new version,"
            f" {live.invocations} of the live one; {ENOUGH} are enough): the replay decides"
        )
        return health
    health.remarks.append(
        f"{candidate.invocations} invocations of the new version, {live.invocations} of the live one"
    )
    if candidate.duration_ms is None or live.duration_ms is None:
        health.problems.append("CloudWatch counted invocations and no durations")
    elif candidate.duration_ms > bound_ms(live.duration_ms):
        took, bound = in_whole(candidate.duration_ms, bound_ms(live.duration_ms))
        health.problems.append(
            f"the new version takes {took} ms, the live one {live.duration_ms:.0f} ms: at most {bound} ms"
        )
    return health


def _error_ratio(traffic: Traffic) -> Fraction:
    """0 without invocations: nothing is known against it."""
    if not traffic.invocations:
        return Fraction(bool(traffic.errors))
    return Fraction(traffic.errors, traffic.invocations)
