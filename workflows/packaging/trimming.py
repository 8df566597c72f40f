"""Removes from installed wheels what no function needs, as far as that is safe.

Shared libraries are never stripped of their symbols: the bundled ones (`*.libs`) no longer load afterwards.
"""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

TESTS = "tests"
SUFFIXES = frozenset({".pyi", ".pyx", ".pxd", ".pxi", ".tp", ".h", ".hpp", ".c", ".cpp", ".f", ".f90", ".a", ".pyc"})
"""Types, sources and headers: needed to compile against a library, not to run it."""
DISTRIBUTION = ".dist-info"
DISTRIBUTION_KEEPS = ("METADATA", "licenses", "LICENSE", "LICENSE.txt", "entry_points.txt")
"""The version, which programs ask for, and the licences, which must accompany a library."""
SCRIPTS = "bin"
UNUSED = (
    "onnx/backend/",  # the standard's own tests
    "onnx/reference/",  # and its slow second implementation
    "onnxruntime/datasets/",
    "onnxruntime/quantization/",
    "onnxruntime/tools/",
    "onnxruntime/transformers/",
    "onnxruntime/backend/",
    "onnxruntime/capi/onnxruntime_pybind11_state",  # for Python, with numpy: the library beside it has all of it
)
"""Where the paths begin of what neither converts a model nor runs a graph: half of onnx, half of onnxruntime."""


def trim(folder: Path) -> None:
    """Delete what is not needed, and the folders that are empty then."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif not is_needed(PurePosixPath(path.relative_to(folder).as_posix())):
            path.unlink()
    shutil.rmtree(folder / SCRIPTS, ignore_errors=True)


def is_needed(path: PurePosixPath) -> bool:
    """True for a file that a function may need; `path` is relative to the folder of the wheels.

    >>> is_needed(PurePosixPath("numpy/linalg/tests/test_linalg.py")), is_needed(PurePosixPath("numpy/version.py"))
    (False, True)
    """
    if path.as_posix().startswith(UNUSED):
        return False
    first = path.parts[0]
    if first.endswith(DISTRIBUTION):
        return len(path.parts) > 1 and path.parts[1] in DISTRIBUTION_KEEPS
    is_of_uv = len(path.parts) == 1 and first.startswith(".")
    return not (is_of_uv or first == SCRIPTS or TESTS in path.parts[:-1] or path.suffix in SUFFIXES)
