"""What needs no emulator of how packages are started; the suite of packages has the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import PackagingFailed
from workflows.packaging.archive import pack
from workflows.packaging.emulated import emulator, unpack


def test_emulator_that_is_missing_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match=r"make \.venv-packages/\.ready"):
        emulator(tmp_path)


def test_package_is_unpacked_without_what_is_not_wanted(tmp_path: Path) -> None:
    package = pack({"a/x.py": b"1", "b/y.py": b"2"})

    unpack(package, into=tmp_path, wanted=lambda path: not path.startswith("b/"))

    assert [path.name for path in tmp_path.rglob("*.py")] == ["x.py"]
