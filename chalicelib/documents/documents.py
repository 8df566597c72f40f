"""Reads and writes JSON documents in the object store: one spelling, so that equal documents are equal bytes.

Reading a key gives a document of the wanted shape, or RegistryIncomplete, which names the key.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from chalicelib.cutting import quoted
from chalicelib.documents.shapes import Kind, anything
from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import RegistryIncomplete

SCHEMA = 4
"""The latest that this release reads and writes; a document that says nothing of its schema is of the first.

The second has versions that wait for approval, and runs that ended Waiting. A release that knows neither would make
live what nobody approved, so it does not deploy over one that does (`workflows.deploying.release`).

The third has splits by keys and dates, and groups of labels that no recipe lists. A release that does not know such a
group would move rows to the other side, and judge the live model on rows that it was trained on.

The fourth has columns of arrays in a profile, which the release before takes for damaged, and runs that bring a model
that was trained elsewhere, for which it would train one of its own.
"""

Found = TypeVar("Found")


def encode(document: Any) -> bytes:
    """Refuses NaN and infinities, which are not JSON."""
    return json.dumps(document, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def in_one_line(document: Any) -> bytes:
    """The same without indentation, for what has an entry for every object of a data set: it takes a tenth of the
    time, because Python's fast encoder does not indent."""
    return json.dumps(document, separators=(",", ":"), sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def decode(body: bytes) -> Any:
    """Raises ValueError for what `encode` would not have written, or could not write again."""
    try:
        document = json.loads(body, object_pairs_hook=_once, parse_constant=_finite, parse_float=_finite)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc
    if b"\\ud" in body.lower():
        json.dumps(document, ensure_ascii=False).encode()  # half a surrogate pair is no text
    return document


class _Repeated(ValueError):
    """Of a name: which of its values counts, readers decide differently."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Repeated(min(name for name, times in Counter(name for name, _ in pairs).items() if times > 1))
    return found


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ValueError(f"{quoted(number)} is no number")
    return found


def read(body: bytes, *, key: str, shape: Kind = anything) -> Any:
    """Read the document at the key; raises RegistryIncomplete when it does not have that shape."""
    try:
        document = decode(body)
    except _Repeated as exc:
        raise damaged(key, f"it gives {quoted(str(exc))} more than once") from exc
    except ValueError as exc:  # no JSON, or not UTF-8
        raise damaged(key, f"its {len(body)} bytes are no JSON") from exc
    schema = document.get("schema") if isinstance(document, dict) else None
    if isinstance(schema, int) and not 1 <= schema <= SCHEMA:
        raise RegistryIncomplete(
            f"{key} is of schema {schema!r:.20}, this release of nightswap reads {SCHEMA}: use the release that wrote"
            f" it, or {put_back(key)}",
            key=key,
        )
    problem = shape(document)
    if problem is not None:
        raise damaged(key, f"it{problem}" if problem.startswith(" ") else f"in it {problem.removeprefix('.')}")
    return document


def damaged(key: str, how: str) -> RegistryIncomplete:
    return RegistryIncomplete(f"{key} is damaged: {how}; {put_back(key)}", key=key)


def put_back(key: str) -> str:
    """The command that repairs a damaged or lost document."""
    import shlex  # no prediction needs it

    return f"put an earlier version of the object back, which the bucket keeps: nightswap put-back {shlex.quote(key)}"


def find(store: ObjectStore, key: str, shape: Kind = anything) -> Any:
    """The document, or None when there is none; raises RegistryIncomplete when what is there is none."""
    stored = store.find(key)
    return None if stored is None else read(stored.body, key=key, shape=shape)


def readable(read_it: Callable[[], Found], *, told: list[str]) -> Found | None:
    """The document; None when it is damaged, which is reported: one damaged document hides no other."""
    try:
        return read_it()
    except RegistryIncomplete as damage:
        if damage.message not in told:
            told.append(damage.message)
        return None


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, to the millisecond.

    >>> timestamp(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))
    '2026-11-21T03:00:00.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def short(document: Mapping[str, Any], **most: int) -> dict[str, Any]:
    """The document with the first so many of each list that is named, and how many were left out.

    >>> short({"levels": ["a", "b", "c"]}, levels=2)
    {'levels': ['a', 'b'], 'levels_left_out': 1}
    """
    found = dict(document)
    for name, number in most.items():
        every = document.get(name) or []
        if len(every) > number:
            found |= {name: every[:number], f"{name}_left_out": len(every) - number}
    return found
