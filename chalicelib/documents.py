"""JSON documents in the object store: one spelling, so that equal documents are equal bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.edges import ObjectStore


def encode(document: Any) -> bytes:
    """Refuses NaN and infinities, which are not JSON."""
    return json.dumps(document, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def decode(body: bytes) -> Any:
    return json.loads(body)


def find(store: ObjectStore, key: str) -> Any:
    """The document, or None when there is none."""
    stored = store.find(key)
    return None if stored is None else decode(stored.body)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond.

    >>> timestamp(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    '2026-11-21T03:00:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
