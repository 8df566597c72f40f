"""What a power loss may leave of a folder: only what was brought to the disk counts.

A file has the bytes of its last fsync, none where there was none. Of names there are three extremes: those of a
folder's last fsync alone, these and the latest one, and all that were given. The process is watched while it writes;
nothing of it is replaced.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

MOMENTS = (os.fsync, os.replace, os.mkdir)
"""After each of them the power may be lost."""
DESCRIPTORS = 256
"""More than a test has open."""

Contents = dict[int, bytes]
Names = dict[int, dict[str, int]]
"""By inode: a file's bytes, and what a folder's names stand for."""


@dataclass(frozen=True)
class Image:
    """A disk without power."""

    root: int
    contents: Contents
    names: Names

    def restore(self, into: Path) -> Path:
        self._fill(into, self.root)
        return into

    def _fill(self, folder: Path, inode: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, each in self.names.get(inode, {}).items():
            if each in self.names:
                self._fill(folder / name, each)
            else:
                (folder / name).write_bytes(self.contents.get(each, b""))


@dataclass
class Disk:
    """The disk under a folder; what lies there when it is made is safe."""

    folder: Path
    images: list[Image] = field(default_factory=list)
    """Three for each moment: with the fewest names, these and the latest, and all of them."""
    _contents: Contents = field(default_factory=dict)
    _names: Names = field(default_factory=dict)
    _before: Names = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._kept = Path(tempfile.mkdtemp(dir=self.folder.parent))
        self._bring(*self._paths())

    @contextmanager
    def watched(self) -> Iterator[None]:
        sys.setprofile(self._see)
        try:
            yield
        finally:
            sys.setprofile(None)
        self._take_images()

    def _see(self, _frame: FrameType, event: str, called: Any) -> None:
        if event != "c_return" or called not in MOMENTS:
            return
        if called is os.fsync:
            self._bring(*self._open())
        self._take_images()

    def _open(self) -> set[int]:
        """The one file or folder that the process has open here, so the one that it brings to the disk."""
        found = set()
        for descriptor in range(DESCRIPTORS):
            with suppress(OSError):
                found.add(os.fstat(descriptor).st_ino)
        return found & set(self._paths())

    def _paths(self) -> dict[int, Path]:
        """By inode. Each file has a second name elsewhere, so that no inode stands for another file later."""
        found = {path.stat().st_ino: path for path in (self.folder, *self.folder.rglob("*"))}
        for inode, path in found.items():
            if path.is_file() and not (self._kept / str(inode)).exists():
                (self._kept / str(inode)).hardlink_to(path)
        return found

    def _bring(self, *inodes: int) -> None:
        paths = self._paths()
        for inode in inodes:
            if stat.S_ISDIR(paths[inode].stat().st_mode):
                self._names[inode] = {each.name: each.stat().st_ino for each in paths[inode].iterdir()}
            else:
                self._contents[inode] = paths[inode].read_bytes()

    def _take_images(self) -> None:
        root = self.folder.stat().st_ino
        every = {
            inode: {each.name: each.stat().st_ino for each in path.iterdir()}
            for inode, path in self._paths().items()
            if path.is_dir()
        }
        fewest = {inode: self._names.get(inode, {}) for inode in {**every, **self._names}}
        latest = {
            inode: fewest[inode] | dict(names.items() - before.items()) if names != before else names
            for inode, names in every.items()
            for before in [self._before.get(inode, names)]
        }
        self._before = every
        self.images += [Image(root, dict(self._contents), names) for names in (fewest, latest, every)]
