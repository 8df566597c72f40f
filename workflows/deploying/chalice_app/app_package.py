"""Builds Chalice's package of the app so that Lambda's user can read it, whatever this user's umask is, and with the
bytecode of its modules, which Lambda would otherwise compile at every cold start.

Chalice copies each file's permissions: a checkout or an environment made under umask 077 gives a package that Lambda
cannot start. Chalice stores the package under a checksum of its contents, and reuses a stored one. So this module
builds the package before, sets permissions, adds bytecode, and `chalice deploy` finds it.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import chalice

from workflows.packaging import bytecode
from workflows.packaging.archive import READABLE
from workflows.packaging.bytecode import Interpreter

KEPT = ".chalice/deployments"
SEEN_AT = "/var/task"
"""Where Lambda unpacks it."""
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
        _replace(package, with_permissions(package.read_bytes()))


def compile_modules(root: Path, *, compiler: Interpreter) -> None:
    """Add bytecode to all packages that Chalice keeps for the compiler's Python."""
    python = compiler.version.rpartition(".")[0]
    for package in sorted((root / KEPT).glob(f"*-python{python}.zip")):
        _replace(package, with_bytecode(package.read_bytes(), compiler=compiler))


def _replace(package: Path, body: bytes) -> None:
    if body != package.read_bytes():
        fresh = package.with_suffix(".new")
        fresh.write_bytes(body)
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


def with_bytecode(package: bytes, *, compiler: Interpreter) -> bytes:
    """The package with the bytecode of its modules; the same bytes where it has some."""
    buffer = io.BytesIO(package)
    with TemporaryDirectory() as made, zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        if any(name.endswith(".pyc") for name in archive.namelist()):
            return package
        archive.extractall(made)
        bytecode.compile_folder(Path(made), compiler=compiler, seen_at=SEEN_AT)
        for path in sorted(Path(made).rglob("*.pyc")):
            entry = zipfile.ZipInfo(path.relative_to(made).as_posix())
            entry.external_attr = READABLE
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
