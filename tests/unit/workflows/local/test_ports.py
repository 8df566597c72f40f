"""Which ports are taken, and at which a local AWS answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

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


def two_free() -> int:
    """A port that is free, as the next one is."""
    while True:
        with ports.listening() as first:
            found = ports.number(first)
            try:
                ports.listening(found + 1).close()
            except (OSError, OverflowError):
                continue
        return found


def test_port_after_a_taken_one_stands_in_for_it() -> None:
    wanted = two_free()

    with (
        ports.listening_near(wanted) as first,
        ports.listening_near(wanted) as second,
        ports.listening_near(wanted) as third,
    ):
        found = [ports.number(each) for each in (first, second, third)]

    assert found[:2] == [wanted, wanted + 1]
    assert found[2] not in found[:2]


def test_no_port_comes_after_the_last() -> None:
    with ports.listening_near(ports.PORT_MAX) as first, ports.listening_near(ports.PORT_MAX) as second:
        assert ports.number(first) != ports.number(second)


def test_port_at_which_another_server_listens_is_not_taken() -> None:
    with listening() as (port, _), pytest.raises(OSError, match=f"another server listens at port {port}"):
        ports.listening(port)

    with ports.listening(port) as mine:
        assert ports.number(mine) == port


def test_port_that_is_taken_without_a_listener_is_not_taken_again() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        with pytest.raises(OSError, match="in use"):
            ports.listening(taken.getsockname()[1])


def test_port_of_a_connection_that_has_just_ended_is_taken_at_once() -> None:
    with ports.listening() as before, socket.create_connection((HOST, port := ports.number(before))):
        before.accept()[0].close()  # who closes first keeps the connection for a minute, as ended

    with ports.listening(port) as mine:
        assert ports.number(mine) == port


def test_free_port_is_of_this_machine_alone_and_nobody_else_can_take_it() -> None:
    with ports.listening() as mine:
        assert mine.getsockname()[0] == HOST
        assert ports.number(mine) > 1023
        with pytest.raises(OSError, match="another server listens"):
            ports.listening(ports.number(mine))


def test_local_aws_is_ready_when_it_says_so_at_its_own_address() -> None:
    with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (port, asked):
        assert ports.serves_aws(port)

    assert asked[0].startswith(b"GET /_ministack/health ")


def test_other_servers_and_none_are_no_local_aws() -> None:
    for said in (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", b"no HTTP at all\r\n\r\n"):
        with listening(said) as (port, _):
            assert not ports.serves_aws(port)

    [free] = ports.free(1)

    assert not ports.serves_aws(free)


def test_zero_wants_any_port_and_none_is_taken_then() -> None:
    with ports.listening_near(0) as mine:
        assert ports.number(mine) > 1


def test_free_ports_are_different_ones() -> None:
    assert len({*ports.free(200)}) == 200
