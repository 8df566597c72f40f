"""Which files of the wheels are removed, and which must never be."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from workflows.packaging.trimming import is_needed, trim

NEEDED = [
    "numpy/__init__.py",
    "numpy/testing/__init__.py",
    "numpy/_core/_multiarray_umath.cpython-313-x86_64-linux-gnu.so",
    "numpy.libs/libscipy_openblas64_-1.so",
    "pandas/_testing/__init__.py",
    "sklearn/utils/_repr_html/estimator.css",
    "six.py",
    "numpy-2.5.5.dist-info/METADATA",
    "numpy-2.5.5.dist-info/licenses/LICENSE.txt",
]
NOT_NEEDED = [
    "numpy/tests/test_version.py",
    "scipy/linalg/tests/data/gendare.npz",
    "numpy/__init__.pyi",
    "sklearn/tree/_tree.pxd",
    "numpy/_core/include/numpy/arrayobject.h",
    "numpy/random/lib/libnpyrandom.a",
    "numpy/__pycache__/version.cpython-311.pyc",
    "numpy-2.5.5.dist-info/RECORD",
    "numpy-2.5.5.dist-info/INSTALLER",
    "bin/f2py",
    ".lock",
]


@pytest.mark.parametrize("path", NEEDED)
def test_needed(path: str) -> None:
    assert is_needed(PurePosixPath(path))


@pytest.mark.parametrize("path", NOT_NEEDED)
def test_not_needed(path: str) -> None:
    assert not is_needed(PurePosixPath(path))


def test_trimmed_folder_holds_what_is_needed_and_no_empty_folder(tmp_path: Path) -> None:
    for path in NEEDED + NOT_NEEDED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")

    trim(tmp_path)

    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()} == set(NEEDED)
    assert not [path for path in tmp_path.rglob("*") if path.is_dir() and not any(path.iterdir())]
