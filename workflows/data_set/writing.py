"""Writes files into a data set: all of them; if one fails, it restores what was there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.edges import Edges
from chalicelib.errors import BadRequest, CommandFailed, NightswapError
from workflows.checking import same_content
from workflows.checking.file import File
from workflows.checking.same_content import Progress


@dataclass(frozen=True)
class Known:
    """A file, and the digest of its rows. `over` is the entity tag of what it replaces, None where nothing is."""

    file: File
    digest: str
    over: str | None = None

    @property
    def name(self) -> str:
        return self.file.name

    def read(self) -> bytes:
        """Raises BadRequest when the file changed since it was checked."""
        body = self.file.read()
        if same_content.digest(body) != self.digest:
            raise BadRequest(f"{self.name} changed since it was looked at: add it when it is complete")
        return body


@dataclass(frozen=True)
class _Write:
    """A write that was begun: `before` is the content that stood there, None for nothing."""

    key: str
    sha256: str
    before: bytes | None
    perhaps_theirs: bool = False
    """S3 refused it, and the same content lay there: our own, whose answer was lost, or somebody else's. It stays."""


def write_all(
    edges: Edges, files: Sequence[Known], *, model: str, progress: Progress, confirm: Callable[[], None]
) -> None:
    """Write all files; take back what was written when one cannot be, when `confirm` raises one of our errors at the
    end, or when the user interrupts."""
    begun: list[_Write] = []
    made: dict[str, str] = {}
    try:
        for done, file in enumerate(files):
            progress(f"adding {file.name}", done, len(files))
            body = file.read()
            _write(edges, layout.dataset(model, file.name), body, over=file.over, begun=begun)
            made[same_content.etag(body)] = file.digest
        confirm()
    except NightswapError as exc:
        _take_back(edges, begun, model=model, because=exc.message)
        theirs = [write.key.removeprefix(layout.dataset(model)) for write in begun if write.perhaps_theirs]
        but = f" but {listed(theirs)}, which somebody else may have added in this moment" if theirs else ""
        raise type(exc)(f"{exc.message}. Nothing was added{but}: try again", **exc.details) from exc
    except KeyboardInterrupt:
        _take_back(edges, begun, model=model, because="interrupted")
        raise
    same_content.remember(edges, made, model=model)


def _write(edges: Edges, key: str, body: bytes, *, over: str | None, begun: list[_Write]) -> None:
    stands = edges.store.find(key)
    begun.append(_Write(key, _sha256(body), stands.body if stands else None))
    is_done = edges.store.put_if_absent(key, body) if over is None else edges.store.put_if_match(key, body, etag=over)
    if not is_done:
        there = edges.store.find(key)
        if there is None or there.body != body:
            raise BadRequest(f"somebody else added or removed {key.rpartition('/')[2]} in this moment")
        begun[-1] = replace(begun[-1], perhaps_theirs=True)


def _take_back(edges: Edges, begun: Sequence[_Write], *, model: str, because: str) -> None:
    """Raises CommandFailed, which names what may have been added, when even that fails."""
    try:
        for write in begun:
            if not write.perhaps_theirs:
                _undo(edges, write)
    except NightswapError as exc:
        names = listed(write.key.removeprefix(layout.dataset(model)) for write in begun)
        raise CommandFailed(
            f"{because}. Some of these may have been added: {names}. Repeat the command to add all, or take them out:"
            f" nightswap data remove FILE --model {model}"
        ) from exc


def _undo(edges: Edges, write: _Write) -> None:
    stands = edges.store.find(write.key)
    if stands is None or _sha256(stands.body) != write.sha256:  # it was never written, or is somebody else's
        return
    if write.before is None:
        edges.store.delete_if_match(write.key, etag=stands.etag)
    else:
        edges.store.put_if_match(write.key, write.before, etag=stands.etag)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
