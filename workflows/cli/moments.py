"""Parses a time as an operator writes it."""

from __future__ import annotations

from datetime import UTC, datetime

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
