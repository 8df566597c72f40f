"""The arguments that uv gets, and the meaning of its answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.errors import PackagingFailed
from tests.unit.workflows.packaging.fake_uv import called, project
from workflows.packaging import wheels
from workflows.packaging.layers import LAYERS
from workflows.packaging.wheels import DISK_FULL, HASH_MISMATCH, NO_INDEX, UNKNOWN, WHEEL_MISSING


def fetch(root: Path, *, architecture: str = "x86_64") -> None:
    wheels.fetch(root / LAYERS["numpy"].lock, into=root / "into", root=root, architecture=architecture)


@pytest.mark.parametrize(
    ("architecture", "platform"), [("x86_64", "x86_64-manylinux_2_28"), ("arm64", "aarch64-manylinux_2_28")]
)
def test_wheels_are_lambdas_whatever_this_machine_is(tmp_path: Path, architecture: str, platform: str) -> None:
    root = project(tmp_path, wheels={"numpy/__init__.py": ""})

    fetch(root, architecture=architecture)

    asked = " ".join(called(root))
    assert f"--python-version 3.13 --python-platform {platform}" in asked
    for safety in ("--only-binary :all:", "--require-hashes", "--no-deps"):
        assert safety in asked
    assert (root / "into" / "numpy" / "__init__.py").exists()


@pytest.mark.parametrize(
    ("says", "problem", "way_out"),
    [
        (
            "error: Request failed\n  Caused by: error sending request for url (x)",
            NO_INDEX,
            "check network and proxy",
        ),
        ("error: Hash mismatch for `numpy==1`", HASH_MISMATCH, "do not use it"),
        ("numpy==1 has no wheels with a matching Python ABI tag", WHEEL_MISSING, "pin another version"),
        ("error: Failed to fetch: x\n  Caused by: No space left on device (os error 28)", DISK_FULL, "free 1 GB"),
        ("error: out of cheese", UNKNOWN, "make setup"),
    ],
)
def test_failure_says_what_to_do(tmp_path: Path, says: str, problem: str, way_out: str) -> None:
    with pytest.raises(PackagingFailed, match=way_out) as failed:
        fetch(project(tmp_path, says=says))

    assert failed.value.details["problem"] == problem
    assert says.splitlines()[-1] in failed.value.message


def test_architecture_that_lambda_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match="'riscv' is no architecture of Lambda: expected one of x86_64, arm64"):
        fetch(project(tmp_path), architecture="riscv")


def test_uv_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match="run make setup"):
        fetch(tmp_path)
