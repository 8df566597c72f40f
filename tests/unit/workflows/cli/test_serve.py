"""What `nightswap serve` refuses before it listens; the container suite runs it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from chalicelib.errors import ArtifactInvalid, CommandFailed, ModelUnknown, NightswapError, VersionUnknown
from tests.clone import ROOT
from tests.fakes.stage import FakeStage
from workflows.container import version_package
from workflows.inference.running import listening

LACKING = """
class PackageBroken(Exception):
    pass
def open_package(folder):
    try:
        raise ModuleNotFoundError("No library of onnxruntime", name="onnxruntime")
    except ImportError as exc:
        raise PackageBroken("cannot be opened") from exc
"""
"""As a package's code fails that has no library."""


def refusal(*arguments: str | Path) -> NightswapError:
    result = FakeStage().run("serve", *map(str, arguments))
    assert isinstance(result.exception, NightswapError)
    return result.exception


def test_version_that_there_is_not_is_refused() -> None:
    assert isinstance(refusal("7"), VersionUnknown)
    assert isinstance(refusal("7", "--model", "others"), ModelUnknown)


def test_path_that_there_is_not_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path / "package.zip")

    assert isinstance(error, CommandFailed)
    assert "is no number of a version, and no file or folder" in error.message


def test_file_that_is_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text("{}")
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()

    no_zip, empty = (refusal(tmp_path / name) for name in ("model.json", "empty.zip"))

    assert isinstance(no_zip, ArtifactInvalid)
    assert "model.json cannot be unpacked" in no_zip.message
    assert isinstance(empty, ArtifactInvalid)
    assert "empty.zip lacks manifest.json, serve/handler.py" in empty.message


def package_with(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("serve/handler.py", "manifest.json", *names):
            archive.writestr(name, "{}")
    return path


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped", "serve/../../escaped", "a//b", "./a", ".."])
def test_package_with_a_file_that_would_lie_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    error = refusal(package_with(tmp_path / "package.zip", name))

    assert isinstance(error, ArtifactInvalid)
    assert error.message == f"the package has a file named {name!r}, which would lie elsewhere: retrain the model"
    assert [each.name for each in tmp_path.rglob("*")] == ["package.zip"]


def test_package_with_a_file_that_is_a_folder_too_is_refused(tmp_path: Path) -> None:
    error = refusal(package_with(tmp_path / "package.zip", "serve"))

    assert isinstance(error, ArtifactInvalid)
    assert error.message == "the package has a file 'serve' with files below it: retrain the model"


def test_folder_in_a_package_is_no_file(tmp_path: Path) -> None:
    package = package_with(tmp_path / "package.zip", "serve/", "empty/")

    version_package.write(version_package.unpacked(package.read_bytes(), named="it", needed=set()), tmp_path / "into")

    assert sorted(each.name for each in (tmp_path / "into").rglob("*") if each.is_file()) == [
        "handler.py",
        "manifest.json",
    ]


def test_package_that_is_locked_or_packed_in_an_unknown_way_is_refused(tmp_path: Path) -> None:
    package = package_with(tmp_path / "package.zip")
    body = package.read_bytes()
    first = body.index(b"PK\x01\x02")
    for place, byte in ((first + 8, 1), (first + 10, 99)):  # the flag of a password; the method
        damaged = bytearray(body)
        damaged[place] = byte
        package.write_bytes(damaged)

        assert "cannot be unpacked" in refusal(package).message


def test_folder_that_holds_no_package_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path)

    assert isinstance(error, ArtifactInvalid)
    assert "lacks serve/handler.py, manifest.json" in error.message


def test_format_whose_library_is_not_installed_is_refused_with_what_installs_it(tmp_path: Path) -> None:
    """In a process of its own: what was imported as `serve` would stay in this one."""
    (tmp_path / "serve").mkdir()
    (tmp_path / "serve/handler.py").write_text("import onnxruntime_of_nobody\n")
    (tmp_path / "manifest.json").write_text("{}")

    done = subprocess.run(
        [sys.executable, "-m", "workflows.cli", "serve", tmp_path, "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "scored with onnxruntime_of_nobody, which is not installed here: make setup-onnx" in done.stderr


def lacking_a_library(folder: Path, *command: str | Path, cwd: Path = ROOT) -> str:
    """What a server says of a package whose library is not there."""
    (folder / "serve").mkdir()
    (folder / "serve/handler.py").write_text(LACKING)
    (folder / "manifest.json").write_text(json.dumps({"format": "onnx", "artifact_file": "manifest.json"}))
    done = subprocess.run(
        [sys.executable, "-m", *command, "--port", "0"], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


def test_library_that_the_package_itself_misses_is_refused_with_what_installs_it(tmp_path: Path) -> None:
    said = lacking_a_library(tmp_path, "workflows.cli", "serve", tmp_path)

    assert "the model is scored with onnxruntime, which is not installed here: make setup-onnx" in said


def test_container_of_a_model_whose_library_the_image_lacks_says_so_in_one_line_and_ends(tmp_path: Path) -> None:
    for name, source in (("inference", "workflows/inference"), ("chalicelib", "chalicelib")):
        (tmp_path / name).symlink_to(ROOT / source)

    said = lacking_a_library(tmp_path, "inference", "serve", "--package", tmp_path, cwd=tmp_path)

    assert said == "Error: this image has no onnxruntime: assemble it with --format onnx\n"


@pytest.mark.parametrize("is_unpacked", [False, True], ids=["file", "folder"])
def test_package_without_its_artifact_is_refused_with_the_key_of_that(tmp_path: Path, is_unpacked: bool) -> None:
    told = {"artifact_file": "model.onnx", "stored": {"key": "models/wide/versions/000007/model.onnx"}}
    file = tmp_path / "package.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("serve/handler.py", "")
        archive.writestr("manifest.json", json.dumps(told))
        archive.extractall(tmp_path)

    error = refusal(tmp_path if is_unpacked else file)

    assert isinstance(error, ArtifactInvalid)
    assert (
        "which lies in the bucket as models/wide/versions/000007/model.onnx: name the version by its" in error.message
    )


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
def test_listener_names_tcp_so_that_an_answer_is_sent_at_once(host: str, family: int) -> None:
    with listening(host, 0) as listener:
        assert (listener.family, listener.proto) == (family, socket.IPPROTO_TCP)


def test_port_that_is_taken_is_refused_with_what_to_do() -> None:
    with (
        listening("127.0.0.1", 0) as listener,
        pytest.raises(CommandFailed, match="choose another by --host or --port"),
    ):
        listening("127.0.0.1", listener.getsockname()[1])
