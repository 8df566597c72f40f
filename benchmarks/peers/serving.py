"""Starts a server on 127.0.0.1 in a session of its own, waits until it answers, and ends all its processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers.made import Made
from benchmarks.peers.peer import FOLDER, Fields, Peer

STARTED_SECONDS, ENDED_SECONDS, ANSWERED_SECONDS = 90, 15, 10
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}


class Answer(NamedTuple):
    status: int
    body: bytes


class NotServing(Exception):
    """A server did not start, or its port is not free again; the message has the end of its log."""


def prepared(peer: Peer, made: Made, *, work: Path) -> Path:
    """The folder that the peer runs from."""
    folder = work / peer.name.replace(" ", "-")
    if peer.configuration:
        shutil.copytree(FOLDER / peer.configuration, folder)
    else:
        folder.mkdir()
    if peer.prepare:
        _run(peer, peer.prepare, _places(made, folder, port=0), folder)
    return folder


@contextmanager
def serving(peer: Peer, made: Made, *, folder: Path) -> Iterator[int]:
    """The port; raises NotServing."""
    port = _free_port()
    places = _places(made, folder, port=port)
    log = folder / "log.txt"
    with log.open("ab") as output:
        process = subprocess.Popen(
            _command(peer, peer.command, places),
            cwd=folder,
            env=_variables(peer, places),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            _wait(peer, port, process, made.asked[0], log)
            yield port
        finally:
            _end(process, port)


def asked(peer: Peer, port: int, fields: Fields) -> Answer:
    """Raises OSError or HTTPException where nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWERED_SECONDS)
    try:
        connection.request("POST", peer.path, json.dumps(peer.body(fields)), HEADERS)
        found = connection.getresponse()
        return Answer(found.status, found.read())
    finally:
        connection.close()


def _wait(peer: Peer, port: int, process: subprocess.Popen[Any], fields: Fields, log: Path) -> None:
    until = time.monotonic() + STARTED_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, HTTPException):
            if asked(peer, port, fields).status == 200:
                return
        time.sleep(0.1)
    raise NotServing(f"{peer.name} does not answer: {log.read_text(errors='replace')[-2000:]}")


def _end(process: subprocess.Popen[Any], port: int) -> None:
    """All processes of its session: some servers have others beside them, which end later, or not by themselves."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    _until(lambda: process.poll() is not None and not _listens(port))
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if not _until(lambda: not _listens(port)):
        raise NotServing(f"port {port} is still listened on")


def _until(holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + ENDED_SECONDS
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _run(peer: Peer, command: Sequence[str], places: Mapping[str, str], folder: Path) -> None:
    told = subprocess.run(
        _command(peer, command, places),
        cwd=folder,
        env=_variables(peer, places),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode:
        raise NotServing(f"{peer.name} cannot be prepared: {told.stderr[-2000:]}")


def _places(made: Made, folder: Path, *, port: int) -> dict[str, str]:
    files = {"model": made.model, "graph": made.graph, "package": made.package, "work": folder}
    return {name: str(path) for name, path in files.items()} | {"port": str(port)}


def _command(peer: Peer, command: Sequence[str], places: Mapping[str, str]) -> list[str]:
    program, *more = command
    return [str(peer.environment / "bin" / program), *(each.format_map(places) for each in more)]


def _variables(peer: Peer, places: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
    own = {name: value.format_map(places) for name, value in peer.variables.items()}
    return {**kept, "PATH": f"{peer.environment / 'bin'}:{os.environ['PATH']}", **own}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
