"""Parses a time as an operator writes it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from chalicelib.errors import BadRequest


def moment(text: str) -> datetime:
    """A time as people write it, in UTC where it names no zone; raises BadRequest.

    >>> moment("2026-11-20 03:00").isoformat()
    '2026-11-20T03:00:00+00:00'
    >>> moment("2026-11-20T05:00+02:00").isoformat()
    '2026-11-20T03:00:00+00:00'
    """
    try:
        read = datetime.fromisoformat(text.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise BadRequest(
            f"{text!r} is no time: write it as 2026-11-20T03:00:00Z or as '2026-11-20 03:00', which is UTC",
            field="at",
            accepted="ISO 8601",
        ) from exc


UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "w": timedelta(weeks=1)}
AGO = re.compile(r"(\d{1,5})([dhw])")


def since(text: str, *, now: datetime) -> datetime:
    """So long before now, or a time as `moment` takes it; raises BadRequest.

    >>> now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    >>> since("90d", now=now).isoformat(), since("2026-11-20", now=now).isoformat()
    ('2026-08-23T03:00:00+00:00', '2026-11-20T00:00:00+00:00')
    """
    match = AGO.fullmatch(text.strip())
    if match is None and not text[:4].isdigit():
        raise BadRequest(
            f"{text!r} is no time: write 90d, 12w or 36h, or a date such as 2026-11-20",
            field="since",
            accepted="days, weeks or hours before now, or ISO 8601",
        )
    try:
        return now - int(match[1]) * UNITS[match[2]] if match else moment(text)
    except OverflowError:  # before the year 1
        return datetime.min.replace(tzinfo=UTC)
