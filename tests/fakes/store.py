"""A bucket in memory: an `ObjectStore` that behaves as S3 does on a good day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.edges import Clock
from chalicelib.edges.object_store import Digest, Listed, Stored
from chalicelib.edges.object_versions import ObjectVersion
from tests.fakes.clock import FakeClock
from tests.fakes.history import History


@dataclass(frozen=True)
class _Object:
    body: bytes
    etag: str
    modified_at: datetime
    version_id: str | None


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
        self.gone: set[int] = set()
        """The effects of the history whose versions were deleted for good."""
        self.looked_at: set[str] = set()
        """The keys whose objects were read, whether there was one or not; a list of them reads none."""

    def find(self, key: str) -> Stored | None:
        found = self._read(key)
        return Stored(found.body, found.etag, found.version_id) if found else None

    def digest(self, key: str) -> Digest | None:
        found = self._read(key)
        return Digest(hashlib.sha256(found.body).hexdigest(), len(found.body), found.version_id) if found else None

    def version_id(self, key: str) -> str | None:
        found = self._read(key)
        return found.version_id if found else None

    def _read(self, key: str) -> _Object | None:
        self.looked_at.add(key)
        return self._objects.get(key)

    def put(self, key: str, body: bytes) -> None:
        self.uncover(key, body, version_id=str(len(self._history.effects)))
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
        self.looked_at.add(source)
        self.put(target, self._objects[source].body)

    def earlier(self, key: str) -> Sequence[Stored | None]:
        """As far as the history goes back."""
        self.looked_at.add(key)
        states = [
            effect
            for effect in self._history.of("put", "delete")
            if effect.subject == key and effect.index not in self.gone
        ]
        bodies = [effect.facts.get("body") for effect in reversed(states)]
        return [None if body is None else Stored(body, _etag(body)) for body in bodies[1:]]

    def uncover(self, key: str, body: bytes | None, *, version_id: str | None = None) -> None:
        """Make this the current content, or none, without a version more."""
        if body is None:
            self._objects.pop(key, None)
        else:
            self._objects[key] = _Object(bytes(body), _etag(body), self._clock(), version_id)

    def _matches(self, key: str, etag: str) -> bool:
        found = self._read(key)
        return found is not None and found.etag == etag


class InMemoryVersions:
    """`ObjectVersions` of an InMemoryStore, by the history of what was written to it and deleted from it."""

    def __init__(self, store: InMemoryStore, *, history: History) -> None:
        self._store = store
        self._history = history

    def list(self, prefix: str) -> list[ObjectVersion]:
        kept = [
            each
            for each in reversed(list(self._history.of("put", "delete")))
            if each.subject.startswith(prefix) and each.index not in self._store.gone
        ]
        latest = {each.subject: each.index for each in reversed(kept)}
        found = [
            ObjectVersion(
                key=each.subject,
                version_id=str(each.index),
                etag=_etag(each.facts["body"]) if "body" in each.facts else "",
                size_bytes=len(each.facts.get("body", b"")),
                is_latest=latest[each.subject] == each.index,
            )
            for each in kept
        ]
        return sorted(found, key=lambda each: each.key)

    def read(self, version: ObjectVersion) -> bytes | None:
        body: bytes | None = self._history.effects[int(version.version_id)].facts.get("body")
        return None if int(version.version_id) in self._store.gone else body

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """A version that was the latest uncovers the one before it, as in S3."""
        self._store.gone |= {int(each.version_id) for each in versions}
        for key in {each.key for each in versions}:
            left = [each for each in self.list(key) if each.key == key]
            body, version_id = (self.read(left[0]), left[0].version_id) if left else (None, None)
            self._store.uncover(key, body, version_id=version_id)
