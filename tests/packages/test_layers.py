"""The layers with the real package index: the same bytes twice, what is in them, and what an index may do wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from chalicelib import names
from chalicelib.errors import PackagingFailed
from tests.clone import ROOT
from tests.packages.stand import Stand, names_in
from workflows.checking.formats import needs_of
from workflows.packaging import layers, wheels
from workflows.packaging.layers import LAYERS, LAYERS_OF_TASK, LOCKS
from workflows.packaging.serving import placeholder_package
from workflows.packaging.sizes import UNZIPPED_LIMIT_BYTES, sizes
from workflows.packaging.tasks import tasks_package
from workflows.packaging.wheels import HASH_MISMATCH, NO_INDEX, PLATFORMS, PYTHON, WHEEL_MISSING

HEADROOM_BYTES = 40_000_000
HEADROOM_BESIDE_GRAPHS_BYTES = 4_000_000
"""Of Train where it exports graphs and asks those that are imported: their libraries are locked, and do not grow."""
SERVING_GRAPHS_BYTES = 40_000_000
"""Of a serving function with onnxruntime, before its model."""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A project's folder without a cache, with the locks and the uv of this one."""
    shutil.copytree(ROOT / LOCKS, tmp_path / LOCKS)
    (tmp_path / ".venv-uv").symlink_to(ROOT / ".venv-uv")
    return tmp_path


def let_uv_see(root: Path, **variables: str) -> None:
    """Put a uv into the project's folder that has these environment variables, in place of the link."""
    (root / ".venv-uv").unlink()
    uv = root / ".venv-uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    assigned = " ".join(f"{name}='{value}'" for name, value in variables.items())
    uv.write_text(f'#!/bin/sh\n{assigned} exec "{ROOT}/.venv-uv/bin/uv" "$@"\n')
    uv.chmod(0o755)


def fetch(root: Path, lock: str, *, python: str = PYTHON) -> None:
    wheels.fetch(root / LOCKS / lock, into=root / "into", root=root, architecture="x86_64", python=python)


@pytest.mark.parametrize("name", LAYERS)
def test_layer_built_twice_is_the_same_bytes(name: str, elsewhere: Path) -> None:
    """The second time in a project's folder and with a cache of wheels that are both empty."""
    here = layers.build(LAYERS[name], root=ROOT, report=print)
    let_uv_see(elsewhere, UV_CACHE_DIR=str(elsewhere / "wheels"))

    there = layers.build(LAYERS[name], root=elsewhere, report=print)

    assert there.sha256 == here.sha256


@pytest.mark.parametrize("name", LAYERS)
def test_layer_without_bytecode_is_the_same_bytes_twice_too(name: str, elsewhere: Path) -> None:
    def nowhere(_version: str) -> None:
        return None

    told: list[str] = []
    once = layers.build(LAYERS[name], root=elsewhere, report=told.append, find_compiler=nowhere)
    shutil.rmtree(elsewhere / layers.CACHE)

    again = layers.build(LAYERS[name], root=elsewhere, report=print, find_compiler=nowhere)

    assert once == again
    assert not [path for path in names_in(once) if path.endswith(".pyc")]
    assert "no Python 3.13 is here to compile it" in told[0]


def test_layers_hold_nothing_twice() -> None:
    """They are unpacked over one another."""
    built = [names_in(layers.build(LAYERS[name], root=ROOT, report=print)) for name in LAYERS]

    assert sum(map(len, built)) == len(set().union(*built))


def test_shared_libraries_are_of_the_wanted_processor() -> None:
    arm = names_in(layers.build(LAYERS["numpy"], root=ROOT, architecture="arm64", report=print))

    libraries = {name for name in arm if ".cpython-" in name and name.endswith(".so")}
    assert libraries
    assert {re.search(r"\.cpython-\d+-(\w+)-", name)[1] for name in libraries} == {"aarch64"}  # type: ignore[index]


@pytest.mark.parametrize("architecture", PLATFORMS)
def test_every_function_fits_with_headroom(architecture: str) -> None:
    tasks = tasks_package(ROOT)
    built = {name: layers.build(LAYERS[name], root=ROOT, architecture=architecture, report=print) for name in LAYERS}

    found = sizes(dict.fromkeys(names.PIPELINE, tasks), layers=built, layers_of=LAYERS_OF_TASK)
    graphs = needs_of({"digits": "onnx"})
    beside = sizes(
        {**dict.fromkeys(names.PIPELINE, tasks), "serving": placeholder_package()},
        layers=built,
        layers_of={
            **{task: graphs.of_task(task) for task in names.PIPELINE},
            **{"serving": graphs.serving["digits"]},
        },
    )

    assert [each.problem for each in [*found, *beside] if each.problem] == []
    assert max(each.size_bytes for each in found) < UNZIPPED_LIMIT_BYTES - HEADROOM_BYTES
    assert max(each.size_bytes for each in beside) < UNZIPPED_LIMIT_BYTES - HEADROOM_BESIDE_GRAPHS_BYTES
    assert beside[-1].size_bytes < SERVING_GRAPHS_BYTES


def test_bytecode_names_the_place_where_lambda_unpacks_it(stand: Stand) -> None:
    folder = stand.at("pandas", stand.layer("pandas"))

    (compiled,) = (folder / "python" / "__pycache__").glob("six.*.pyc")

    assert b"/opt/python/six.py" in compiled.read_bytes()


def test_index_that_is_not_there(elsewhere: Path) -> None:
    nowhere = "http://127.0.0.1:9/simple"
    let_uv_see(elsewhere, UV_CACHE_DIR=str(elsewhere / "wheels"), UV_DEFAULT_INDEX=nowhere, UV_HTTP_RETRIES="0")

    with pytest.raises(PackagingFailed, match="index is not reachable") as failed:
        fetch(elsewhere, "pandas.txt")

    assert failed.value.details["problem"] == NO_INDEX


def test_wheel_that_is_another_than_the_locked_one(elsewhere: Path) -> None:
    lock = elsewhere / LOCKS / "pandas.txt"
    lock.write_text(re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{'0' * 64}", lock.read_text()))

    with pytest.raises(PackagingFailed, match="do not use it") as failed:
        fetch(elsewhere, "pandas.txt")

    assert failed.value.details["problem"] == HASH_MISMATCH


def test_wheel_that_is_not_made_for_lambda(elsewhere: Path) -> None:
    with pytest.raises(PackagingFailed, match="no such wheel") as failed:
        fetch(elsewhere, "sklearn.txt", python="3.10")

    assert failed.value.details["problem"] == WHEEL_MISSING
