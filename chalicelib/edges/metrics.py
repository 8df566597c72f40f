"""CloudWatch: what Lambda counts of a version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.values import Value

LABELS_SPAN = timedelta(minutes=5)
"""Labels are counted by so long: in a day that is as much as one answer of the log holds."""


class Minute(Value):
    """What an alias sent to one function version within a minute, as CloudWatch counted it."""

    invocations: int
    errors: int
    timed: int
    """How many of them have a duration."""
    duration_ms: float
    """The sum of their durations, without the start of cold environments."""


class Labels(Value):
    """What one function version answered within some minutes, as its own log has it."""

    calls: int
    """Those that were answered with predictions."""
    by_label: Mapping[str, int]
    """In how many of these calls a label occurred."""


def begin_of_span(moment: datetime) -> datetime:
    """Of the LABELS_SPAN that it is in.

    >>> begin_of_span(datetime(2026, 11, 21, 3, 14, 59)).isoformat()
    '2026-11-21T03:10:00'
    """
    whole = moment.replace(second=0, microsecond=0)
    return whole - timedelta(minutes=whole.minute % (LABELS_SPAN // timedelta(minutes=1)))


class Metrics(Protocol):
    """What CloudWatch counts of the serving functions. It is minutes behind: the latest calls may be missing.

    Every method goes by the alias `live` and by whole minutes, from that of `since` to that of `until`, which is not
    counted any more; a minute without calls is left out. Raises MetricsUnavailable when CloudWatch throttles or does
    not answer.
    """

    def minutes(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Minute]]:
        """By function version, and by the beginning of the minute."""

    def shares_within(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime, bound_ms: int
    ) -> Mapping[str, Mapping[datetime, float]]:
        """By function version and minute: the share of the calls, 0 to 1, that took at most so long."""

    def labels(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Labels]]:
        """By function version, and by the beginning of each LABELS_SPAN; they are whole, and end before `until`."""
