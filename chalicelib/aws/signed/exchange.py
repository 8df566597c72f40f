"""Reads an answer of HTTP/1.1 (RFC 9112): a status, headers, and a body that is counted, cut into chunks, or ends
with the connection."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from chalicelib.values import Value

END_OF_LINE = b"\r\n"
HEAD_BYTES = 65_536
"""The longest line that is read; a head has at most HEAD_LINES of them."""
HEAD_LINES = 200
VERSIONS = ("HTTP/1.0", "HTTP/1.1")
DIGITS = 10
"""The most that a length has."""
FIRST, FINAL, LAST = 100, 200, 599
"""Of a status; one below FINAL announces another."""
BODILESS = (204, 304)


class Garbled(OSError):
    """The answer ends too early, or is no answer of HTTP."""


class NothingCame(Garbled):
    """The connection was closed in place of an answer."""


class HttpAnswer(Value):
    """`headers` are by names in small letters. `is_last` says that the connection ends with it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_last: bool = False


def receive(more: Callable[[], bytes]) -> HttpAnswer:
    """`more` gives the next bytes of the connection, and none at its end; raises Garbled, and what `more` raises."""
    stream = _Stream(more)
    while True:
        version, status, headers = _head(stream)
        if status >= FINAL:
            break
    body, is_last = _body(stream, status, headers)
    is_last = (
        is_last or version == VERSIONS[0] or headers.get("connection", "").lower() == "close" or bool(stream.held)
    )
    return HttpAnswer(status, headers, body, is_last)


class _Stream:
    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self.held = bytearray()

    def line(self) -> bytes:
        while (end := self.held.find(END_OF_LINE)) < 0:
            if len(self.held) > HEAD_BYTES:
                raise Garbled("a line is too long")
            self._hold_more()
        return self._take(end, len(END_OF_LINE))

    def counted(self, size: int) -> bytes:
        while len(self.held) < size:
            self._hold_more()
        return self._take(size, 0)

    def all(self) -> bytes:
        while came := self._more():
            self.held += came
        return self._take(len(self.held), 0)

    def begin(self) -> None:
        """Raises NothingCame where the connection ends before the first byte."""
        if not self.held:
            self.held += self._more()
            if not self.held:
                raise NothingCame("the connection was closed in place of an answer")

    def _hold_more(self) -> None:
        came = self._more()
        if not came:
            raise Garbled("the answer ends too early")
        self.held += came

    def _take(self, size: int, beyond: int) -> bytes:
        taken = bytes(self.held[:size])
        del self.held[: size + beyond]
        return taken


def _head(stream: _Stream) -> tuple[str, int, dict[str, str]]:
    stream.begin()
    version, _, rest = stream.line().decode("latin-1").partition(" ")
    status = _number(rest.partition(" ")[0])
    if version not in VERSIONS or not FIRST <= status <= LAST:
        raise Garbled("the answer begins with no status")
    headers: dict[str, str] = {}
    for _ in range(HEAD_LINES):
        line = stream.line().decode("latin-1")
        if not line:
            return version, status, headers
        name, colon, value = line.partition(":")
        if not colon:
            raise Garbled("a header has no value")
        headers[name.lower()] = value.strip(" \t")
    raise Garbled("there are too many headers")


def _body(stream: _Stream, status: int, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """The body, and whether the connection ended with it."""
    if status in BODILESS:
        return b"", False
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked":
            raise Garbled("the answer is encoded in a way that was not asked for")
        return _chunks(stream), False
    if length is None:
        return stream.all(), True
    return stream.counted(_number(length)), False


def _chunks(stream: _Stream) -> bytes:
    found = bytearray()
    while True:
        size = re.fullmatch(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?", stream.line())
        if size is None:
            raise Garbled("a chunk has no size")
        if not int(size[1], 16):
            break
        found += stream.counted(int(size[1], 16))
        if stream.line():
            raise Garbled("a chunk is longer than its size")
    for _ in range(HEAD_LINES):
        if not stream.line():
            return bytes(found)
    raise Garbled("there are too many headers")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= DIGITS):
        raise Garbled("a number of the answer is none")
    return int(text)
