"""A folder in the place of the stage's bucket: what SageMaker downloaded, and what it is to upload."""

from __future__ import annotations

import hashlib
from pathlib import Path

from chalicelib.edges.object_store import Stored


class FolderStore:
    """Reads keys below one folder and writes them below another; what was written is read again.

    It has of an `ObjectStore` what Train uses.
    """

    def __init__(self, bucket: str, *, reads: Path, writes: Path) -> None:
        self.bucket = bucket
        self._writes, self._folders = writes, (writes, reads)

    def find(self, key: str) -> Stored | None:
        for folder in self._folders:
            if (folder / key).is_file():
                body = (folder / key).read_bytes()
                return Stored(body, f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')
        return None

    def put(self, key: str, body: bytes) -> None:
        path = self._writes / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
