"""Downloads one file over HTTP: complete and checked, or not at all; without a network it gives up within seconds."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from chalicelib.errors import SampleUnavailable

CHUNK_BYTES = 1 << 18
NOT_FETCHED = (OSError, http.client.HTTPException, ValueError)
"""What urllib raises; ValueError for an address, a redirect's too, that cannot be taken apart or looked up."""

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how many bytes of it are done, and of how many (None where nobody knows)."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """When to give up."""

    connecting_seconds: float = 5.0
    """For the name, all its addresses, and the redirects, together, until the first answer."""
    stall_seconds: float = 10.0
    """For the next byte; also the span over which the speed is judged."""
    slowest_bytes_per_second: float = 20_000.0
    """A slower download counts as stalled: 18 MB would take a quarter of an hour."""


def download(url: str, target: Path, *, sha256: str, progress: Progress, patience: Patience) -> None:
    """Fetch `url` to `target`.

    Raises SampleUnavailable when there is no answer, a wrong one, or one that is not the file with that SHA-256;
    `target` does not exist then.
    """
    try:
        with _open(url, patience=patience) as answer:
            _save(answer, target, sha256=sha256, progress=progress, patience=patience)
    except NOT_FETCHED as exc:
        raise SampleUnavailable(f"could not fetch {url}: {_in_words(exc)}") from exc


def _open(url: str, *, patience: Patience) -> http.client.HTTPResponse:
    """The answer to GET. A thread asks, because the system's own look-up of a name knows no time limit."""
    opened: Future[http.client.HTTPResponse] = Future()

    def ask() -> None:
        try:
            answer = urllib.request.urlopen(url, timeout=patience.stall_seconds)
        except NOT_FETCHED as exc:
            if isinstance(exc, urllib.error.HTTPError):
                exc.close()
            if opened.set_running_or_notify_cancel():
                opened.set_exception(exc)
            return
        if opened.set_running_or_notify_cancel():
            opened.set_result(answer)
        else:
            answer.close()

    Thread(target=ask, daemon=True).start()
    try:
        return opened.result(timeout=patience.connecting_seconds)
    except TimeoutError:
        if opened.cancel():
            raise TimeoutError(f"no answer within {patience.connecting_seconds:g} s") from None
        return opened.result()


def _save(
    answer: http.client.HTTPResponse, target: Path, *, sha256: str, progress: Progress, patience: Patience
) -> None:
    url = answer.url
    if answer.status != http.HTTPStatus.OK:
        raise SampleUnavailable(f"{url} answered {answer.status} {answer.reason}, expected 200 OK")
    length = answer.headers.get("Content-Length", "")
    expected = int(length) if length.isdigit() else None
    digest, size_bytes = hashlib.sha256(), 0
    with ExitStack() as undo:
        undo.callback(target.unlink, missing_ok=True)
        with target.open("wb") as file:
            for chunk in _chunks(answer, patience=patience):
                file.write(chunk)
                digest.update(chunk)
                size_bytes += len(chunk)
                progress("downloading", size_bytes, expected)
        if expected is not None and size_bytes != expected:
            raise SampleUnavailable(f"{url} broke off: got {size_bytes:,} bytes, expected {expected:,}")
        if digest.hexdigest() != sha256:
            raise SampleUnavailable(f"{url} is another file: got SHA-256 {digest.hexdigest()}, expected {sha256}")
        undo.pop_all()


def _chunks(answer: http.client.HTTPResponse, *, patience: Patience) -> Iterator[bytes]:
    """The body, piece by piece; raises TimeoutError when it stalls or trickles."""
    least = patience.slowest_bytes_per_second * patience.stall_seconds
    since, received = time.monotonic(), 0
    while chunk := answer.read1(CHUNK_BYTES):
        yield chunk
        received += len(chunk)
        if time.monotonic() - since >= patience.stall_seconds:
            if received < least:
                raise TimeoutError(f"{received:,} bytes in {patience.stall_seconds:g} s is too slow")
            since, received = time.monotonic(), 0


def _in_words(exc: BaseException) -> str:
    """Without the numbers and brackets that urllib puts around it."""
    if isinstance(exc, urllib.error.HTTPError):
        return str(exc)
    reason = exc.reason if isinstance(exc, urllib.error.URLError) else exc
    strerror = reason.strerror if isinstance(reason, OSError) else None
    return strerror or str(reason) or type(reason).__name__
