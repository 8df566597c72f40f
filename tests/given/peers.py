"""A peer of a connection on this machine: it answers with the bytes that a test prepares, and keeps what came."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "tls/certificate.pem"
"""Of 127.0.0.1 for a hundred years; its key lies beside it and opens nothing."""
LOOK_SECONDS = 5.0
"""A test that waits for longer than this waits for nothing."""


def answer(body: bytes = b"{}", *, status: str = "200 OK", **headers: str) -> bytes:
    """An answer of HTTP/1.1 that is counted."""
    given = {name.replace("_", "-"): value for name, value in headers.items()} | {"Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


Connection = Sequence[bytes | None]
"""The answers of one connection, which is closed after them. None answers nothing and closes the connection."""


@dataclass
class Peer:
    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    is_needed: bool = True
    """A connection that comes later wakes the thread to its end."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def peer(*connections: Connection, is_encrypted: bool = False) -> Iterator[Peer]:
    """Takes as many connections as there are scripts, one after another."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Peer(listening.getsockname()[1])
        talking = threading.Thread(target=_talk, args=(listening, connections, made, is_encrypted))
        talking.start()
        try:
            yield made
        finally:
            made.is_needed = False
            with suppress(OSError), socket.create_connection(listening.getsockname()):
                talking.join()


def _talk(listening: socket.socket, connections: Sequence[Connection], made: Peer, is_encrypted: bool) -> None:
    for script in connections:
        plain, _ = listening.accept()
        if not made.is_needed:
            plain.close()
            return
        made.connections += 1
        plain.settimeout(LOOK_SECONDS)
        try:
            with _encrypted(plain) if is_encrypted else plain as connected:
                _follow(script, connected, made)
        except OSError:
            continue  # the other side ended it


def _follow(script: Connection, connected: socket.socket, made: Peer) -> None:
    for said in script:
        came = _request(connected)
        if not came:
            return
        made.requests.append(came)
        if said is None:
            return
        for place in range(0, len(said), 7):  # in pieces, as they come over a network
            connected.sendall(said[place : place + 7])


def _request(connected: socket.socket) -> bytes:
    came = b""
    while b"\r\n\r\n" not in came:
        more = connected.recv(65_536)
        if not more:
            return b""
        came += more
    head, _, body = came.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while lengths and len(body) < int(lengths[0]):
        body += connected.recv(65_536)
    return head + b"\r\n\r\n" + body


def _encrypted(plain: socket.socket) -> socket.socket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, CERTIFICATE.with_name("key.pem"))
    try:
        return context.wrap_socket(plain, server_side=True)
    except OSError:
        plain.close()
        raise
