"""Hands the rows of one side of a run's data from Preprocess to Train and Evaluate, part by part.

A part is a zip file of one `Part`, which is unpacked into a folder once and mapped from there; its checksums tell a
damaged one. A small record lists the parts of a side; its URI is what the tasks hand on.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, TextIO

from chalicelib import layout
from chalicelib.cutting import quoted
from chalicelib.documents.frozen import Document, holds, holds_many, holds_one
from chalicelib.documents.shapes import count, sha256, text
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid, DataError, DatasetTooLarge
from chalicelib.layout import Place
from chalicelib.registry.report import Imported
from chalicelib.settings.texts import TASK_MB
from lambdas.archives import unzipped, zipped
from lambdas.intermediates import read
from lambdas.model.arrays import Content
from lambdas.model.data.part import Part, merged
from lambdas.model.reading.table import Table
from lambdas.model.splitting.split import Draw

DISK_SPARE_BYTES = 20_000_000
"""What is left free beside the parts, for whatever else a task writes."""
FOLDER = "nightswap-parts-"
"""How the names of the folders of copies begin."""
PLAIN = re.compile(r"\w[\w.]*", re.ASCII)
"""The name of a file of a part, which lies in a folder of its own."""
LOCK = "lock"
"""The file in each that is locked as long as it is in use."""


class StoredPart(Document):
    """A part in the stage's bucket."""

    key: str = holds(text)
    sha256: str = holds(sha256)
    etag: str = holds(text)
    """Under which S3 lists these bytes: their MD5, as they are not encrypted by a key of its own."""
    rows: int = holds(count)
    bytes: int = holds(count)
    unpacked_bytes: int | None = holds(count, default=None)
    """Of its files; None of a release that packed none."""

    @property
    def disk_bytes(self) -> int:
        """That its files take when they are copied."""
        return self.bytes if self.unpacked_bytes is None else self.unpacked_bytes


class PartList(Document):
    """All parts of one side of a run's data, in the objects' order: `work/RUN/sides/SIDE.json`."""

    SCHEMA = 4

    parts: tuple[StoredPart, ...] = holds_many(StoredPart)
    imported: Imported | None = holds_one(Imported, default=None)
    """Beside the training part, the model that Train takes in the place of one fitted on it."""


@dataclass(frozen=True)
class Prepared:
    """The parts of both sides in the objects' order, and the profile of all. `profile` is JSON."""

    train: tuple[StoredPart, ...]
    holdout: tuple[StoredPart, ...]
    profile: dict[str, Any]
    draws: Mapping[str, Draw]
    """By object."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """By object: the digest of its text."""
    version_ids: Mapping[str, str] = field(default_factory=dict)
    """By object: the ID of the version that was read, where it is known."""
    bad: Mapping[str, DataError] = field(default_factory=dict)
    """By object: why it was left out."""
    new_rows_of: Callable[[str], Part | None] = lambda _: None
    """From a new object's name to its rows, training part first. Where their days decide, those that are held out: an
    older file may hold the others too, and a version be trained on them."""


def stored(edges: Edges, files: Mapping[str, bytes], *, rows: int, model: str, is_packed: bool = True) -> StoredPart:
    """Write the files of a part, or of its sums, as one object below the model's parts, named by its content."""
    body = zipped(files, is_packed=is_packed)
    digest = hashlib.sha256(body).hexdigest()
    key = layout.part(model, digest)
    edges.store.put(key, body)
    md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
    unpacked = sum(map(len, files.values()))
    return StoredPart(key=key, sha256=digest, etag=f'"{md5}"', rows=rows, bytes=len(body), unpacked_bytes=unpacked)


def files_of(edges: Edges, part: StoredPart) -> dict[str, Content]:
    """Raises ArtifactInvalid when it is gone, or another one."""
    uri = str(Place(edges.store.bucket, part.key))
    body = read(edges, uri)
    if hashlib.sha256(body).hexdigest() != part.sha256:
        raise ArtifactInvalid(f"{uri} is not what Preprocess wrote: retrain again")
    return unzipped(body)


def listed(
    edges: Edges, parts: Iterable[StoredPart], *, run: str, side: str, imported: Imported | None = None
) -> str:
    """Write the record of a side, `train` or `holdout`; returns its URI."""
    key = layout.side(run, side)
    brought = {} if imported is None else {"imported": imported}
    edges.store.put(key, PartList(parts=tuple(parts), **brought).encode())
    return str(Place(edges.store.bucket, key))


class Parts:
    """One side of a run's data, in a task. Each part is copied when it is first opened; the copies go at the end.

    with Parts(edges, task.train_uri, task="Train") as train:
        each(lambda name: len(train.open(name)), train.names)

    What is opened `beside` others has to fit on the disk together with them. Raises ArtifactInvalid when the record
    or a part is gone, or a part is another one than was written; RegistryIncomplete for a damaged record,
    DatasetTooLarge when the disk is too small.
    """

    def __init__(self, edges: Edges, uri: str, *, task: str, beside: Parts | None = None) -> None:
        self._edges, self._task, self._beside = edges, task, beside
        listed = PartList.read(read(edges, uri), key=Place.parse(uri).key)
        self._parts = {f"{place:05}": each for place, each in enumerate(listed.parts)}
        self.imported = listed.imported
        self._folder: Path | None = None
        self._lock: TextIO | None = None
        self._copying = Lock()

    @property
    def names(self) -> tuple[str, ...]:
        """Of the parts, in the order of the objects."""
        return tuple(self._parts)

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self._parts.values())

    @property
    def largest_part_rows(self) -> int:
        return max((each.rows for each in self._parts.values()), default=0)

    @property
    def size_bytes(self) -> int:
        return sum(each.disk_bytes for each in self._parts.values())

    def open(self, name: str) -> Part:
        """The part, mapped from a local copy. Several threads may ask."""
        if self._folder is None:
            raise ValueError("the parts are opened inside of `with` alone")
        folder = self._folder / name
        with self._copying:
            if not folder.exists():
                self._copy(self._parts[name], folder)
        return Part.opened(folder)

    def table(self) -> Table:
        """All rows in memory, with their texts. At least one part."""
        return merged([self.open(name) for name in self.names]).table()

    def _copy(self, part: StoredPart, folder: Path) -> None:
        partial = folder.with_suffix(".partial")
        partial.mkdir(exist_ok=True)
        files = files_of(self._edges, part)
        for name in (name for name in files if not PLAIN.fullmatch(name)):
            raise ArtifactInvalid(f"{part.key} has a file named {quoted(name)}, which no part has: retrain again")
        for name, content in files.items():
            (partial / name).write_bytes(content)
        partial.rename(folder)

    def _check_room(self) -> None:
        free = shutil.disk_usage(tempfile.gettempdir()).free
        wanted = [self] if self._beside is None else [self, self._beside]
        rows, size = sum(each.rows for each in wanted), sum(each.size_bytes for each in wanted)
        if size + DISK_SPARE_BYTES > free:
            raise DatasetTooLarge(
                f"{rows:,} rows take {size:,} bytes of disk in {self._task}, where {free:,} are free for them beside"
                f" {DISK_SPARE_BYTES:,} to spare. Give it more, {TASK_MB.stop - 1:,} MB at most"
                f" (NIGHTSWAP_{self._task.upper()}_STORAGE_MB in .chalice/config.json, then nightswap deploy), leave"
                " columns out of the recipe, or take files out of the data set",
                rows=rows,
                bytes=size,
                free_bytes=free,
            )

    def __enter__(self) -> Self:
        _remove_left_behind()
        self._check_room()
        self._folder, self._lock = _new_folder()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder)
        if self._lock is not None:
            self._lock.close()
        self._folder = self._lock = None


def _new_folder() -> tuple[Path, TextIO]:
    """With a locked file in it, open until it is closed or the process ends. It has its name from the lock on."""
    new = Path(tempfile.mkdtemp(prefix=f"new-{FOLDER}"))
    lock = (new / LOCK).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return new.rename(new.with_name(new.name.removeprefix("new-"))), lock


def _remove_left_behind() -> None:
    """A task that Lambda ends for its time or memory cannot tidy up, and the next one may have the same disk.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            lock = (folder / LOCK).open()
        except OSError:  # gone meanwhile, or another user's
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:  # in use
            pass
        finally:
            lock.close()
