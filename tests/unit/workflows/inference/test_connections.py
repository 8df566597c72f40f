"""The bounds of connections, with either protocol of uvicorn on a port of 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.given.inference import CSV_ROW, service
from workflows.inference.application import Application
from workflows.inference.connections import SPARE, Bounds, bounded

EITHER = pytest.mark.parametrize("by", [H11Protocol, HttpToolsProtocol])
LONG, SHORT = 600.0, 0.05
"""Seconds: nothing happens within a test, and soon."""
PING = b"GET /ping HTTP/1.1\r\nHost: here\r\n\r\n"
ROW = b"POST /invocations HTTP/1.1\r\nHost: here\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n%s" % (
    len(CSV_ROW),
    CSV_ROW.encode(),
)
LARGE = 100_000_000
"""Bytes, more than the system keeps of an answer that nobody takes."""


@dataclass(frozen=True)
class Serving:
    port: int
    state: ServerState

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def said(self, *parts: bytes) -> bytes:
        """All that comes on a connection of its own until it is closed."""
        reader, writer = await self.connected()
        for part in parts:
            writer.write(part)
            await writer.drain()
        told = await reader.read()
        writer.close()
        return told


@asynccontextmanager
async def serving(by: type[asyncio.Protocol], application: Any = None, **bounds: Any) -> AsyncIterator[Serving]:
    given = application or Application(service())
    protocol = bounded(Bounds(**{"connections": 10, "seconds": LONG, **bounds}), by=by)
    config = uvicorn.Config(given, http=protocol, ws="none", lifespan="off", log_level="critical")
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    made: Any = config.http_protocol_class
    server = await loop.create_server(
        lambda: made(config=config, server_state=state, app_state={}, _loop=loop), "127.0.0.1", 0
    )
    async with server:
        yield Serving(server.sockets[0].getsockname()[1], state)
        for connection in list(state.connections):
            connection.transport.abort()


def read(answer: bytes) -> tuple[int, dict[str, Any]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    return int(head.split()[1]), json.loads(body)


@EITHER
@pytest.mark.parametrize("begun", [b"", b"POST /invoc", PING[:-2], PING[:-2] + b"X-Slow: "])
def test_head_that_does_not_come_is_refused(by: type[asyncio.Protocol], begun: bytes) -> None:
    async def asked() -> bytes:
        async with serving(by, seconds=SHORT) as server:
            return await server.said(begun)

    status, body = read(asyncio.run(asked()))

    assert (status, body["Code"], body["Accepted"]) == (408, "RequestTimeout", "a head within 0.05 s")


@EITHER
def test_second_head_that_does_not_come_ends_the_connection_without_a_word(by: type[asyncio.Protocol]) -> None:
    async def asked() -> bytes:
        async with serving(by, seconds=SHORT) as server:
            return await server.said(PING + PING[:-2])

    assert asyncio.run(asked()).count(b"HTTP/1.1 ") == 1


@EITHER
def test_request_that_is_answered_slowly_is_left_alone(by: type[asyncio.Protocol]) -> None:
    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(10 * SHORT)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b"done"})

    async def asked() -> bytes:
        async with serving(by, slow, seconds=SHORT) as server:
            return await server.said(PING)

    assert asyncio.run(asked()).startswith(b"HTTP/1.1 200 ")


@EITHER
def test_connection_too_many_is_told_to_come_again_and_ping_is_answered(by: type[asyncio.Protocol]) -> None:
    async def asked() -> tuple[bytes, bytes, bytes]:
        async with serving(by, connections=1) as server:
            reader, writer = await server.connected()
            writer.write(ROW)
            first = await reader.readuntil(b"\r\n\r\n")
            found = first, await server.said(PING + ROW), await server.said(ROW)
            writer.close()
            return found

    served, ping, refused = asyncio.run(asked())

    assert served.startswith(b"HTTP/1.1 200 ")
    assert ping.startswith(b"HTTP/1.1 200 ")
    status, body = read(refused)
    assert (status, body["Code"]) == (503, "Busy")
    assert b"retry-after: 1\r\n" in refused.lower()


@EITHER
def test_connection_far_beyond_is_cut_off(by: type[asyncio.Protocol]) -> None:
    async def asked() -> bytes:
        async with serving(by, connections=-SPARE) as server:
            try:
                return await server.said(PING)
            except ConnectionResetError:
                return b""

    assert asyncio.run(asked()) == b""


@EITHER
def test_client_that_takes_nothing_of_its_answer_is_cut_off(by: type[asyncio.Protocol]) -> None:
    async def large(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(LARGE)})

    async def asked() -> int:
        async with serving(by, large, seconds=SHORT) as server:
            _, writer = await server.connected()
            writer.write(PING)
            while not server.state.total_requests or server.state.connections:
                await asyncio.sleep(0.01)
            writer.close()
            return server.state.total_requests

    assert asyncio.run(asked()) == 1


@pytest.mark.parametrize(("by", "status"), [(H11Protocol, 400), (HttpToolsProtocol, 431)])
def test_head_without_end_is_refused(by: type[asyncio.Protocol], status: int) -> None:
    async def asked() -> bytes:
        async with serving(by) as server:
            reader, writer = await server.connected()
            writer.write(PING[:-2] + b"X-Long: ")
            while not reader.at_eof():
                writer.write(b"a" * 10_000)
                await asyncio.sleep(0)
                if told := await soon(reader):
                    writer.close()
                    return told
            raise AssertionError("it ended without a word")

    answer = asyncio.run(asked())

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    if status == 431:
        assert read(answer)[1]["Code"] == "HeadersTooLarge"


async def soon(reader: asyncio.StreamReader) -> bytes:
    """What is there already, or comes within a moment."""
    try:
        return await asyncio.wait_for(reader.read(10_000), 0.01)
    except TimeoutError:
        return b""
