"""A layer is made of its wheels and says what it was made of; it is built once."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import platform
import sys
import zipfile
from pathlib import Path

import pytest

from chalicelib import names
from chalicelib.errors import PackagingFailed
from lambdas.model.formats.all_formats import FORMATS
from tests.unit.workflows.packaging.fake_uv import called, project
from workflows.packaging.archive import Package
from workflows.packaging.bytecode import Interpreter
from workflows.packaging.layers import CACHE, LAYERS, LAYERS_OF_TASK, build, disk_errors
from workflows.packaging.sizes import LAYERS_LIMIT
from workflows.packaging.wheels import DISK, DISK_FULL, NO_INDEX

WHEELS = {
    "numpy/__init__.py": "x = 1\n",
    "numpy/tests/test_numpy.py": "",
    "numpy.libs/libblas.so": "library",
    "numpy-1.dist-info/METADATA": "Version: 1",
    "numpy-1.dist-info/RECORD": "of this machine",
}
NUMPY = LAYERS["numpy"]
OURS = Interpreter(Path(sys.executable), platform.python_version())


def this_python(_version: str) -> Interpreter:
    return OURS


def no_python(_version: str) -> None:
    return None


def contents(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_task_has_its_layers() -> None:
    assert set(LAYERS_OF_TASK) == set(names.PIPELINE)
    of_formats = {name for made in FORMATS.values() for name in (*made.layers, *made.export_layers)}
    assert {name for used in LAYERS_OF_TASK.values() for name in used} | of_formats == set(LAYERS)
    assert max(map(len, LAYERS_OF_TASK.values())) <= LAYERS_LIMIT


def test_layer_lies_where_lambda_looks_for_it(tmp_path: Path) -> None:
    layer = build(NUMPY, root=project(tmp_path, wheels=WHEELS), report=print, find_compiler=no_python)

    assert set(contents(layer)) == {
        "python/numpy/__init__.py",
        "python/numpy.libs/libblas.so",
        "python/numpy-1.dist-info/METADATA",
        "nightswap/numpy.json",
    }


def test_layer_has_bytecode_where_lambdas_python_is_here(tmp_path: Path) -> None:
    layer = build(NUMPY, root=project(tmp_path, wheels=WHEELS), report=print, find_compiler=this_python)

    compiled = [name for name in contents(layer) if name.endswith(".pyc")]
    assert compiled == [f"python/numpy/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"]
    assert json.loads(contents(layer)["nightswap/numpy.json"])["bytecode"] == OURS.version


def test_layer_without_bytecode_is_told_of_and_says_so(tmp_path: Path) -> None:
    said: list[str] = []

    layer = build(NUMPY, root=project(tmp_path, wheels=WHEELS), report=said.append, find_compiler=no_python)

    assert json.loads(contents(layer)["nightswap/numpy.json"]) == {
        "architecture": "x86_64",
        "bytecode": None,
        "layer": "numpy",
        "lock_sha256": hashlib.sha256(b"numpy==1\n").hexdigest(),
        "python": "3.13",
    }
    assert "no Python 3.13 is here to compile it" in said[0]


def test_layer_is_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    built = [
        build(NUMPY, root=project(tmp_path / each, wheels=WHEELS), report=print, find_compiler=this_python)
        for each in ("a", "b")
    ]

    assert built[0] == built[1]


def test_layer_is_built_once(tmp_path: Path) -> None:
    root = project(tmp_path, wheels=WHEELS)
    built = build(NUMPY, root=root, report=print, find_compiler=no_python)
    called(root)

    again = build(NUMPY, root=root, report=print, find_compiler=no_python)

    assert again == built
    assert called(root) == []


@pytest.mark.parametrize(
    "other", [{"architecture": "arm64"}, {"python": "3.12"}, {"find_compiler": this_python}], ids=" ".join
)
def test_other_platform_python_or_bytecode_is_another_layer(tmp_path: Path, other: dict[str, object]) -> None:
    root = project(tmp_path, wheels=WHEELS)
    built = build(NUMPY, root=root, report=print, find_compiler=no_python)

    differing = build(NUMPY, root=root, report=print, **{"find_compiler": no_python, **other})  # type: ignore[arg-type]

    assert differing.sha256 != built.sha256


def test_new_lock_is_a_new_layer(tmp_path: Path) -> None:
    root = project(tmp_path, wheels=WHEELS)
    built = build(NUMPY, root=root, report=print, find_compiler=no_python)
    (root / LAYERS["numpy"].lock).write_text("numpy==2\n")

    assert build(NUMPY, root=root, report=print, find_compiler=no_python) != built
    assert len(list((root / CACHE).iterdir())) == 1


def test_layer_that_failed_leaves_nothing_half_done(tmp_path: Path) -> None:
    root = project(tmp_path, says="error sending request for url")

    with pytest.raises(PackagingFailed) as failed:
        build(NUMPY, root=root, report=print, find_compiler=no_python)

    assert failed.value.details["problem"] == NO_INDEX
    assert list((root / CACHE).iterdir()) == []


def test_full_disk_says_what_to_do() -> None:
    with (
        pytest.raises(PackagingFailed, match=r"building: the disk is full; free 1 GB") as failed,
        disk_errors("building"),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert failed.value.details["problem"] == DISK_FULL


def test_cache_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    root = project(tmp_path, wheels=WHEELS)
    (root / ".nightswap").write_text("in the way")

    with pytest.raises(PackagingFailed, match=r"building layer numpy: .*\.nightswap") as failed:
        build(NUMPY, root=root, report=print, find_compiler=no_python)

    assert failed.value.details["problem"] == DISK
