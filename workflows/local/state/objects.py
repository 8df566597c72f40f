"""Keeps S3's objects: complete and only on disk, and no version for longer than the bucket's lifecycle says.

The emulator also holds every body that it was ever given in memory, and carries out no lifecycle. The rules count in
days. Here a superseded version goes at once, because an afternoon of retrains here is a year of nights on AWS.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from workflows.local.state import disk_full
from workflows.local.state.object_files import UNFINISHED, WholeFiles

Json = dict[str, Any]

EXPIRING = ("batches/", "locks/", "parts/", "row-answers/", "runs/", "work/")
"""Where the bucket's lifecycle lets superseded versions go, and a deleted object without a trace.

Of a person's own files, of builds and of tokens they stay here: no night writes one anew."""

DESCRIPTION = ".meta.json"
"""What the emulator adds to an object's path for its description."""


def install(folder: Path) -> None:
    """`folder` is named where it has no room left."""
    from ministack.services import s3

    versions = Versions(s3, folder=folder)
    s3.handle_request = disk_full.refusing(s3.handle_request)
    s3._atomic_write = versions.files.write
    s3._persist_displaced_version = versions.displace
    s3._persist_object = versions.persist
    s3._persist_delete_marker = versions.mark
    versions.mend()
    versions.sweep()


def expires(key: str) -> bool:
    """Whether a superseded version of the object goes.

    >>> expires("work/a-run/train/labels.npy"), expires("ledger/kdd99-http/0000000001.json")
    (True, False)
    """
    return key.startswith(EXPIRING)


class Versions:
    """The operations that replace those of `service`, the emulator's S3 module. They run on its one thread."""

    def __init__(self, service: Any, *, folder: Path) -> None:
        self._service = service
        self.files = WholeFiles(folder)
        self._displace: Callable[..., None] = service._persist_displaced_version
        self._persist: Callable[..., None] = service._persist_object
        self._mark: Callable[..., None] = service._persist_delete_marker

    def displace(self, bucket: str, key: str, prior: Json | None, versioning: str) -> None:
        """Keep the bytes of the version that a write or a delete displaces; raises DiskFull."""
        if expires(key):
            return
        with self.files.all_or_nothing(lambda: self._put_back(bucket, key, prior), writes=prior is not None):
            self._displace(bucket, key, prior, versioning)

    def persist(self, bucket: str, key: str, record: Json) -> None:
        """Write the object; from then on its bytes are on disk alone. Raises DiskFull."""
        versions = self._versions(bucket, key)
        with self.files.all_or_nothing(lambda: self._take_back(bucket, key, record), lasts=not expires(key)):
            self._persist(bucket, key, record)
        if expires(key):
            del versions[:-1]
        for each in versions:
            each["data"] = None

    def mark(self, bucket: str, key: str, marker: Json) -> None:
        """Note that the object was deleted, or forget it; raises DiskFull."""
        versions = self._versions(bucket, key)
        if not expires(key):
            with self.files.all_or_nothing(lambda: self._take_back(bucket, key, marker)):
                self._mark(bucket, key, marker)
            return
        self._forget(bucket, key, versions)
        self._service._object_versions.pop((bucket, key), None)
        self._service._delete_persisted_object(bucket, key)
        _remove_empty_folders(Path(self._service._object_disk_path(bucket, key)).parent)

    def mend(self) -> None:
        """Describe anew each object that a kill left between its bytes and its description, which is written last.

        Else a reader finds a checksum that is not that of the bytes, for ever.
        """
        for description in self._root.rglob(f"*{DESCRIPTION}"):
            body = description.with_name(description.name.removesuffix(DESCRIPTION))
            if body.exists() and body.stat().st_mtime_ns > description.stat().st_mtime_ns:
                bucket = description.relative_to(self._root).parts[1]
                self._describe(bucket, json.loads(description.read_bytes())["key"], body.read_bytes())

    def sweep(self) -> None:
        """Forget what an earlier server left and this one would not have."""
        for unfinished in self._root.rglob(f"*{UNFINISHED}"):
            unfinished.unlink()
        for bucket, key in list(self._service._object_versions):
            versions = self._versions(bucket, key)
            if expires(key) and versions[-1].get("is_delete_marker"):
                self.mark(bucket, key, versions[-1])
            elif expires(key) and len(versions) > 1:
                self._forget(bucket, key, versions[:-1])
                del versions[:-1]

    @property
    def _root(self) -> Path:
        """ACCOUNT/BUCKET/KEY lie below it. A key that ends as our own files do has another name there."""
        return Path(self._service.DATA_DIR)

    def _describe(self, bucket: str, key: str, body: bytes) -> None:
        record = self._service._buckets[bucket]["objects"].get(key)
        md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
        for each in (record, *self._versions(bucket, key)[-1:]) if record else ():
            each.update(etag=f'"{md5}"', size=len(body), checksums={})

    def _take_back(self, bucket: str, key: str, record: Json) -> None:
        """Forget the version or the delete marker that was recorded last."""
        versions = self._versions(bucket, key)
        if versions and versions[-1]["version_id"] == record.get("version_id"):
            versions.pop()
        latest = versions[-1] if versions else None
        if latest is None:
            self._service._object_versions.pop((bucket, key), None)
        else:
            latest["is_latest"] = True
        self._put_back(bucket, key, latest and self._service._object_record_from_version(latest))

    def _put_back(self, bucket: str, key: str, prior: Json | None) -> None:
        """Make `prior` the current object, which it was."""
        objects = self._service._buckets[bucket]["objects"]
        if prior is None:
            objects.pop(key, None)
        else:
            objects[key] = prior

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
