"""An archive of our own, and servers on this machine that hand it out well or badly."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.given import http_servers
from workflows.sample_data.kdd99 import Archive

KEPT = [b"0,215,45076,normal.", b"0,54540,8314,back.", b"12,51,8127,phf."]
Answering = Callable[[BaseHTTPRequestHandler], None]


def line(row: bytes, *, service: bytes = b"http", logged_in: bytes = b"1") -> bytes:
    """A line of the archive that holds a row of the sample."""
    duration, src_bytes, dst_bytes, label = row.split(b",")
    head = [duration, b"tcp", service, b"SF", src_bytes, dst_bytes, *[b"0"] * 5, logged_in]
    return b",".join([*head, *[b"0.00"] * 29, label]) + b"\n"


def packed(rows: list[bytes]) -> bytes:
    """An archive of these rows, each between two lines that are not to be kept."""
    lines = [each for row in rows for each in (line(row, service=b"smtp"), line(row), line(row, logged_in=b"0"))]
    return gzip.compress(b"".join(lines), compresslevel=1, mtime=0)


def archive_at(url: str, content: bytes) -> Archive:
    return Archive(url=url, sha256=hashlib.sha256(content).hexdigest())


def sending(content: bytes, *, declared: int | None = None) -> Answering:
    """Answer 200 with the content; `declared` is the length that the header tells instead of the true one."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if declared is None else declared))
        request.end_headers()
        request.wfile.write(content)

    return answer


def trickling(*, pause_seconds: float) -> Answering:
    """Answer 200 at once, and then a byte after each pause, until the client has had enough."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(int(10 / pause_seconds)):
            time.sleep(pause_seconds)
            try:
                request.wfile.write(b"x")
            except OSError:
                return

    return answer


@contextmanager
def serving(answering: Answering) -> Iterator[str]:
    class Handler(http_servers.Handler):
        protocol_version = "HTTP/1.0"  # what ends a body of no length is the end of its connection
        wbufsize = 0

        def do_GET(self) -> None:
            answering(self)

    with http_servers.listening(Handler) as address:
        yield f"{address}/kddcup.data.gz"
