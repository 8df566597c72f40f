"""Makes zip files whose bytes depend on nothing but the names and contents of their files."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can express. Lambda ignores it; the real one would change with every checkout."""
READABLE = 0o100644 << 16
"""A regular file that everybody may read: Lambda runs the code as a user who does not own it."""
UNIX = 3
"""The system that wrote the entry. Python's default differs on Windows, and would take the permissions along."""


@dataclass(frozen=True)
class Package:
    """A zip file and its SHA-256 in hexadecimal."""

    body: bytes
    sha256: str


def pack(files: Mapping[str, bytes]) -> Package:
    """The files, by their path inside the package, as a package.

    They are stored as they are: what zlib makes of the same input differs between its releases, and a package of
    sources is a few hundred kilobytes at most.

    >>> pack({"a.py": b"1", "b.py": b"2"}) == pack({"b.py": b"2", "a.py": b"1"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, EARLIEST)
            entry.external_attr = READABLE
            entry.create_system = UNIX
            archive.writestr(entry, files[path])
    body = buffer.getvalue()
    return Package(body, hashlib.sha256(body).hexdigest())


def sources(root: Path, folder: str) -> dict[str, bytes]:
    """The Python files below `root/folder`, by their path from `root`; raises FileNotFoundError when there is none.

    Nothing but `.py`: what an editor, a test or the interpreter leaves behind does not change the package.
    """
    kept = (path for path in (root / folder).rglob("*.py") if path.is_file() and not path.name.startswith("."))
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}
    if not found:
        raise FileNotFoundError(f"no Python file below {root / folder}: expected the sources of nightswap there")
    return found
