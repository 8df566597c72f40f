"""The Python that compiles is found or is missing; what it compiles is the same wherever it lies."""

from __future__ import annotations

import importlib.util
import platform
import sys
from pathlib import Path

import pytest

from chalicelib.errors import PackagingFailed
from workflows.packaging.bytecode import Interpreter, compile_folder, interpreter

OURS = Interpreter(Path(sys.executable), platform.python_version())
SHORT = ".".join(platform.python_version_tuple()[:2])
SOURCE = "def broken():\n    return {'a', 'b', 'c'} & {1, 2} and 1 / 0\n"


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def compiled(folder: Path) -> bytes:
    (found,) = folder.rglob("*.pyc")
    return found.read_bytes()


def module(folder: Path, source: str = SOURCE) -> Path:
    folder.mkdir()
    (folder / "main.py").write_text(source)
    return folder


def test_our_own_python_will_do() -> None:
    assert interpreter(SHORT, environ={}) == OURS


@pytest.mark.parametrize(
    "place", ["bin", "home/.pyenv/versions/9.9.1/bin", "home/.local/share/uv/python/cpython-9.9.1-x/bin"]
)
def test_python_is_found_where_one_keeps_it(tmp_path: Path, place: str) -> None:
    kept = script(tmp_path / place / "python9.9", "#!/bin/sh\necho 9.9.1\n")
    environ = {"PATH": f"/nonexistent:{tmp_path / 'bin'}", "HOME": str(tmp_path / "home")}

    assert interpreter("9.9", environ=environ) == Interpreter(kept, "9.9.1")


@pytest.mark.parametrize(
    "text",
    ["#!/bin/sh\nexit 127\n", "#!/bin/sh\necho 9.8.1\n", "no program at all"],
    ids=["stand-in", "other", "broken"],
)
def test_program_that_is_not_that_python_is_passed_over(tmp_path: Path, text: str) -> None:
    script(tmp_path / "python9.9", text)

    assert interpreter("9.9", environ={"PATH": str(tmp_path), "HOME": str(tmp_path)}) is None


def test_bytecode_does_not_depend_on_the_folder(tmp_path: Path) -> None:
    for name in ("a", "b"):
        compile_folder(module(tmp_path / name), compiler=OURS, seen_at="/opt/python")

    assert compiled(tmp_path / "a") == compiled(tmp_path / "b")
    assert b"/opt/python/main.py" in compiled(tmp_path / "a")


def test_bytecode_is_never_checked_against_its_source(tmp_path: Path) -> None:
    """Bits 0 and 1 of the flags: by hash, and unchecked (PEP 552)."""
    compile_folder(module(tmp_path / "a"), compiler=OURS, seen_at="/opt/python")

    content = compiled(tmp_path / "a")
    assert content[:4] == importlib.util.MAGIC_NUMBER
    assert content[4:8] == (1).to_bytes(4, "little")


def test_compiler_sees_nothing_of_this_machine(tmp_path: Path) -> None:
    noting = script(tmp_path / "python", f"#!/bin/sh\n/usr/bin/env > {tmp_path / 'seen'}\n")

    compile_folder(module(tmp_path / "a"), compiler=Interpreter(noting, "3.13.0"), seen_at="/opt/python")

    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    of_the_shell = {"PWD", "OLDPWD", "SHLVL", "_"}
    assert {name: seen[name] for name in seen.keys() - of_the_shell} == {"PYTHONHASHSEED": "0", "LANG": "C.UTF-8"}


def test_compiler_writes_no_bytecode_of_the_modules_that_it_imports_itself(tmp_path: Path) -> None:
    noting = script(tmp_path / "python", f"#!/bin/sh\necho $@ > {tmp_path / 'asked'}\n")

    compile_folder(module(tmp_path / "a"), compiler=Interpreter(noting, "3.13.0"), seen_at="/opt/python")

    assert (tmp_path / "asked").read_text().split()[:4] == ["-s", "-S", "-B", "-c"]


def test_template_that_is_no_python_goes_without(tmp_path: Path) -> None:
    folder = module(tmp_path / "a", source="{{ template }} = \n")

    compile_folder(folder, compiler=OURS, seen_at="/opt/python")

    assert list(folder.rglob("*.pyc")) == []


def test_compiler_that_fails_is_told_of(tmp_path: Path) -> None:
    broken = script(tmp_path / "python", "#!/bin/sh\necho out of memory >&2\nexit 1\n")

    with pytest.raises(PackagingFailed, match=r"could not compile .*/a: out of memory; build again"):
        compile_folder(module(tmp_path / "a"), compiler=Interpreter(broken, "3.13.0"), seen_at="/opt/python")
