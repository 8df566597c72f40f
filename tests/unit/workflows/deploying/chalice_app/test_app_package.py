"""Everybody may read every file of every package, whatever the umask was."""

from __future__ import annotations

import io
import os
import platform
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lambdas.model.formats.package import build_package
from tests.clone import Clone
from workflows.deploying.chalice_app import app_package
from workflows.packaging.archive import pack
from workflows.packaging.bytecode import Interpreter
from workflows.packaging.serving import placeholder_package
from workflows.packaging.tasks import tasks_package

UMASKS = pytest.mark.parametrize("umask", [0o077, 0o000])


@pytest.fixture
def under() -> Iterator[Callable[[int], None]]:
    """Sets the umask until the test is over."""
    before = os.umask(0o022)
    yield lambda mask: (os.umask(mask), None)[1]
    os.umask(before)


def modes(package: bytes) -> dict[str, int]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {each.filename: each.external_attr >> 16 for each in archive.infolist()}


def made_private(folder: Path, *, by: int) -> None:
    """As a checkout under the umask is."""
    for each in folder.rglob("*"):
        if each.is_file() and not each.is_symlink():
            each.chmod(0o666 & ~by)


@UMASKS
def test_packages_of_our_own_are_readable(umask: int, under: Callable[[int], None], tmp_path: Path) -> None:
    root = Clone(tmp_path).folder
    under(umask)
    made_private(root, by=umask)
    artifact = b"{}"
    sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    manifest = {"model": "m", "model_version": 1, "artifact_sha256": sha256, "format": "scorecard"}

    packages = (
        tasks_package(root).body,
        placeholder_package().body,
        build_package(artifact=artifact, manifest=manifest),
        pack({"python/numpy/__init__.py": b""}).body,  # as layers are packed
    )

    assert {mode for package in packages for mode in modes(package).values()} == {0o100644}


@UMASKS
def test_package_that_chalice_makes_and_keeps_is_readable(
    umask: int, under: Callable[[int], None], tmp_path: Path
) -> None:
    root = Clone(tmp_path).folder
    under(umask)
    made_private(root, by=umask)
    environ = {"PATH": os.environ["PATH"], "HOME": str(root), "AWS_DEFAULT_REGION": "eu-west-1"}
    command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", "prod", "out"]
    subprocess.run(command, cwd=root, env=environ, check=True, capture_output=True)
    assert app_package.is_readable(root) is (umask == 0)

    app_package.make_readable(root)

    (kept,) = (root / app_package.KEPT).glob("*.zip")
    found = modes(kept.read_bytes())
    assert {"app.py", "chalice/app.py", "chalicelib/settings/reading.py"} <= set(found)
    assert all(mode & app_package.FOR_ALL == app_package.FOR_ALL for mode in found.values())
    again = subprocess.run(command, cwd=root, env=environ, check=True, capture_output=True, text=True)
    assert "Reusing existing deployment package" in again.stdout + again.stderr
    assert modes((root / "out" / "deployment.zip").read_bytes()) == found


def test_package_that_is_readable_stays_byte_for_byte() -> None:
    package = pack({"app.py": b"1"}).body

    assert app_package.with_permissions(package) is package


def test_contents_and_names_stay_where_permissions_change() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo("a/b.py")
        entry.external_attr = (stat.S_IFREG | 0o600) << 16
        archive.writestr(entry, b"print(1)")

    readable = app_package.with_permissions(buffer.getvalue())

    with zipfile.ZipFile(io.BytesIO(readable)) as archive:
        assert {each: archive.read(each) for each in archive.namelist()} == {"a/b.py": b"print(1)"}
    assert modes(readable) == {"a/b.py": 0o100644}


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o660, 0o604, 0o644, 0o664])
@pytest.mark.parametrize("file", ["app.py", "chalicelib/core.py", "vendor/library/module.py"])
def test_checkout_is_readable_when_every_user_may_read_each_packed_file(tmp_path: Path, file: str, mode: int) -> None:
    for name in ("app.py", "chalicelib/core.py", "vendor/library/module.py", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch(0o644)
    (tmp_path / "README.md").chmod(0o600)
    (tmp_path / file).chmod(mode)

    assert app_package.is_readable(tmp_path) is (mode in {0o644, 0o664})


PRESENT = Interpreter(Path(sys.executable), platform.python_version())


def kept(root: Path, name: str, content: bytes) -> Path:
    folder = root / app_package.KEPT
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(pack({"app.py": content, "chalicelib/core.py": content}).body)
    return path


def test_package_for_the_compiler_s_python_gets_bytecode_once_and_no_other_does(tmp_path: Path) -> None:
    python = ".".join(PRESENT.version.split(".")[:2])
    ours, others = (kept(tmp_path, f"abc-python{version}.zip", b"NUMBER = 1") for version in (python, "3.9"))
    as_it_was = others.read_bytes()

    app_package.compile_modules(tmp_path, compiler=PRESENT)
    once = ours.read_bytes()
    app_package.compile_modules(tmp_path, compiler=PRESENT)

    tag = sys.implementation.cache_tag
    assert set(modes(once)) == {
        *("app.py", "chalicelib/core.py", f"__pycache__/app.{tag}.pyc", f"chalicelib/__pycache__/core.{tag}.pyc")
    }
    assert set(modes(once).values()) == {0o100644}
    assert (ours.read_bytes(), others.read_bytes()) == (once, as_it_was)


def test_bytecode_is_what_python_loads_whatever_the_source_beside_it_says(tmp_path: Path) -> None:
    package = app_package.with_bytecode(pack({"app.py": b"print('compiled')"}).body, compiler=PRESENT)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "app.py").write_text("print('from its source')")

    done = subprocess.run(
        [sys.executable, "-c", "import app"], cwd=tmp_path, check=True, capture_output=True, text=True
    )

    assert done.stdout == "compiled\n"
