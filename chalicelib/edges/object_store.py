"""S3: the stage's bucket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class Stored(Value):
    """An object's content, its entity tag, and the ID of this version of it; None where the store does not tell."""

    body: bytes
    etag: str
    version_id: str | None = None


class Digest(Value):
    """What an object holds, without its content: the SHA-256 in hexadecimal, its size, and the ID of this version of
    it; None where the store does not tell."""

    sha256: str
    size_bytes: int
    version_id: str | None = None


class Listed(Value):
    """An object as a listing shows it."""

    key: str
    etag: str
    size_bytes: int
    modified_at: datetime


class ObjectReader(Protocol):
    """Reads objects of one bucket."""

    def find(self, key: str) -> Stored | None:
        """The object, or None; raises StoreUnavailable when S3 throttles or does not answer."""


class ObjectStore(ObjectReader, Protocol):
    """One bucket. Reads after writes and listings are consistent, as S3 promises.

    Every method raises StoreUnavailable when S3 throttles or does not answer.
    """

    bucket: str

    def digest(self, key: str) -> Digest | None:
        """Of the object, or None. Its content is read, and never held as a whole."""

    def version_id(self, key: str) -> str | None:
        """Of the object as it is now, whose content is not read; None where there is none, or the store does not
        tell."""

    def put(self, key: str, body: bytes) -> None: ...

    def put_if_absent(self, key: str, body: bytes) -> bool:
        """Write unless there is an object; False says that there is one (perhaps our own, by a lost answer)."""

    def put_if_match(self, key: str, body: bytes, *, etag: str) -> bool:
        """Write over exactly the object with this entity tag; False says that it is another one, or none."""

    def delete(self, key: str) -> None: ...

    def delete_if_match(self, key: str, *, etag: str) -> bool:
        """Delete exactly the object with this entity tag; False says that it is another one, or none."""

    def list(self, prefix: str) -> Sequence[Listed]:
        """All objects below the prefix, in order of their keys."""

    def copy(self, source: str, target: str) -> None: ...

    def earlier(self, key: str) -> Iterable[Stored | None]:
        """The earlier contents of the key, newest first, as far as they are kept; None for a deletion."""
