"""Runs the application on uvicorn, until Ctrl-C or SIGTERM; requests in flight are answered before it ends."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable

import uvicorn

from chalicelib.errors import CommandFailed

from .application import Application
from .package import Service

WAITING = 2_048
"""Connections that may wait until they are accepted."""
GRACE_SECONDS = 25
"""For requests in flight: SageMaker kills a container 30 s after SIGTERM."""


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


def run(service: Service, *, listener: socket.socket, token: str | None, say: Callable[[str], None]) -> None:
    """Serve until it is told to stop. Signals come to the main thread, so this has to run there."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    say(f"{service.model} version {service.model_version} answers on http://{shown}:{port} until Ctrl-C")
    config = uvicorn.Config(
        Application(service, token=token),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
        backlog=WAITING,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # Once it has stopped, uvicorn raises the signal that stopped it once more: as an interruption it ends here.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        say("stopped; the requests in flight were answered")
