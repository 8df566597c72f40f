"""The locks of what runs on Lambda: exact, hashed, and the versions that the tests run with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workflows.packaging.emulated import RUNTIME
from workflows.packaging.layers import LAYERS, LOCKS

ROOT = Path(__file__).parents[4]
LOCKED = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)( ; [^\\]+?)?( --hash=sha256:[0-9a-f]{64})+")
ON_OTHER_SYSTEMS = re.compile(r"(sys_platform == '(emscripten|win32)'( or )?)+")


def versions(lock: str) -> set[tuple[str, str]]:
    text = re.sub(r"\s*\\\n\s*", " ", (ROOT / lock).read_text(encoding="utf-8"))
    found = [LOCKED.fullmatch(line) for line in text.splitlines()]
    assert all(found), lock
    return {(each["name"], each["version"]) for each in found if each and not ON_OTHER_SYSTEMS.search(each[0])}


def test_every_layer_has_its_lock() -> None:
    assert {path.stem for path in (ROOT / LOCKS).iterdir()} == {*LAYERS, RUNTIME.name}


@pytest.mark.parametrize("name", [*LAYERS, RUNTIME.name])
def test_lock_is_pinned_and_hashed_and_names_no_address(name: str) -> None:
    assert versions(f"{LOCKS}/{name}.txt")
    assert "://" not in (ROOT / LOCKS / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LAYERS)
def test_layer_has_the_versions_that_the_tests_run_with(name: str) -> None:
    tested = versions("workflows/locks/project.txt") | versions("workflows/locks/onnx.txt")

    assert versions(LAYERS[name].lock) - tested == set()


def test_no_library_is_in_two_layers() -> None:
    held = [{library for library, _ in versions(layer.lock)} for layer in LAYERS.values()]

    assert sum(map(len, held)) == len(set().union(*held))
