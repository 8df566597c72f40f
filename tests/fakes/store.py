"""A bucket in memory: an `ObjectStore` that behaves as S3 does on a good day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.edges import Clock, Listed, Stored
from tests.fakes.clock import FakeClock
from tests.fakes.history import History


@dataclass(frozen=True)
class _Object:
    body: bytes
    etag: str
    modified_at: datetime


def _etag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


class InMemoryStore:
    """Entity tags are MD5 sums in quotes, as S3's are: the same content written again has the same tag.

    `history` gets every change: operations put (key, body), delete (key).
    """

    def __init__(
        self, bucket: str = "test-bucket", *, clock: Clock | None = None, history: History | None = None
    ) -> None:
        self.bucket = bucket
        self._clock: Clock = clock or FakeClock()
        self._history = history or History(clock=self._clock)
        self._objects: dict[str, _Object] = {}

    def find(self, key: str) -> Stored | None:
        found = self._objects.get(key)
        return Stored(found.body, found.etag) if found else None

    def put(self, key: str, body: bytes) -> None:
        self._objects[key] = _Object(bytes(body), _etag(body), self._clock())
        self._history.record("put", key, body=bytes(body))

    def put_if_absent(self, key: str, body: bytes) -> bool:
        if key in self._objects:
            return False
        self.put(key, body)
        return True

    def put_if_match(self, key: str, body: bytes, *, etag: str) -> bool:
        if not self._matches(key, etag):
            return False
        self.put(key, body)
        return True

    def delete(self, key: str) -> None:
        if self._objects.pop(key, None):
            self._history.record("delete", key)

    def delete_if_match(self, key: str, *, etag: str) -> bool:
        if not self._matches(key, etag):
            return False
        self.delete(key)
        return True

    def list(self, prefix: str) -> list[Listed]:
        return [
            Listed(key, found.etag, len(found.body), found.modified_at)
            for key, found in sorted(self._objects.items())
            if key.startswith(prefix)
        ]

    def copy(self, source: str, target: str) -> None:
        """Raises KeyError when there is no source: S3's NoSuchKey, which no caller should ever see."""
        self.put(target, self._objects[source].body)

    def earlier(self, key: str) -> Sequence[Stored | None]:
        """As far as the history goes back."""
        states = [effect for effect in self._history.of("put", "delete") if effect.subject == key]
        bodies = [effect.facts.get("body") for effect in reversed(states)]
        return [None if body is None else Stored(body, _etag(body)) for body in bodies[1:]]

    def _matches(self, key: str, etag: str) -> bool:
        found = self._objects.get(key)
        return found is not None and found.etag == etag
