"""The environments against their locks, each made of nothing but the names and versions of its packages."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflows.doctor.finding import Severity, is_healthy
from workflows.doctor.machine.environments import (
    ENVIRONMENTS,
    LOCKS,
    SHOWN,
    check_definition_pins,
    check_environments,
    installed,
)


def environment(root: Path, name: str, **versions: str) -> None:
    for package, version in versions.items():
        folder = root / name / "lib/python3.13/site-packages" / f"{package}-{version}.dist-info"
        folder.mkdir(parents=True)
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")


def locks(root: Path, text: str) -> None:
    (root / LOCKS).mkdir(parents=True)
    for lock in ENVIRONMENTS.values():
        (root / LOCKS / lock).write_text(text)


def test_versions_are_known_by_their_normalised_names(tmp_path: Path) -> None:
    environment(tmp_path, ".venv", Some_Package="1.0", other="2.0")

    assert installed(tmp_path / ".venv") == {"some-package": "1.0", "other": "2.0"}
    assert installed(tmp_path / ".venv-emulator") is None


@pytest.mark.parametrize(
    ("sagemaker", "setuptools", "expected"),
    [("2.9", "80.1", True), ("3.0", "80.1", False), ("2.9", "81.0", False), ("3.1", "90.0", False)],
)
def test_each_of_the_pins_that_hold_the_oldest_library_counts(
    tmp_path: Path, sagemaker: str, setuptools: str, expected: bool
) -> None:
    environment(tmp_path, ".venv-definitions", sagemaker=sagemaker, setuptools=setuptools, stepfunctions="2.3")

    (found,) = check_definition_pins(tmp_path)

    assert is_healthy([found]) is expected
    assert (f"sagemaker {sagemaker}" in found.what) is not sagemaker.startswith("2")
    assert (f"setuptools {setuptools}" in found.what) is not setuptools.startswith("80")


def test_definitions_without_one_of_their_pins_cannot_be_rendered(tmp_path: Path) -> None:
    environment(tmp_path, ".venv-definitions", sagemaker="2.9", stepfunctions="2.3")

    (found,) = check_definition_pins(tmp_path)

    assert "setuptools None (expected setuptools<81)" in found.what


def test_no_environment_for_definitions_needs_no_pins(tmp_path: Path) -> None:
    assert list(check_definition_pins(tmp_path)) == []


def test_missing_environment_is_an_error_unless_it_can_be_done_without(tmp_path: Path) -> None:
    found = {each.where: each.severity for each in check_environments(tmp_path)}

    assert found == {".venv": Severity.ERROR, ".venv-emulator": Severity.ERROR, ".venv-definitions": Severity.NOTE}


def test_environment_is_compared_with_its_lock(tmp_path: Path) -> None:
    locks(tmp_path, "same==1.0\nolder==2.0\nabsent==1.0\nelsewhere==1.0 ; sys_platform == 'win32'\n")
    environment(tmp_path, ".venv", same="1.0", older="1.9", more="7.0")
    environment(tmp_path, ".venv-emulator", same="1.0", older="2.0", absent="1.0")
    environment(tmp_path, ".venv-definitions", same="1.0", older="2.0", absent="1.0", elsewhere="3.0")

    project, emulator, definitions = check_environments(tmp_path)

    assert project.what.endswith("project.txt: older 1.9 (locked: 2.0), absent is missing")
    assert project.way_out == "rm .venv/.ready, then make setup"
    assert (emulator.severity, emulator.where) == (Severity.OK, ".venv-emulator")
    assert definitions.what.endswith("definitions.txt: elsewhere 3.0 (locked: 1.0)")
    assert definitions.way_out == "rm .venv-definitions/.ready, then make setup-all"


@pytest.mark.parametrize(("count", "ending"), [(SHOWN, "p4 is missing"), (SHOWN + 2, "p4 is missing and 2 more")])
def test_long_list_of_differences_is_counted(tmp_path: Path, count: int, ending: str) -> None:
    locks(tmp_path, "".join(f"p{number}==1.0\n" for number in range(count)))
    environment(tmp_path, ".venv", other="1.0")

    assert next(check_environments(tmp_path)).what.endswith(ending)
