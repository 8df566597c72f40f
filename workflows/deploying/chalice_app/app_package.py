"""Builds Chalice's package of the app so that Lambda's user can read it, whatever this user's umask is.

Chalice copies each file's permissions: a checkout or an environment made under umask 077 gives a package that Lambda
cannot start. Chalice stores the package under a checksum of its contents, and reuses a stored one. So this module
builds the package before, sets its permissions, and `chalice deploy` finds it.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import chalice

from workflows.packaging.archive import READABLE

KEPT = ".chalice/deployments"
FOR_ALL = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def is_readable(root: Path) -> bool:
    """Whether everybody may read all files that Chalice packs; `root` is the project's folder."""
    return all(each.stat().st_mode & FOR_ALL == FOR_ALL for each in _packed(root) if each.is_file())


def _packed(root: Path) -> Iterator[Path]:
    """Source: chalice 1.34, chalice/deploy/packager.py, `_iter_app_filenames` and `_add_vendor_files`."""
    of_chalice = Path(chalice.__file__).parent
    yield from (root / "app.py", of_chalice / "app.py", of_chalice / "__init__.py")
    for folder in ("chalicelib", "vendor"):
        yield from (root / folder).rglob("*")


def make_readable(root: Path) -> None:
    """Set the permissions in all packages that Chalice keeps; one made earlier may be the next that it takes."""
    for package in sorted((root / KEPT).glob("*.zip")):
        body = package.read_bytes()
        readable = with_permissions(body)
        if readable != body:
            fresh = package.with_suffix(".new")
            fresh.write_bytes(readable)
            fresh.replace(package)


def with_permissions(package: bytes) -> bytes:
    """The package with files that everybody may read; the same bytes where it has no others."""
    with zipfile.ZipFile(io.BytesIO(package)) as old:
        entries = old.infolist()
        if all(entry.external_attr >> 16 & FOR_ALL == FOR_ALL for entry in entries):
            return package
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as new:
            for entry in entries:
                content = old.read(entry)
                entry.external_attr = READABLE
                new.writestr(entry, content)
    return buffer.getvalue()
