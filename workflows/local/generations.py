"""The saved state of all services: one generation that is whole, and the one before it.

SERVICE.json            what a service holds, as the emulator reads it
manifest.json           the generation: when it was saved, and the SHA-256 of each of its files
lambda-blobs/           the functions' packages, by their SHA-256
previous/               the same files of the generation before, or a second copy where nothing changed

A generation counts from the moment its manifest is there. Until then each file that it replaces lies in `previous/`,
so that a kill at any moment leaves a generation whole. A file that is not what its manifest says is never loaded and
never written over: it goes to the folder `damaged`, and a whole copy takes its place if there is one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflows.local import whole_files

MANIFEST = "manifest.json"
PREVIOUS = "previous"
BLOBS = "lambda-blobs"
DAMAGED_KEPT = 20
"""So many damaged files are kept, the newest."""

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
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return cls(str(saved_at), files)


@dataclass
class Generations:
    folder: Path
    damaged: Path
    clock: Clock
    _files: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each file of the generation on disk."""
    _saved_at: str = ""
    _copied: set[str] = field(default_factory=set)
    """Services of which `previous/` holds the same bytes."""

    def save(self, bodies: Mapping[str, bytes]) -> bool:
        """Make these files the newest generation, together with those of the services that are not named.

        Returns whether anything changed.
        """
        changed = {name: body for name, body in bodies.items() if self._files.get(name) != sha256(body)}
        if not changed and self._copied >= set(self._files):
            return False
        self._previous.mkdir(parents=True, exist_ok=True)
        for name in self._files.keys() - changed.keys() - self._copied:
            self._copy(name)
        for name, body in changed.items():
            self._replace(name, body)
        whole_files.sync_folder(self._previous)
        if self._files:
            whole_files.write(self._previous / MANIFEST, Manifest(self._saved_at, self._files).to_bytes())
        self._commit({**self._files, **{name: sha256(body) for name, body in changed.items()}}, self.clock())
        self._copied -= changed.keys()
        return True

    def check(self) -> list[str]:
        """Make the newest generation that is whole the one that is loaded; returns what there is to tell about it."""
        self._sweep()
        manifest, before = self._manifests()
        if manifest is None and before is None:
            return self._adopt()
        known = [each for each in (manifest, before) if each is not None]
        chosen = next((each for each in known if self._is_whole(each)), known[0])
        told = list(self._install(chosen, is_newest=chosen is manifest))
        self._copied = {
            name for name, wanted in self._files.items() if self._has(self._previous / f"{name}.json", wanted)
        }
        return told

    def reject(self, name: str, why: str) -> str:
        """Take out a file that the emulator cannot load, and its copy with it; returns what there is to tell."""
        path, copy = self.folder / f"{name}.json", self._previous / f"{name}.json"
        if copy.exists() and _content(copy) == _content(path):
            copy.unlink()
        return f"{name}.json cannot be loaded ({why}): it is kept as {self._put_aside(path)}"

    def packages(self) -> set[str]:
        """The SHA-256 of every function's package that either generation needs."""
        found = (_content(folder / "lambda.json") or b"" for folder in (self.folder, self._previous))
        return {each for body in found for each in _packages_in(body)}

    @property
    def _previous(self) -> Path:
        return self.folder / PREVIOUS

    def _replace(self, name: str, body: bytes) -> None:
        path = self.folder / f"{name}.json"
        if name in self._files:
            path.replace(self._previous / path.name)
        whole_files.write(path, body)

    def _copy(self, name: str) -> None:
        body = _content(self.folder / f"{name}.json")
        if body is not None and sha256(body) == self._files[name]:
            whole_files.write(self._previous / f"{name}.json", body)
        self._copied.add(name)

    def _commit(self, files: dict[str, str], saved_at: str) -> None:
        self._files, self._saved_at = files, saved_at
        whole_files.write(self.folder / MANIFEST, Manifest(saved_at, files).to_bytes())

    def _manifests(self) -> tuple[Manifest | None, Manifest | None]:
        return Manifest.read(self.folder / MANIFEST), Manifest.read(self._previous / MANIFEST)

    def _sweep(self) -> None:
        for folder in (self.folder, self._previous, self.folder / BLOBS):
            for each in folder.glob(f"*{whole_files.UNFINISHED}"):
                each.unlink()

    def _adopt(self) -> list[str]:
        """A state without any manifest was saved before there were manifests: what can be read is taken."""
        told, files = [], {}
        for path in self._services():
            body = _content(path)
            if problem := self._problem(path, body, wanted=None):
                told.append(f"{path.name} is damaged ({problem}) and kept as {self._put_aside(path)}; {EMPTY}")
            else:
                files[path.stem] = sha256(body or b"")
        if files:
            self._commit(files, self.clock())
        return told

    def _install(self, chosen: Manifest, *, is_newest: bool) -> Iterator[str]:
        if not is_newest:
            yield f"the last save is not whole: the one before is taken, of {chosen.saved_at}"
        for path in self._services():
            if path.stem not in chosen.files:
                yield f"{path.name} does not belong to the save of {chosen.saved_at}: kept as {self._put_aside(path)}"
        files = dict(chosen.files)
        for name, wanted in chosen.files.items():
            path = self.folder / f"{name}.json"
            if self._has(path, wanted):
                continue
            problem = self._problem(path, _content(path), wanted=wanted)
            kept = f" and kept as {self._put_aside(path)}" if path.exists() else ""
            if self._has(self._previous / path.name, wanted):
                whole_files.write(path, (self._previous / path.name).read_bytes())
                yield f"{path.name} is damaged ({problem}){kept}; its copy of {chosen.saved_at} takes its place"
            else:
                del files[name]
                yield f"{path.name} is damaged ({problem}){kept}, and so is its copy; {EMPTY}"
        self._commit(files, chosen.saved_at)

    def _services(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.json") if path.name != MANIFEST)

    def _is_whole(self, manifest: Manifest) -> bool:
        return all(
            any(self._has(folder / f"{name}.json", wanted) for folder in (self.folder, self._previous))
            for name, wanted in manifest.files.items()
        )

    def _has(self, path: Path, wanted: str) -> bool:
        return self._problem(path, _content(path), wanted=wanted) == ""

    def _problem(self, path: Path, body: bytes | None, *, wanted: str | None) -> str:
        """What is wrong with a service's file, empty where nothing is."""
        if body is None:
            return "it cannot be read" if path.exists() else "it is missing"
        if wanted is None or sha256(body) != wanted:
            if not _is_json(body):
                return "it is empty" if not body.strip(b"\0 \n") else f"its {len(body):,} bytes are no whole JSON"
            if wanted is not None:
                return "it is of another save"
        lost = [each for each in _packages_in(body) if not self._has_package(each)]
        return f"the packages of {len(lost)} functions are lost" if lost else ""

    def _has_package(self, wanted: str) -> bool:
        """Whether a function's package is whole; a damaged one is put aside, and written again when it is needed."""
        path = self.folder / BLOBS / f"{wanted}.zip"
        body = _content(path)
        if body is not None and sha256(body) != wanted:
            self._put_aside(path)
            return False
        return body is not None

    def _put_aside(self, path: Path) -> str:
        self.damaged.mkdir(parents=True, exist_ok=True)
        name = f"{self.clock().replace(':', '').replace('-', '')}-{path.name}"
        taken = len(list(self.damaged.glob(f"{name}*")))
        kept = self.damaged / (f"{name}.{taken}" if taken else name)
        path.replace(kept)
        for old in sorted(self.damaged.iterdir())[:-DAMAGED_KEPT]:
            if old.is_file():
                old.unlink()
        return str(Path(self.damaged.name) / kept.name)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


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
