"""Downloading the archive over HTTP, from a server on this machine: which files are kept, and which refused."""

import gzip
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from chalicelib.errors import SampleUnavailable
from tests.contract.sample_data.archives import (
    KEPT,
    Answering,
    archive_at,
    line,
    packed,
    sending,
    trickling,
)
from workflows.sample_data import csv_file
from workflows.sample_data.download import Patience
from workflows.sample_data.kdd99 import Archive, fetch

Serve = Callable[[Answering], str]
QUICK = Patience(connecting_seconds=0.5, stall_seconds=0.4)


def untold(doing: str, done: int, total: int | None) -> None:
    """Nobody watches."""


def try_to_fetch(archive: Archive, folder: Path, *, patience: Patience = QUICK) -> str:
    """The message of the refusal, which leaves nothing behind."""
    with pytest.raises(SampleUnavailable) as refusal:
        fetch(archive, folder / "sample.csv.gz", progress=untold, patience=patience)
    assert list(folder.iterdir()) == []
    return refusal.value.message


def test_http_connections_are_kept_in_order_and_nothing_else_stays(serve: Serve, tmp_path: Path) -> None:
    content = packed(KEPT)
    archive = archive_at(serve(sending(content)), content)

    fetch(archive, tmp_path / "sample.csv.gz", progress=untold, patience=QUICK)

    rows = b"".join(row + b"\n" for row in KEPT)
    assert gzip.decompress((tmp_path / "sample.csv.gz").read_bytes()) == csv_file.HEADER + rows
    assert [path.name for path in tmp_path.iterdir()] == ["sample.csv.gz"]


def test_progress_ends_with_all_bytes_of_both_steps(serve: Serve, tmp_path: Path) -> None:
    content = packed(KEPT)
    archive = archive_at(serve(sending(content)), content)
    told: dict[str, tuple[int, int | None]] = {}

    def progress(doing: str, done: int, total: int | None) -> None:
        told[doing] = (done, total)

    fetch(archive, tmp_path / "sample.csv.gz", progress=progress, patience=QUICK)

    assert told == {"downloading": (len(content), len(content)), "reading": (len(content), len(content))}


def test_redirect_is_followed(serve: Serve, tmp_path: Path) -> None:
    content = packed(KEPT)
    target = serve(sending(content))

    def redirect(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", target)
        request.end_headers()

    fetch(archive_at(serve(redirect), content), tmp_path / "sample.csv.gz", progress=untold, patience=QUICK)

    assert (tmp_path / "sample.csv.gz").exists()


def test_another_file_is_refused_with_both_checksums(serve: Serve, tmp_path: Path) -> None:
    wanted = archive_at(serve(sending(b"a page that asks to log in")), packed(KEPT))

    message = try_to_fetch(wanted, tmp_path)

    got = archive_at("", b"a page that asks to log in").sha256
    assert f"got SHA-256 {got}, expected {wanted.sha256}" in message


def test_download_that_breaks_off_is_refused(serve: Serve, tmp_path: Path) -> None:
    content = packed(KEPT)
    url = serve(sending(content[:-9], declared=len(content)))

    message = try_to_fetch(archive_at(url, content), tmp_path)

    assert f"broke off: got {len(content) - 9} bytes, expected {len(content)}" in message


def test_pinned_file_that_is_no_whole_gzip_is_refused(serve: Serve, tmp_path: Path) -> None:
    for content in (packed(KEPT)[:-9], b"not gzip", packed(KEPT)[:20] + b"\xff" * 40):
        archive = archive_at(serve(sending(content)), content)

        assert "is not a whole gzip file" in try_to_fetch(archive, tmp_path)


def test_error_status_is_told(serve: Serve, tmp_path: Path) -> None:
    url = serve(lambda request: request.send_error(404))

    assert "HTTP Error 404: Not Found" in try_to_fetch(Archive(url, ""), tmp_path)


def test_accepted_without_a_file_is_refused(serve: Serve, tmp_path: Path) -> None:
    def accepted(request: BaseHTTPRequestHandler) -> None:
        request.send_response(202)
        request.send_header("Content-Length", "0")
        request.end_headers()

    assert "answered 202 Accepted, expected 200 OK" in try_to_fetch(Archive(serve(accepted), ""), tmp_path)


def test_server_that_hangs_up_is_told(serve: Serve, tmp_path: Path) -> None:
    url = serve(lambda request: None)

    assert "could not fetch" in try_to_fetch(Archive(url, ""), tmp_path)


def test_refused_connection_is_told_at_once(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, but not listening
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"

        assert "Connection refused" in try_to_fetch(Archive(url, ""), tmp_path)


def test_name_that_does_not_resolve_is_told_at_once(tmp_path: Path) -> None:
    too_long = ".".join(["nowhere"] * 40)  # over the 255 characters of a name, so that no name server is asked
    started = time.monotonic()

    message = try_to_fetch(Archive(f"http://{too_long}/", ""), tmp_path, patience=Patience())

    assert message.startswith(f"could not fetch http://{too_long}/: ")
    assert "no answer" not in message
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("url", ["http://[broken/", "http://no..where/", "http://127.0.0.1:port/", "nowhere"])
def test_malformed_address_is_told_at_once(tmp_path: Path, url: str) -> None:
    message = try_to_fetch(Archive(url, ""), tmp_path, patience=Patience())

    assert message.startswith(f"could not fetch {url}: ")
    assert "no answer" not in message


def test_redirect_to_a_malformed_address_is_told_at_once(serve: Serve, tmp_path: Path) -> None:
    def redirect(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", "http://no..where/")
        request.end_headers()

    message = try_to_fetch(Archive(serve(redirect), ""), tmp_path, patience=Patience())

    assert message.startswith("could not fetch")
    assert "no answer" not in message


def test_server_that_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        started = time.monotonic()

        message = try_to_fetch(Archive(url, ""), tmp_path, patience=Patience(connecting_seconds=0.3, stall_seconds=1))

        assert "no answer within 0.3 s" in message
        assert time.monotonic() - started < 0.9


@pytest.mark.parametrize("pause_seconds", [0.05, 2.0])
def test_trickle_and_stall_are_given_up(serve: Serve, tmp_path: Path, pause_seconds: float) -> None:
    url = serve(trickling(pause_seconds=pause_seconds))
    started = time.monotonic()

    message = try_to_fetch(Archive(url, ""), tmp_path)

    assert "too slow" in message or "timed out" in message
    assert time.monotonic() - started < 1.5


FETCH_IN_LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
limit = 400_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from workflows.sample_data.download import Patience
from workflows.sample_data.kdd99 import Archive, fetch
url, sha256, target = sys.argv[1:]
fetch(Archive(url, sha256), Path(target), progress=lambda *told: None, patience=Patience())
"""


def test_archive_larger_than_the_memory_at_hand_is_read(serve: Serve, tmp_path: Path) -> None:
    block = (line(b"0,1,2,normal.") + line(b"0,1,2,normal.", service=b"smtp") * 7) * 1000
    blocks = 500_000_000 // len(block)
    content = packed_blocks(block, blocks=blocks)
    archive = archive_at(serve(sending(content)), content)
    target = tmp_path / "sample.csv.gz"

    subprocess.run(
        [sys.executable, "-c", FETCH_IN_LITTLE_MEMORY, archive.url, archive.sha256, str(target)], check=True
    )

    assert blocks * len(block) > 490_000_000
    with gzip.open(target) as rows:
        assert sum(1 for _ in rows) == 1 + 1000 * blocks


def packed_blocks(block: bytes, *, blocks: int) -> bytes:
    """Gzip members one after the other are one gzip file."""
    return gzip.compress(block, compresslevel=1, mtime=0) * blocks
