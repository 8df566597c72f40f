"""How packages are started, with a stand-in for Lambda's emulator; the suite of packages has the real one."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.errors import PackagingFailed
from workflows.packaging.archive import pack
from workflows.packaging.emulated import EMULATORS, EmulatedFunction, Failure, emulator, unpack

STAND_IN = Path(__file__).with_name("stand_in_emulator.py")


def function(folder: Path, program: str = f'exec {sys.executable} {STAND_IN} "$@"') -> EmulatedFunction:
    started = folder / "emulator"
    started.write_text(f"#!/bin/sh\n{program}\n")
    started.chmod(0o755)
    layer, code = folder / "layer", folder / "code"
    code.mkdir()
    return EmulatedFunction(
        emulator=started,
        python=Path("python"),
        handler="serve.handler",
        path=(code, layer),
        log=folder / "log",
        name="serve-m",
        environment={"STAGE": "test", "AWS_REGION": "eu-west-1"},
    )


def test_emulator_that_is_missing_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(PackagingFailed, match=r"make \.venv-packages/\.ready") as raised:
        emulator(tmp_path)

    assert raised.value.details == {"problem": "no_emulator"}


def test_emulator_is_found_where_the_command_line_of_sam_has_it(tmp_path: Path) -> None:
    folder = tmp_path / ".venv-packages/lib/python3.13/site-packages/samcli/local/rapid"
    folder.mkdir(parents=True)
    for name in EMULATORS.values():
        (folder / name).touch()

    assert emulator(tmp_path) == folder / EMULATORS[platform.machine()]


def test_package_is_unpacked_without_what_is_not_wanted(tmp_path: Path) -> None:
    package = pack({"a/x.py": b"1", "b/y.py": b"2"})

    unpack(package, into=tmp_path, wanted=lambda path: not path.startswith("b/"))

    assert [path.name for path in tmp_path.rglob("*.py")] == ["x.py"]


def test_package_is_unpacked_whole_unless_something_is_not_wanted(tmp_path: Path) -> None:
    unpack(pack({"a/x.py": b"1", "b/y.py": b"2"}), into=tmp_path)

    assert sorted(path.name for path in tmp_path.rglob("*.py")) == ["x.py", "y.py"]


def test_function_is_started_by_lambdas_runtime_client_and_listens_on_this_machine_alone(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        seen = made.invoke({"a": 1})

    *options, python, without_site, without_user, _, client, handler = seen["arguments"]
    assert (python, without_site, without_user, client) == ("python", "-S", "-s", "awslambdaric")
    assert handler == "serve.handler"
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert given.pop("--log-level") == "error"
    assert {address.partition(":")[0] for address in given.values()} == {"127.0.0.1"}
    assert given.keys() == {"--runtime-interface-emulator-address", "--runtime-api-address"}
    assert len(set(given.values())) == 2
    assert seen["path"] == "/2015-03-31/functions/function/invocations"
    assert (tmp_path / "log").read_text().startswith("the stand-in starts\n")


def test_function_sees_its_folders_and_lambdas_variables_and_nothing_of_the_machines(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        seen = made.invoke({})

    assert seen["folder"] == str(tmp_path / "code")
    of_the_shell = {"PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE"}
    assert {name: value for name, value in seen["environment"].items() if name not in of_the_shell} == {
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": str(tmp_path),
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "code"), str(tmp_path / "layer")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(tmp_path / "code"),
        "_HANDLER": "serve.handler",
        "AWS_LAMBDA_FUNCTION_NAME": "serve-m",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "STAGE": "test",
    }


def test_error_of_the_function_is_raised_with_its_kind(tmp_path: Path) -> None:
    with function(tmp_path) as made, pytest.raises(Failure) as raised:
        made.invoke("fail")

    assert raised.value == Failure("Unhappy", "")


def test_function_ends_with_its_context_and_leaves_no_process(tmp_path: Path) -> None:
    with function(tmp_path) as made:
        pid = made.invoke({})["pid"]

    with pytest.raises(ProcessLookupError):  # a process that nobody waited for would still be found
        os.kill(pid, 0)


def test_function_that_does_not_end_is_killed(tmp_path: Path) -> None:
    with replace(function(tmp_path), stop_seconds=0.1) as made:
        pid = made.invoke("deaf")["pid"]

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_emulator_that_ends_is_told_of_with_what_it_said(tmp_path: Path) -> None:
    with (
        function(tmp_path, "echo no such runtime; exit 1") as made,
        pytest.raises(PackagingFailed, match="no such runtime") as raised,
    ):
        made.invoke({})

    assert raised.value.details == {"problem": "no_emulator"}
