"""What is installed is what was locked: exact versions with their hashes, and no address but the user's own index."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[3]
LOCKS = ROOT / "workflows" / "locks"
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)

LOCKED = re.compile(
    r"(?P<name>[a-z0-9-]+)(\[[a-z0-9,-]+\])?==(?P<version>[^ ;]+)( ; [^\\]+?)?( --hash=sha256:[0-9a-f]{64})+"
)
GROUPS = {
    "project": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]],
    "test": PROJECT["dependency-groups"]["test"],
    "onnx": PROJECT["dependency-groups"]["onnx"],
    "authorization": PROJECT["dependency-groups"]["authorization"],
    "emulator": PROJECT["dependency-groups"]["emulator"],
    "definitions": PROJECT["dependency-groups"]["definitions"],
    "packages": PROJECT["dependency-groups"]["packages"],
    "inference": PROJECT["dependency-groups"]["inference"],
    "bench": PROJECT["dependency-groups"]["bench"],
    "load": PROJECT["dependency-groups"]["load"],
    "sagemaker": PROJECT["dependency-groups"]["sagemaker"],
    "sagemaker-image": PROJECT["dependency-groups"]["sagemaker-image"],
}
WANTED = [(lock, wanted) for lock, group in GROUPS.items() for wanted in group]
EVERY_LOCK = pytest.mark.parametrize("lock", [*GROUPS, "uv"])


def lines(lock: str) -> list[str]:
    """The lock's requirements, each with its hashes on one line."""
    text = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")
    return [re.sub(r"\s*\\\n\s*", " ", each).strip() for each in re.split(r"\n(?=\S)", text) if each.strip()]


def versions(lock: str) -> dict[str, list[str]]:
    """By name; a universal lock may hold two versions, for different platforms."""
    found: dict[str, list[str]] = {}
    for line in lines(lock):
        match = LOCKED.fullmatch(line)
        assert match, line
        found.setdefault(match["name"], []).append(match["version"])
    return found


def test_there_is_a_test_for_every_lock() -> None:
    assert {path.stem for path in LOCKS.glob("*.txt")} == {*GROUPS, "uv"}


@EVERY_LOCK
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    assert versions(lock)


@EVERY_LOCK
def test_lock_names_no_address(lock: str) -> None:
    text = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8")

    assert "://" not in text
    assert not [line for line in text.splitlines() if line.startswith("-")]


@pytest.mark.parametrize(("lock", "wanted"), WANTED, ids=[wanted for _, wanted in WANTED])
def test_lock_is_in_step_with_the_project(lock: str, wanted: str) -> None:
    requirement = Requirement(wanted)

    locked = versions(lock)[requirement.name]

    assert [each for each in locked if not requirement.specifier.contains(each)] == []


def test_the_pins_that_the_design_depends_on() -> None:
    definitions = versions("definitions")

    assert versions("emulator")["ministack"] == ["1.5.33"]
    assert versions("project")["chalice"] == ["1.34.0"]
    assert definitions["stepfunctions"] == ["2.3.0"]
    assert [each.partition(".")[0] for each in definitions["sagemaker"]] == ["2"]
    assert [int(each.partition(".")[0]) < 81 for each in definitions["setuptools"]] == [True]


def test_emulator_does_not_bind_the_project() -> None:
    assert "ministack" not in versions("project")
    assert "stepfunctions" not in versions("project")


@pytest.mark.parametrize("more", ["onnx", "bench"])
def test_what_is_added_to_the_project_brings_no_other_version_of_its_libraries(more: str) -> None:
    project, added = versions("project"), versions(more)

    assert {name: found for name, found in added.items() if name in project and project[name] != found} == {}
    assert {"onnxruntime", "skl2onnx", "matplotlib"} & {*project} == set()


def test_api_package_takes_no_requirement() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")

    assert [line for line in text.splitlines() if line.strip() and not line.startswith("#")] == []


@pytest.mark.parametrize("line", re.findall(r'^ +"[^"]*(?:==|<)[^"]*",.*$', PYPROJECT, re.MULTILINE))
def test_version_that_is_held_back_has_its_reason_beside_it(line: str) -> None:
    assert re.search(r'",\s+# \w+', line), line
