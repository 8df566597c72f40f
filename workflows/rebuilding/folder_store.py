"""A bucket in a folder: processes share it, and what lies in it takes none of their memory, as with S3."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from chalicelib.cutting import quoted
from chalicelib.edges.object_store import Digest, Listed, Stored
from chalicelib.errors import ObjectUnreadable
from workflows.safe_paths import inside


class FolderStore:
    """An `ObjectStore` for one process at a time. An entity tag is the MD5 of a file, as S3's is."""

    bucket = "folder"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> Stored | None:
        file = self._file(key)
        return Stored(file.read_bytes(), _etag(file)) if file.is_file() else None

    def digest(self, key: str) -> Digest | None:
        file = self._file(key)
        if not file.is_file():
            return None
        with file.open("rb") as content:
            return Digest(hashlib.file_digest(content, "sha256").hexdigest(), file.stat().st_size)

    def version_id(self, key: str) -> str | None:  # noqa: ARG002
        """It keeps none."""
        return None

    def put(self, key: str, body: bytes) -> None:
        file = self._file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)  # another key may be a link to it
        file.write_bytes(body)

    def put_if_absent(self, key: str, body: bytes) -> bool:
        if self._file(key).exists():
            return False
        self.put(key, body)
        return True

    def put_if_match(self, key: str, body: bytes, *, etag: str) -> bool:
        if not self._matches(key, etag):
            return False
        self.put(key, body)
        return True

    def delete(self, key: str) -> None:
        self._file(key).unlink(missing_ok=True)

    def delete_if_match(self, key: str, *, etag: str) -> bool:
        if not self._matches(key, etag):
            return False
        self.delete(key)
        return True

    def list(self, prefix: str) -> list[Listed]:
        below = self.folder / prefix.rpartition("/")[0]
        files = {each.relative_to(self.folder).as_posix(): each for each in below.rglob("*") if each.is_file()}
        return [
            Listed(key, _etag(file), file.stat().st_size, datetime.fromtimestamp(file.stat().st_mtime, UTC))
            for key, file in sorted(files.items())
            if key.startswith(prefix)
        ]

    def copy(self, source: str, target: str) -> None:
        """The content lies there once, and under two keys."""
        file = self._file(target)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.hardlink_to(self._file(source))

    def earlier(self, key: str) -> Iterable[Stored | None]:  # noqa: ARG002
        """It keeps none."""
        return ()

    def _file(self, key: str) -> Path:
        """Raises ObjectUnreadable for a key that a bucket may have, and a folder may not."""
        try:
            return inside(self.folder, key)
        except ValueError as exc:
            raise ObjectUnreadable(f"{quoted(key)} cannot be copied: as a path it would lie elsewhere") from exc

    def _matches(self, key: str, etag: str) -> bool:
        file = self._file(key)
        return file.is_file() and _etag(file) == etag


def _etag(file: Path) -> str:
    found = file.stat()
    return _md5(file, found.st_ino, found.st_size, found.st_mtime_ns)


@cache
def _md5(file: Path, *_: int) -> str:
    """Of a file as it is since that change."""
    with file.open("rb") as content:
        return f'"{hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()}"'
