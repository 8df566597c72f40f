"""JSON documents in the object store: one spelling, so that equal documents are equal bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib.edges import ObjectStore
from chalicelib.errors import RegistryIncomplete


def encode(document: Any) -> bytes:
    """Refuses NaN and infinities, which are not JSON."""
    return json.dumps(document, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def decode(body: bytes) -> Any:
    return json.loads(body)


def read(body: bytes, *, key: str) -> Any:
    """What is stored at the key; raises RegistryIncomplete when it is no document."""
    try:
        return decode(body)
    except ValueError as exc:  # no JSON, or not UTF-8
        raise RegistryIncomplete(
            f"{key} is damaged: its {len(body)} bytes are no JSON; put an earlier version of the object back, which"
            " the bucket keeps",
            key=key,
        ) from exc


def find(store: ObjectStore, key: str) -> Any:
    """The document, or None when there is none; raises RegistryIncomplete when what is there is none."""
    stored = store.find(key)
    return None if stored is None else read(stored.body, key=key)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond.

    >>> timestamp(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    '2026-11-21T03:00:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
