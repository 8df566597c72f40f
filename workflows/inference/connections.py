"""Bounds the connections of the server: how many there are, and how long a client may take over a head or an answer.

uvicorn parses HTTP with httptools where that is installed, else with h11, and leaves these bounds to others. A
connection is looked at every few seconds, so that a request costs nothing more.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from chalicelib.limits import INFERENCE_CONNECTIONS, INFERENCE_HEAD_SECONDS
from chalicelib.values import Value

from .media_types import JSON
from .writers import as_json

CROWDED = "crowded"
"""In the state of a request whose connection is one too many: its request is refused."""
SPARE = 100
"""Connections beyond those that are served: each is told to come again. What comes beyond these is cut off."""
HEAD_BYTES = 65_536
"""Of a request's line and headers, beyond the first part of it that comes; h11 has a bound of its own, 16,384."""


class Bounds(Value):
    connections: int = INFERENCE_CONNECTIONS
    seconds: float = INFERENCE_HEAD_SECONDS
    """For a head, from the connection on, or up to twice that after another request; and for a part of an answer."""


class Bounded(asyncio.Protocol):
    """Comes before a protocol of uvicorn's, whose attributes it reads: `bounded` puts both together."""

    bounds: ClassVar[Bounds]
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    connections: set[Any]
    app_state: dict[str, Any]
    cycle: Any
    """The last request whose head was read; None before the first one."""
    _last: Any = None
    """The request that had been answered at the last look, or None where there was none."""
    _was_waiting = True
    """At the last look no request was being answered."""
    _unsent = 0
    _is_in_head = False
    _head_bytes = 0
    _timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._timer = self.loop.call_later(self.bounds.seconds, self._look)
        beyond = len(self.connections) - self.bounds.connections
        if beyond > SPARE:
            self.transport.abort()
        elif beyond > 0:
            self.app_state = {**self.app_state, CROWDED: True}

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Called by httptools alone, which bounds no head."""
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_begin()  # type: ignore[misc]

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        was_in_head = self._is_in_head
        super().data_received(data)
        if was_in_head and self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(431, "HeadersTooLarge", "the headers are too large", f"at most {HEAD_BYTES:,} bytes")

    def _look(self) -> None:
        """End a connection that sends no whole head, or takes nothing of its answer."""
        unsent = self.transport.get_write_buffer_size()
        is_waiting = self.cycle is None or self.cycle.response_complete
        if unsent and unsent == self._unsent:
            self.transport.abort()
        elif is_waiting and self._was_waiting and self.cycle is self._last:
            self._end()
        self._unsent, self._was_waiting, self._last = unsent, is_waiting, self.cycle
        self._timer = self.loop.call_later(self.bounds.seconds, self._look)

    def _end(self) -> None:
        """Nothing is said to a client that was answered already: it could take it for its next answer."""
        if self.cycle is None:
            seconds = f"{self.bounds.seconds:g} s"
            self._refuse(408, "RequestTimeout", f"no whole head came within {seconds}", f"a head within {seconds}")
        self.transport.close()

    def _refuse(self, status: int, code: str, message: str, accepted: str) -> None:
        """In the form of the application's refusals, which no request reaches."""
        body = as_json({"Code": code, "Message": message, "Accepted": accepted})
        lines = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            f"content-type: {JSON}",
            f"content-length: {len(body)}",
            "connection: close",
        )
        if not self.transport.is_closing():
            self.transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        self.transport.close()


def bounded(bounds: Bounds, *, by: type[asyncio.Protocol] = AutoHTTPProtocol) -> type[asyncio.Protocol]:
    """The protocol for uvicorn's configuration, on top of one of its own."""
    return type("BoundedProtocol", (Bounded, by), {"bounds": bounds})
