"""Keeps the saved state of all services: one complete generation, and the one before it.

SERVICE.json            what a service holds, as the emulator reads it
manifest.json           the generation: when it was saved, and the SHA-256 of each of its files
lambda-blobs/           the functions' packages, by their SHA-256
previous/               the same files of the generation before, or a second copy where nothing changed

A generation counts from the moment its manifest is there. Until then each file that it replaces lies in `previous/`,
so that a kill at any moment leaves one generation complete. A file that differs from its manifest is never loaded and
never overwritten: it goes to the folder `damaged`, and an intact copy takes its place if there is one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflows.local.state import whole_files

MANIFEST = "manifest.json"
PREVIOUS = "previous"
BLOBS = "lambda-blobs"
DAMAGED_KEPT = 20
"""How many damaged files are kept, the newest."""

EMPTY = "it starts empty: the next deployment makes its resources again, and the models come back from the registry"

Clock = Callable[[], str]
"""The time as text, such as 2026-11-25T03:00:00Z."""


@dataclass(frozen=True)
class Manifest:
    saved_at: str
    files: Mapping[str, str]
    """The SHA-256 of each service's file."""

    def to_bytes(self) -> bytes:
        return json.dumps({"saved_at": self.saved_at, "files": dict(self.files)}, indent=1, sort_keys=True).encode()

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """The manifest, or None where there is none or a damaged one."""
        try:
            found = json.loads(path.read_bytes())
            saved_at, files = found["saved_at"], found["files"]
            if not all(re.fullmatch(r"\w+", name) and isinstance(sha256, str) for name, sha256 in files.items()):
                return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return cls(str(saved_at), files)


@dataclass
class Generations:
    folder: Path
    damaged: Path
    clock: Clock
    loose: Collection[str] = ()
    """Services that need not be of the same moment as the others."""
    _files: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each file of the generation on disk."""
    _saved_at: str = ""
    _copied: set[str] = field(default_factory=set)
    """Services of which `previous/` holds the same bytes."""
    _moved: set[str] = field(default_factory=set)
    """Services whose file of this generation lies in `previous/` already."""

    def save(self, bodies: Mapping[str, bytes]) -> bool:
        """Make these files the newest generation, together with those of the services that are not named.

        Returns whether anything changed.
        """
        changed = {
            name: body
            for name, body in bodies.items()
            if self._files.get(name) != sha256(body) or name in self._moved
        }
        if not changed and self._copied >= set(self._files):
            return False
        self._previous.mkdir(parents=True, exist_ok=True)
        for name in self._files.keys() - changed.keys() - self._copied:
            self._copy(name)
        for name, body in changed.items():
            self._replace(name, body)
        whole_files.sync(self._previous)  # before the manifests, each of which brings its folder too
        if self._files:
            whole_files.write(self._previous / MANIFEST, Manifest(self._saved_at, self._files).to_bytes())
        self._commit({**self._files, **{name: sha256(body) for name, body in changed.items()}}, self.clock())
        self._copied -= changed.keys()
        return True

    def check(self) -> list[str]:
        """Make the newest generation that is whole the one that is loaded; returns what there is to tell about it."""
        lost = self._sweep()
        told = [*self._sort_out_manifests()]
        manifest, before = (Manifest.read(folder / MANIFEST) for folder in (self.folder, self._previous))
        if manifest is None and before is None:
            return told + self._adopt(lost)
        known = [each for each in (manifest, before) if each is not None]
        chosen = next((each for each in known if self._is_whole(each)), known[0])
        told += self._install(chosen, is_newest=chosen is manifest)
        self._copied = {
            name for name, wanted in self._files.items() if self._has(self._previous / f"{name}.json", wanted)
        }
        return told

    def reject(self, name: str, why: str) -> str:
        """Take out a file that the emulator cannot load, and its copy with it; returns what there is to tell."""
        path, copy = self.folder / f"{name}.json", self._previous / f"{name}.json"
        if copy.exists() and _content(copy) == _content(path):
            copy.unlink()
        return f"{name}.json cannot be loaded ({why}){self._put_aside(path)}"

    def packages(self) -> set[str]:
        """The SHA-256 of every function's package that either generation needs."""
        found = (_content(folder / "lambda.json") or b"" for folder in (self.folder, self._previous))
        return {each for body in found for each in _packages_in(body)}

    @property
    def _previous(self) -> Path:
        return self.folder / PREVIOUS

    def _replace(self, name: str, body: bytes) -> None:
        """Write a file of the next generation. The one of this generation moves away once, however often a full disk
        makes a save fail half-way: until the next manifest is there, it is what a restart loads."""
        path = self.folder / f"{name}.json"
        if name in self._files and name not in self._moved:
            path.replace(self._previous / path.name)
            self._moved.add(name)
        whole_files.write(path, body, syncs_folder=False)

    def _copy(self, name: str) -> None:
        body = _content(self.folder / f"{name}.json")
        if body is not None and sha256(body) == self._files[name]:
            whole_files.write(self._previous / f"{name}.json", body, syncs_folder=False)
        self._copied.add(name)

    def _commit(self, files: dict[str, str], saved_at: str) -> None:
        whole_files.write(self.folder / MANIFEST, Manifest(saved_at, files).to_bytes())
        self._files, self._saved_at = files, saved_at
        self._moved.clear()

    def _sort_out_manifests(self) -> Iterator[str]:
        for path in (self.folder / MANIFEST, self._previous / MANIFEST):
            if path.exists() and Manifest.read(path) is None:
                yield f"{path.relative_to(self.folder)} is damaged{self._put_aside(path)}"

    def _sweep(self) -> set[str]:
        """Remove files that a kill left unfinished, and what is no file where a copy is to be written; returns the
        services that lack their copy for that."""
        for folder in (self.folder, self._previous, self.folder / BLOBS):
            for each in folder.glob(f"*{whole_files.UNFINISHED}"):
                if each.is_file():
                    each.unlink()
                else:
                    self._put_aside(each)
        no_copies = [each for each in _services(self._previous) if not each.is_file()]
        for each in no_copies:
            self._put_aside(each)
        return {each.stem for each in no_copies}

    def _adopt(self, lost: Collection[str]) -> list[str]:
        """Without any manifest, as before there were manifests, what can be read of each service is taken."""
        told: list[str] = []
        files: dict[str, str] = {}
        found = {path.stem for folder in (self.folder, self._previous) for path in _services(folder)}
        for name in sorted({*found, *lost}):
            told += self._adopted(name, files)
        if files:
            told.insert(0, f"there is no {MANIFEST} to check it by: each service is taken as it was found")
        if told:
            self._commit(files, self.clock())
        return told

    def _adopted(self, name: str, files: dict[str, str]) -> Iterator[str]:
        path, copy = self.folder / f"{name}.json", self._previous / f"{name}.json"
        body = _content(path)
        if problem := self._problem(path, body, wanted=None):
            body = _content(copy)
            problem = f"{path.name} {problem}{self._put_aside(path)}"
            if self._problem(copy, body, wanted=None):
                yield f"{problem}; {EMPTY}"
                return
            yield f"{problem}; its copy takes its place"
            whole_files.write(path, body or b"")
        files[name] = sha256(body or b"")

    def _install(self, chosen: Manifest, *, is_newest: bool) -> Iterator[str]:
        if not is_newest:
            yield f"the last save is not whole: the one before is taken, of {chosen.saved_at}"
        files = dict(chosen.files)
        yield from self._strangers(files, chosen.saved_at)
        for name, wanted in list(files.items()):
            if not self._has(self.folder / f"{name}.json", wanted):
                yield self._replaced(name, files, chosen.saved_at)
        self._files, self._saved_at = files, chosen.saved_at
        if not is_newest or files != chosen.files:
            self._commit(files, chosen.saved_at)

    def _strangers(self, files: dict[str, str], saved_at: str) -> Iterator[str]:
        """Put aside the files of services that the generation does not know; a loose one joins it as it is."""
        for path in _services(self.folder):
            if path.stem in self.loose and self._problem(path, _content(path), wanted=None) == "":
                files[path.stem] = sha256(path.read_bytes())
            elif path.stem not in files:
                yield f"{path.name} does not belong to the save of {saved_at}{self._put_aside(path)}"

    def _replaced(self, name: str, files: dict[str, str], saved_at: str) -> str:
        """Put aside what is not the generation's file, and its copy in its place; else the service is struck off."""
        path, copy = self.folder / f"{name}.json", self._previous / f"{name}.json"
        problem = f"{path.name} {self._problem(path, _content(path), wanted=files[name])}{self._put_aside(path)}"
        if self._has(copy, files[name]):
            whole_files.write(path, copy.read_bytes())
            return f"{problem}; its copy of {saved_at} takes its place"
        del files[name]
        return f"{problem}, and there is no whole copy; {EMPTY}"

    def _is_whole(self, manifest: Manifest) -> bool:
        return all(
            any(self._has(folder / f"{name}.json", wanted) for folder in (self.folder, self._previous))
            for name, wanted in manifest.files.items()
            if name not in self.loose
        )

    def _has(self, path: Path, wanted: str) -> bool:
        return self._problem(path, _content(path), wanted=wanted) == ""

    def _problem(self, path: Path, body: bytes | None, *, wanted: str | None) -> str:
        """What is wrong with a service's file, empty where nothing is."""
        if body is None:
            return "cannot be read" if path.exists() else "is missing"
        if wanted is None or sha256(body) != wanted:
            if not _is_json(body):
                size = f"its {len(body):,} bytes are no whole JSON" if body.strip(b"\0 \n") else "it is empty"
                return f"is damaged ({size})"
            if wanted is not None:
                return "is of another save"
        lost = [each for each in _packages_in(body) if not self._has_package(each)]
        return f"names {len(lost)} packages of functions that are lost" if lost else ""

    def _has_package(self, wanted: str) -> bool:
        """Whether a function's package is whole; a damaged one is put aside, and written again when it is needed."""
        path = self.folder / BLOBS / f"{wanted}.zip"
        body = _content(path)
        if body is not None and sha256(body) != wanted:
            self._put_aside(path)
            return False
        return body is not None

    def _put_aside(self, path: Path) -> str:
        """Move the file, if there is one, to the damaged ones; says where it is."""
        if not path.exists():
            return ""
        self.damaged.mkdir(parents=True, exist_ok=True)
        name = f"{self.clock().replace(':', '').replace('-', '')}-{path.name}"
        taken = len(list(self.damaged.glob(f"{name}*")))
        kept = self.damaged / (f"{name}.{taken}" if taken else name)
        path.replace(kept)
        for old in sorted(self.damaged.iterdir())[:-DAMAGED_KEPT]:
            if old.is_file():
                old.unlink()
        return f", and is kept as {self.damaged.name}/{kept.name}"


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _services(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.json") if path.name != MANIFEST)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _is_json(body: bytes) -> bool:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)


def _packages_in(body: bytes) -> set[str]:
    """The packages that a service's file names.

    >>> sorted(_packages_in(b'{"code_zip": {"code_blob_ref": "' + b"a" * 64 + b'"}}')) == ["a" * 64]
    True
    """
    return {each.decode() for each in re.findall(rb'"code_blob_ref": ?"([0-9a-f]{64})"', body)}
