"""Connections that wait are accepted at once, with either event loop, on a port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import pytest
import uvicorn
import uvloop

from tests.given.inference import service
from workflows.inference.application import Application
from workflows.inference.running import Server, configured, listening

EITHER = pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
Loop = Callable[[], asyncio.AbstractEventLoop]
WAITING, ROUNDS = 20, 10
PING = b"GET /ping HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
PAUSE_SECONDS = 0.05


class Refusing(socket.socket):
    """Refuses one connection first, as a system does in which a process has no file left."""

    refused = 0

    def accept(self) -> Any:
        if not self.refused:
            self.refused += 1
            raise OSError(errno.EMFILE, "Too many open files")
        return super().accept()


def run(loop: Loop, test: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(test)


@asynccontextmanager
async def serving(listener: socket.socket) -> AsyncIterator[Server]:
    config = configured(Application(service()), connections=100)
    server = Server(config, pause_seconds=PAUSE_SECONDS)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])
    yield server
    server.should_exit = True
    await asyncio.wait_for(server.shutdown([listener]), 10)


async def rounds() -> None:
    for _ in range(ROUNDS):
        await asyncio.sleep(0)


async def ping(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(PING)
    answer = await reader.read()
    writer.close()
    return answer


@EITHER
def test_all_connections_that_wait_are_accepted_within_some_rounds_of_the_loop(loop: Loop) -> None:
    async def test() -> None:
        with ExitStack() as clients:
            listener = listening("127.0.0.1", 0)
            for _ in range(WAITING):
                clients.enter_context(socket.create_connection(listener.getsockname()))
            async with serving(listener) as server:
                await rounds()
                assert len(server.server_state.connections) == WAITING

    run(loop, test())


@EITHER
def test_what_is_accepted_is_answered_at_once(loop: Loop) -> None:
    async def test() -> None:
        listener = listening("127.0.0.1", 0)
        async with serving(listener) as server:
            assert (await ping(listener.getsockname()[1])).startswith(b"HTTP/1.1 200 ")
            with socket.create_connection(listener.getsockname()):
                await rounds()
                (made,) = server.server_state.connections
                at_once = made.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                assert at_once, "head and body are written one after the other, which else are 40 ms apart"

    run(loop, test())


@EITHER
def test_connection_that_the_system_refuses_is_accepted_after_a_pause(loop: Loop) -> None:
    async def test() -> None:
        listener = Refusing(fileno=listening("127.0.0.1", 0).detach())
        async with serving(listener):
            assert (await ping(listener.getsockname()[1])).startswith(b"HTTP/1.1 200 ")
        assert listener.refused

    run(loop, test())


@EITHER
def test_server_that_stops_within_the_pause_accepts_nothing_more(loop: Loop) -> None:
    async def test() -> None:
        listener = Refusing(fileno=listening("127.0.0.1", 0).detach())
        with socket.create_connection(listener.getsockname()):
            async with serving(listener) as server:
                await rounds()
                assert listener.refused
            await asyncio.sleep(2 * PAUSE_SECONDS)
            assert not server.server_state.connections

    run(loop, test())


@EITHER
def test_connection_that_was_just_accepted_does_not_hold_up_the_end(loop: Loop) -> None:
    async def test() -> None:
        listener = listening("127.0.0.1", 0)
        with socket.create_connection(listener.getsockname()) as client:
            async with serving(listener) as server:
                await asyncio.sleep(0)
            assert not server.server_state.connections
            client.settimeout(5)
            assert client.recv(1) == b""

    run(loop, test())


def test_uvicorn_by_itself_lets_most_of_them_wait() -> None:
    """With uvloop: once it does not, nothing here is needed any more."""

    async def test() -> None:
        with ExitStack() as clients:
            listener = listening("127.0.0.1", 0)
            for _ in range(WAITING):
                clients.enter_context(socket.create_connection(listener.getsockname()))
            config = configured(Application(service()), connections=100)
            server = uvicorn.Server(config)
            config.load()
            server.lifespan = config.lifespan_class(config)
            await server.startup([listener])
            await rounds()
            assert len(server.server_state.connections) < WAITING
        await server.shutdown([listener])

    run(uvloop.new_event_loop, test())
