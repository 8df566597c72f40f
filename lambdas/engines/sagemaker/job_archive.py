"""Reads what a training job left, a .tar.gz file, and trusts nothing of it."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chalicelib.cutting import listed, quoted
from chalicelib.errors import ArtifactInvalid

MEMBERS_MAX = 1000
"""Of an archive that may hold files beside the one that is looked for."""


def files_of(archive: bytes, *, most: Mapping[str, int]) -> dict[str, bytes]:
    """Contents by name; `most` has the names that it may hold, each with the most of its bytes.

    Raises ArtifactInvalid for a name that is none of these, a link, or a file that is larger.
    """
    found: dict[str, bytes] = {}
    with _opened(archive) as opened:
        for name, member in _members(opened):
            if not member.isreg() or name not in most or name in found:
                raise ArtifactInvalid(f"the training job left {quoted(name)}, which no training leaves")
            found[name] = _content(opened, member, most=most[name])
    return found


def file_of(archive: bytes, wanted: str, *, most: int) -> bytes:
    """The content of one file; of the others nothing is read.

    Raises ArtifactInvalid where it is not there, is a link, or is larger.
    """
    names: list[str] = []
    with _opened(archive) as opened:
        for name, member in _members(opened):
            names.append(quoted(name))
            if name == wanted and member.isreg():
                return _content(opened, member, most=most)
            if len(names) == MEMBERS_MAX:
                break
    raise ArtifactInvalid(f"the training job left {listed(names)}: expected {wanted}")


@contextmanager
def _opened(archive: bytes) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as opened:
            yield opened
    except (tarfile.TarError, zlib.error, EOFError, OSError) as exc:
        raise ArtifactInvalid("what the training job left is no whole .tar.gz file: retrain again") from exc


def _members(opened: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    return ((member.name.removeprefix("./"), member) for member in opened if not member.isdir())


def _content(opened: tarfile.TarFile, member: tarfile.TarInfo, *, most: int) -> bytes:
    if member.size > most:
        raise ArtifactInvalid(
            f"the training job left {member.size:,} bytes of {member.name}: expected {most:,} at most"
        )
    content = opened.extractfile(member)
    return content.read() if content else b""
