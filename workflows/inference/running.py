"""Runs the application on uvicorn, until Ctrl-C or SIGTERM; requests in flight are answered before it ends."""

from __future__ import annotations

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import uvicorn

from chalicelib.errors import CommandFailed
from chalicelib.limits import INFERENCE_CONNECTIONS

from .application import Application
from .connections import SPARE, Bounds, bounded
from .package import Service

WAITING = 2_048
"""Connections that may wait until they are accepted."""
PAUSE_SECONDS = 1.0
"""After the system refused one, as it does who has no file left: those that wait go on waiting."""
GRACE_SECONDS = 25
"""For requests in flight: SageMaker kills a container 30 s after SIGTERM."""
COLLECTED_AFTER = 50_000
"""Objects beyond those gone. With Python's own 700 it would look through all connections at every few requests."""
OWN_FILES = 50
"""That a process has open beside its connections."""


def listening(host: str, port: int) -> socket.socket:
    """Raises CommandFailed for an address that cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends at once what is written alone on sockets that name TCP: else head and body are 40 ms apart.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(WAITING)
    except OSError as exc:
        listener.close()
        raise CommandFailed(
            f"{host}, port {port}, cannot be listened on ({exc.strerror}): choose another by --host or --port"
        ) from exc
    return listener


class Server(uvicorn.Server):
    """uvicorn's, but it accepts all connections that wait, at once.

    uvloop accepts one between two rounds of requests. So beside some hundred busy connections each new one, and with
    it /ping, would wait for as many rounds as others wait before it, which are seconds.
    """

    def __init__(self, config: uvicorn.Config, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        super().__init__(config)
        self._pause_seconds = pause_seconds
        self._opening: set[asyncio.Task[Any]] = set()
        """Connections that are accepted, and do not have their protocol yet."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=[])  # none, which uvicorn would have the event loop accept from
        for each in sockets or []:
            each.setblocking(False)
            self._watch(each)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for each in sockets or []:
            asyncio.get_running_loop().remove_reader(each)
        await asyncio.gather(*self._opening, return_exceptions=True)  # so that those are told to end, too
        await super().shutdown(sockets)

    def _watch(self, listener: socket.socket) -> None:
        if not self.should_exit:
            asyncio.get_running_loop().add_reader(listener, self._accept, listener)

    def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(WAITING):
            try:
                accepted, _address = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError:
                loop.remove_reader(listener)
                loop.call_later(self._pause_seconds, self._watch, listener)
                return
            accepted.setblocking(False)
            task = loop.create_task(self._open(accepted))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, accepted: socket.socket) -> None:
        await asyncio.get_running_loop().connect_accepted_socket(self._protocol, accepted)

    def _protocol(self) -> asyncio.Protocol:
        kind: Any = self.config.http_protocol_class
        made: asyncio.Protocol = kind(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


def configured(application: Application, *, connections: int) -> uvicorn.Config:
    """uvicorn with its faster parser and event loop where both are installed, as they are but for the image."""
    return uvicorn.Config(
        application,
        http=bounded(Bounds(connections=connections)),
        ws="none",
        lifespan="off",
        loop="uvloop" if find_spec("uvloop") else "asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # nobody asks where a request came from
        backlog=WAITING,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def room(soft: int, hard: int) -> tuple[int, int]:
    """How many files to ask the system for, by its two limits, and how many connections they are enough for.

    >>> room(256, 1_000_000), room(1_024, 1_024), room(65_536, resource.RLIM_INFINITY)
    ((2150, 2000), (1024, 874), (65536, 2000))
    """
    beside = SPARE + OWN_FILES
    soft, hard = (sys.maxsize if each == resource.RLIM_INFINITY else each for each in (soft, hard))
    files = max(soft, min(INFERENCE_CONNECTIONS + beside, hard))
    return files, max(1, min(files - beside, INFERENCE_CONNECTIONS))


def _settle() -> None:
    """The garbage collector leaves alone what is loaded, and looks seldom: few requests leave it anything."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *gc.get_threshold()[1:])


def _make_room() -> int:
    """The connections that this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files, connections = room(soft, hard)
    if soft not in (files, resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return connections


def run(service: Service, *, listener: socket.socket, token: str | None, say: Callable[[str], None]) -> None:
    """Serve until it is told to stop. Signals come to the main thread, so this has to run there."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    say(f"{service.model} version {service.model_version} answers on http://{shown}:{port} until Ctrl-C")
    config = configured(Application(service, token=token), connections=_make_room())
    # Once it has stopped, uvicorn raises the signal that stopped it once more: as an interruption it ends here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _settle()
    with suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])
    say("stopped; the requests in flight were answered")
