"""S3: all versions of the bucket's objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.values import Value


class ObjectVersion(Value, kw_only=True):
    """One of all versions that S3 keeps of an object: what was replaced or deleted too, and a mark of a deletion."""

    key: str
    version_id: str
    etag: str
    """Empty for a mark of a deletion, which has no content."""
    size_bytes: int
    is_latest: bool

    @property
    def is_mark(self) -> bool:
        return not self.etag


class ObjectVersions(Protocol):
    """All versions of all objects of one bucket, for what is to be gone for good.

    Every method raises StoreUnavailable when S3 throttles or does not answer.
    """

    def list(self, prefix: str) -> Sequence[ObjectVersion]:
        """Of all objects below the prefix, in order of their keys, the latest version of each first."""

    def read(self, version: ObjectVersion) -> bytes | None:
        """The content; None when the version is gone, or a mark."""

    def delete(self, versions: Sequence[ObjectVersion]) -> None:
        """For good; what is gone already counts as deleted."""
