"""One connection to one host, kept between calls.

`http.client` would load a parser of e-mails, which costs a cold start a quarter of an empty one.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from socket import create_connection

from chalicelib.aws.signed.exchange import HttpAnswer, receive
from chalicelib.aws.signed.surroundings import Host

KEPT_SECONDS = 60.0
"""A connection that was not used for longer may be lost without a sign: a NAT gateway forgets one after 350 s.
Source: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"""
READ_BYTES = 65_536


class TooSlow(TimeoutError):
    """No whole answer came in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {max(seconds, 0):.0f} s")
        self.seconds = seconds


class KeptConnection:
    """To `host`, trusting what `ca_bundle` says (`certificates`).

    `clock` tells the time of day in seconds: Lambda freezes a container between two calls, and a clock that counts
    from the start may stand still meanwhile. One thread uses a connection at a time: it is taken away meanwhile.
    """

    def __init__(self, host: Host, *, ca_bundle: str | None, clock: Callable[[], float] = time.time) -> None:
        self._host = host
        self._ca_bundle = ca_bundle
        self._clock = clock
        self._kept: list[tuple[socket.socket, float]] = []

    def ask(self, request: bytes, *, connect_seconds: float, read_seconds: float, until: float) -> HttpAnswer:
        """The answer to a request that may be sent twice; raises TooSlow or another OSError.

        It has `read_seconds`, and all of this has until `until` of `time.monotonic`.

        The other side may close a kept connection at any moment: the request then goes out on a new one.
        """
        kept = self._take()
        if kept is not None:
            try:
                return self._exchange(kept, request, read_seconds, until)
            except TimeoutError:
                raise
            except OSError:
                pass
        connected = self._connect(min(connect_seconds, _left(until)))
        return self._exchange(connected, request, read_seconds, until)

    def __del__(self) -> None:
        for kept, _ in self._kept:
            kept.close()

    def _take(self) -> socket.socket | None:
        try:
            kept, used_at = self._kept.pop()
        except IndexError:
            return None
        if 0 <= self._clock() - used_at < KEPT_SECONDS and not _has_something_to_say(kept):
            return kept
        kept.close()
        return None

    def _connect(self, seconds: float) -> socket.socket:
        name = self._host.address.encode("ascii")  # a text would load the tables of names in all the world's letters
        connected = create_connection((name, self._host.port), timeout=seconds)  # type: ignore[arg-type]
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self._host.is_encrypted:
                return connected
            from chalicelib.aws.signed import certificates

            context = certificates.trusting(self._ca_bundle)
            return context.wrap_socket(connected, server_hostname=name)
        except OSError:
            connected.close()
            raise

    def _exchange(self, connected: socket.socket, request: bytes, read_seconds: float, until: float) -> HttpAnswer:
        seconds = min(read_seconds, until - time.monotonic())
        ends = time.monotonic() + seconds

        def more() -> bytes:
            connected.settimeout(_left(ends))
            return connected.recv(READ_BYTES)

        try:
            connected.settimeout(_left(ends))
            connected.sendall(request)
            answer = receive(more)
        except TimeoutError as exc:
            connected.close()
            raise TooSlow(seconds) from exc
        except BaseException:
            connected.close()
            raise
        if answer.is_last:
            connected.close()
        else:
            self._kept[:] = [(connected, self._clock())]
        return answer


def _has_something_to_say(kept: socket.socket) -> bool:
    """Between two calls that is its end."""
    looking = select.poll()
    looking.register(kept, select.POLLIN)
    return bool(looking.poll(0))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
