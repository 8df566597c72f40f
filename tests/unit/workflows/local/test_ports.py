"""Which ports are free, and at which a local AWS answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from workflows.local import ports
from workflows.local.environment import HOST


@contextmanager
def listening(said: bytes = b"") -> Iterator[tuple[int, list[bytes]]]:
    """A port whose server answers this to whatever is asked, and what it was asked."""
    asked: list[bytes] = []
    with socket.create_server((HOST, 0)) as server:

        def answer() -> None:
            while True:
                try:
                    taken, _ = server.accept()
                except OSError:
                    return
                with taken:
                    if said:
                        asked.append(taken.recv(1000))
                        taken.sendall(said)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], asked
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_port_at_which_somebody_listens_is_not_free() -> None:
    with listening() as (port, _):
        assert not ports.is_free(port)

    assert ports.is_free(port)


def test_port_that_is_taken_without_a_listener_is_not_free() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        assert not ports.is_free(taken.getsockname()[1])


def test_free_port_is_one_of_this_machine_alone() -> None:
    port = ports.free()

    assert port > 1023
    assert ports.is_free(port)


def test_local_aws_is_ready_when_it_says_so_at_its_own_address() -> None:
    with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (port, asked):
        assert ports.serves_aws(port)

    assert asked[0].startswith(b"GET /_ministack/health ")


def test_other_servers_and_none_are_no_local_aws() -> None:
    for said in (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"no HTTP at all\r\n\r\n"):
        with listening(said) as (port, _):
            assert not ports.serves_aws(port)

    assert not ports.serves_aws(ports.free())
