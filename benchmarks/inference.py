"""The inference server at 1, 16 and 1,000 connections, beside one that answers every request with the same bytes.

Server and client share the machine, and the client is Python too, so the ratio to the bare server is the result.

python -m benchmarks.inference
"""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import resource
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.scoring import rows
from lambdas import recipes
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export
from lambdas.model.training.estimator import fit
from workflows.container import unpacking
from workflows.inference.package import open_package
from workflows.inference.running import listening, run

CONNECTIONS = (1, 16, 1_000)
SECONDS, ROUNDS = 3.0, 3
ROW = b"0,54540,8314\n"
REQUEST = (
    b"POST /invocations HTTP/1.1\r\nhost: here\r\ncontent-type: text/csv\r\naccept: text/csv\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(ROW), ROW)
)
OK = b"HTTP/1.1 200 "

Serve = Callable[[socket.socket], None]


def package(folder: Path) -> Path:
    """A version of kdd99-http, unpacked."""
    model = export(fit(recipes.load("kdd99-http"), train=rows())).content
    told = {"model": "kdd99-http", "model_version": 1, "format": "scorecard"}
    built = build_package(artifact=model, manifest={**told, "artifact_sha256": hashlib.sha256(model).hexdigest()})
    unpacking.write(unpacking.unpacked(built, named="the package", needed=set()), folder)
    return folder


def scoring(folder: Path, listener: socket.socket) -> None:
    run(open_package(folder), listener=listener, token=None, say=lambda _: None)


def bare(listener: socket.socket) -> None:
    """uvicorn alone, in the same configuration."""
    config = uvicorn.Config(
        _same_bytes, http="h11", ws="none", lifespan="off", loop="asyncio", access_log=False, log_level="warning"
    )
    uvicorn.Server(config).run(sockets=[listener])


async def _same_bytes(_scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
    await send({"type": "http.response.body", "body": b"ok\n"})


@contextmanager
def running(serve: Serve) -> Iterator[int]:
    """The port of a server in a process of its own."""
    listener = listening("127.0.0.1", 0)
    process = multiprocessing.get_context("fork").Process(target=serve, args=(listener,))
    process.start()
    try:
        yield listener.getsockname()[1]
    finally:
        process.terminate()
        process.join()


async def _asked(port: int, until: float, took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(OK):
            raise SystemExit(f"the server answered {head!r}")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]))
        took.append(time.perf_counter() - begun)
    writer.close()


async def load(port: int, connections: int) -> list[float]:
    """The seconds that each request took."""
    took: list[float] = []
    until = time.perf_counter() + SECONDS
    await asyncio.gather(*(_asked(port, until, took) for _ in range(connections)))
    return took


def measure(contenders: dict[str, Serve]) -> dict[tuple[str, int], tuple[float, float, float]]:
    """Requests a second, and the median and 99th percentile in milliseconds; of the rounds the median."""
    found: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for _ in range(ROUNDS):
        for connections in CONNECTIONS:
            for name, serve in contenders.items():
                with running(serve) as port:
                    took = asyncio.run(load(port, connections))
                cuts = statistics.quantiles(took, n=100)
                one = (len(took) / SECONDS, 1000 * cuts[49], 1000 * cuts[98])
                found.setdefault((name, connections), []).append(one)
    return {key: sorted(several)[len(several) // 2] for key, several in found.items()}


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 8_192), most))
    with tempfile.TemporaryDirectory() as folder:
        found = measure({"bare uvicorn": bare, "one row": partial(scoring, package(Path(folder)))})
    drawn = Drawn("server", "connections", "requests/s", "of bare", "p50 ms", "p99 ms")
    for (name, connections), (rate, median, slow) in found.items():
        share = rate / found["bare uvicorn", connections][0]
        drawn.add_row(name, str(connections), f"{rate:,.0f}", f"{share:.2f}", f"{median:.2f}", f"{slow:.1f}")
    Console().print(drawn)


if __name__ == "__main__":
    main()
