"""The inference server at 1, 16 and 1,000 connections, beside one that answers every request with the same bytes.

Server and client share the machine, so the ratios to the bare server are the result: of the requests a second, and of
the processor time that the server takes for one, which other work on the machine disturbs less. Linux alone has both
tools, epoll and /proc.

python -m benchmarks.inference
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import select
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from rich.console import Console
from rich.table import Table as Drawn
from uvicorn.protocols.http.h11_impl import H11Protocol

from benchmarks.command_line import command
from benchmarks.scoring import EVENT, rows
from lambdas import recipes
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export
from lambdas.model.training.estimator import fit
from workflows.container import version_package
from workflows.inference.application import Application
from workflows.inference.connections import Bounds, bounded
from workflows.inference.package import open_package
from workflows.inference.running import WAITING, listening, run

CONNECTIONS = (1, 16, 1_000)
SECONDS, ROUNDS = 3.0, 3
BODIES = {"text/csv": b"0,54540,8314\n", "application/json": json.dumps(EVENT).encode()}
OK = b"HTTP/1.1 200 "
TICKS = os.sysconf("SC_CLK_TCK")

Serve = Callable[[socket.socket], None]


class Contender(NamedTuple):
    serve: Serve
    kind: str
    """Of the body, and of the answer that is wanted."""

    @property
    def request(self) -> bytes:
        body = BODIES[self.kind]
        head = f"POST /invocations HTTP/1.1\r\nhost: here\r\ncontent-type: {self.kind}\r\naccept: {self.kind}\r\n"
        return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class Measured(NamedTuple):
    rate: float
    """Requests a second."""
    processor: float
    """Microseconds of the server's for one request."""
    median: float
    slow: float
    """Milliseconds, and the 99th percentile."""


def package(folder: Path) -> Path:
    """A version of kdd99-http, unpacked."""
    model = export(fit(recipes.load("kdd99-http"), train=rows())).content
    told = {"model": "kdd99-http", "model_version": 1, "format": "scorecard"}
    built = build_package(artifact=model, manifest={**told, "artifact_sha256": hashlib.sha256(model).hexdigest()})
    version_package.write(version_package.unpacked(built, named="the package", needed=set()), folder)
    return folder


def scoring(folder: Path, listener: socket.socket) -> None:
    run(open_package(folder), listener=listener, token=None, say=lambda _: None)


def scoring_in_python(folder: Path, listener: socket.socket) -> None:
    """As in the image, which has neither httptools nor uvloop."""
    _serve(Application(open_package(folder)), listener, http=bounded(Bounds(), by=H11Protocol), loop="asyncio")


def bare(listener: socket.socket) -> None:
    """uvicorn alone, with what it finds installed."""
    _serve(_same_bytes, listener, http="auto", loop="auto")


def _serve(application: Any, listener: socket.socket, **how: Any) -> None:
    quiet: Any = {"ws": "none", "lifespan": "off", "access_log": False, "log_level": "warning", "backlog": WAITING}
    uvicorn.Server(uvicorn.Config(application, **quiet, **how)).run(sockets=[listener])


async def _same_bytes(_scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"ok\n"})


@contextmanager
def running(serve: Serve) -> Iterator[tuple[int, int]]:
    """The port of a server in a process of its own, and the process."""
    listener = listening("127.0.0.1", 0)
    process = multiprocessing.get_context("fork").Process(target=serve, args=(listener,))
    process.start()
    assert process.pid
    try:
        yield listener.getsockname()[1], process.pid
    finally:
        listener.close()
        process.terminate()
        process.join()


def processor_seconds(process: int) -> float:
    """Of its own and of the system for it."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def answered(connection: socket.socket, request: bytes) -> int:
    """The bytes of one whole answer, which all have."""
    connection.sendall(request)
    told = b""
    while b"\r\n\r\n" not in told:
        told += connection.recv(65_536)
    head, _, body = told.partition(b"\r\n\r\n")
    if not head.startswith(OK):
        raise SystemExit(f"the server answered {head!r}")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    while len(body) < length:
        body += connection.recv(65_536)
    return len(head) + 4 + length


def load(port: int, request: bytes, connections: int) -> list[float]:
    """The seconds that each request took."""
    took: list[float] = []
    dialled = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    opened = {each.fileno(): each for each in dialled}
    (length,) = {answered(each, request) for each in dialled}
    left, sent = dict.fromkeys(opened, length), dict.fromkeys(opened, time.perf_counter())
    with select.epoll() as ready:
        for number, connection in opened.items():
            ready.register(number, select.EPOLLIN)
            connection.send(request)
        until = time.perf_counter() + SECONDS
        while (now := time.perf_counter()) < until:
            for number, _ in ready.poll(1):
                left[number] -= len(opened[number].recv(65_536))
                if not left[number]:
                    now = time.perf_counter()
                    took.append(now - sent[number])
                    left[number], sent[number] = length, now
                    opened[number].send(request)
    for connection in opened.values():
        connection.close()
    return took


def measured(contender: Contender, connections: int) -> Measured:
    with running(contender.serve) as (port, process):
        with socket.create_connection(("127.0.0.1", port)) as first:
            answered(first, contender.request)
        before = processor_seconds(process)
        took = load(port, contender.request, connections)
        processor = processor_seconds(process) - before
    cuts = statistics.quantiles(took, n=100)
    return Measured(len(took) / SECONDS, 1e6 * processor / (len(took) + connections), 1e3 * cuts[49], 1e3 * cuts[98])


def measure(contenders: dict[str, Contender]) -> dict[tuple[str, int], Measured]:
    """In turns; of each figure the median of the rounds."""
    found: dict[tuple[str, int], list[Measured]] = {}
    for _ in range(ROUNDS):
        for connections in CONNECTIONS:
            for name, contender in contenders.items():
                found.setdefault((name, connections), []).append(measured(contender, connections))
    return {key: Measured(*map(statistics.median, zip(*several, strict=True))) for key, several in found.items()}


def many_connections() -> None:
    """Let this process, and those that it starts, have as many as are measured."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8_192), most))


def main() -> None:
    command(__doc__).parse_args()
    many_connections()
    with tempfile.TemporaryDirectory() as folder:
        served = package(Path(folder))
        found = measure(
            {
                "bare uvicorn": Contender(bare, "text/csv"),
                "one row of CSV": Contender(partial(scoring, served), "text/csv"),
                "one row of JSON": Contender(partial(scoring, served), "application/json"),
                "CSV, by h11": Contender(partial(scoring_in_python, served), "text/csv"),
            }
        )
    drawn = Drawn("server", "connections", "requests/s", "of bare", "processor us", "of bare", "p50 ms", "p99 ms")
    for (name, connections), each in found.items():
        least = found["bare uvicorn", connections]
        rate, processor = f"{each.rate / least.rate:.2f}", f"{each.processor / least.processor:.2f}"
        times = (f"{each.median:.2f}", f"{each.slow:.1f}")
        drawn.add_row(name, str(connections), f"{each.rate:,.0f}", rate, f"{each.processor:.0f}", processor, *times)
    Console(width=120).print(drawn)


if __name__ == "__main__":
    main()
