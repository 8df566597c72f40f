"""Takes ports of this machine."""

from __future__ import annotations

import errno
import http.client
import socket
from contextlib import ExitStack

from workflows.local.environment import HOST

PORT_MAX = 65_535


def listening(port: int = 0) -> socket.socket:
    """A socket that listens at the port, or at one that is free when `port` is 0: nobody can take it any more.

    Raises OSError when another server has the port.
    """
    if port and _answers(port):  # some systems let two servers listen at one port, the first of them at all addresses
        raise OSError(errno.EADDRINUSE, f"another server listens at port {port}")
    mine = socket.socket()
    try:
        if port:  # connections of a server that has just ended do not keep its port
            _share(mine)
        mine.bind((HOST, port))
        _share(mine)  # not before, or the system may choose one that another is about to listen at
        mine.listen()
    except OSError:
        mine.close()
        raise
    return mine


def listening_near(wanted: int) -> socket.socket:
    """At the wanted port; if another server has it, at the next one, the same each time; else at any that is free.

    0 is any that is free.
    """
    for port in (wanted, wanted + 1) if wanted else ():
        if port <= PORT_MAX:
            try:
                return listening(port)
            except OSError:
                continue
    return listening()


def free(count: int) -> list[int]:
    """So many different ports that are free now, for a server that takes no socket. Another process may take one
    first."""
    with ExitStack() as held:  # all at once, or the system may choose one twice
        return [number(held.enter_context(listening())) for _ in range(count)]


def number(listener: socket.socket) -> int:
    """The port at which it listens."""
    port: int = listener.getsockname()[1]
    return port


def _share(mine: socket.socket) -> None:
    mine.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def serves_aws(port: int) -> bool:
    """True when a local AWS at the port is ready for requests."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
