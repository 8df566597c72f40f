"""S3's objects: on disk alone, and no version for longer than the bucket's lifecycle says.

The emulator holds every body that it was ever given in memory too, and carries out no lifecycle. The rules count in
days. Here a superseded version goes at once, for what S3 sees in a year of nights is an afternoon of retrains here.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

Json = dict[str, Any]

EXPIRING = ("locks/", "runs/", "work/")
"""Where the bucket's lifecycle lets superseded versions go, and a deleted object without a trace."""


def install() -> None:
    from ministack.services import s3

    versions = Versions(s3)
    s3._persist_displaced_version = versions.displace
    s3._persist_object = versions.persist
    s3._persist_delete_marker = versions.mark
    versions.sweep()


def expires(key: str) -> bool:
    """Whether a superseded version of the object goes.

    >>> expires("work/a-run/train/labels.npy"), expires("ledger/kdd99-http/0000000001.json")
    (True, False)
    """
    return key.startswith(EXPIRING)


class Versions:
    """The operations that replace those of `service`, the emulator's S3 module. They run on its one thread."""

    def __init__(self, service: Any) -> None:
        self._service = service
        self._displace: Callable[..., None] = service._persist_displaced_version
        self._persist: Callable[..., None] = service._persist_object
        self._mark: Callable[..., None] = service._persist_delete_marker

    def displace(self, bucket: str, key: str, prior: Json | None, versioning: str) -> None:
        """Keep the bytes of the version that a write or a delete displaces."""
        if not expires(key):
            self._displace(bucket, key, prior, versioning)

    def persist(self, bucket: str, key: str, record: Json) -> None:
        """Write the object; from then on its bytes are on disk alone."""
        versions = self._versions(bucket, key)
        if expires(key):
            self._forget(bucket, key, versions[:-1])
            del versions[:-1]
        self._persist(bucket, key, record)
        for each in versions:
            each["data"] = None

    def mark(self, bucket: str, key: str, marker: Json) -> None:
        """Note that the object was deleted, or forget it."""
        if not expires(key):
            self._mark(bucket, key, marker)
            return
        self._forget(bucket, key, self._versions(bucket, key))
        self._service._object_versions.pop((bucket, key), None)
        self._service._delete_persisted_object(bucket, key)
        _remove_empty_folders(Path(self._service._object_disk_path(bucket, key)).parent)

    def sweep(self) -> None:
        """Do the same with what an earlier server left."""
        for bucket, key in list(self._service._object_versions):
            versions = self._versions(bucket, key)
            if expires(key) and versions[-1].get("is_delete_marker"):
                self.mark(bucket, key, versions[-1])
            elif expires(key) and len(versions) > 1:
                self._forget(bucket, key, versions[:-1])
                del versions[:-1]

    def _versions(self, bucket: str, key: str) -> list[Json]:
        found: list[Json] = self._service._object_versions.get((bucket, key)) or []
        return found

    def _forget(self, bucket: str, key: str, versions: list[Json]) -> None:
        for each in versions:
            self._service._delete_version_file(bucket, key, each["version_id"])


def _remove_empty_folders(folder: Path) -> None:
    """This one and those above it, up to the first that holds something."""
    with suppress(OSError):
        for each in (folder, *folder.parents):
            each.rmdir()
