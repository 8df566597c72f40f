"""What `nightswap serve` refuses before it listens; the container suite runs it."""

from __future__ import annotations

import socket
import zipfile
from pathlib import Path

import pytest

from chalicelib.errors import ArtifactInvalid, CommandFailed, ModelUnknown, NightswapError, VersionUnknown
from tests.fakes.stage import FakeStage
from workflows.inference.running import listening


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


def test_folder_that_holds_no_package_is_refused(tmp_path: Path) -> None:
    error = refusal(tmp_path)

    assert isinstance(error, ArtifactInvalid)
    assert "lacks serve/handler.py, manifest.json" in error.message


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
