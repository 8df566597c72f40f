"""Starts, finds and stops the local AWS's process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from chalicelib.errors import LocalAwsFailed
from workflows.local import ports
from workflows.local.environment import HOST, clean
from workflows.local.state import disk_full
from workflows.local.state.loading import REJECTED, TOLD
from workflows.local.state.state_folder import StateFolder

START_SECONDS = 60.0
"""Limit of a start. It takes 0.5 s, with much state 4 s, and on a busy machine several times that."""
STOP_SECONDS = 10.0
"""Limit of a stop, which takes under 3 s; then the process is killed, at the price of the last 2 s of state."""
POLL_SECONDS = 0.05

SHORT_PORT = 8000
IDLE_SECONDS = 20 * 60.0
"""How long an idle process of a function is kept. Lambda promises no time."""
LOG_LINES = 15


@dataclass(kw_only=True)
class LocalAws:
    """A local AWS that runs. As a context manager it stops at the end."""

    pid: int
    endpoint: str
    """Of all services."""
    short_url: str
    """Of the deployed API alone, without a slash at the end."""
    wanted_short_port: int
    folder: StateFolder
    told: tuple[str, ...] = ()
    """What was found damaged in the saved state when it started, and what was done about it."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def short_port(self) -> int:
        return int(self.short_url.rpartition(":")[2])

    @property
    def moved(self) -> bool:
        """True when the wanted short port was taken and another one stands in; 0 wants any that is free."""
        return self.wanted_short_port not in (0, self.short_port)

    @property
    def alive(self) -> bool:
        return self.folder.owner() == self.pid

    @property
    def taken_down(self) -> bool:
        """Whether somebody asked for its end by `stop`. One that died or was killed stays on record, as running."""
        return self.folder.recorded() is None

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """`environ` for a process that is to talk to this AWS and to no other."""
        return clean(environ, endpoint=self.endpoint)

    @classmethod
    def start(
        cls,
        root: Path,
        *,
        short_port: int = SHORT_PORT,
        state: Path | None = None,
        update_seconds: float = 0.0,
        idle_seconds: float = IDLE_SECONDS,
        enforce_permissions: bool = False,
    ) -> LocalAws:
        """Start one with the environments of the clone at `root`; its state lies in `state`, else in `.nightswap`.

        A function's process that was not asked for `idle_seconds` is ended: the next call is a cold start.
        With `enforce_permissions` a function may do what its role's policies permit, and nothing else; the keys that
        `environment` hands out are those of the account itself, which may do everything.
        It ends with the calling process. Raises LocalAwsFailed when one runs already, or when it does not come up.
        """
        folder = _folder(root, state)
        try:
            with disk_full.needed(folder.path):
                folder.prepare()
                disk_full.check(folder.path)
        except disk_full.DiskFull as full:
            raise LocalAwsFailed(f"the local AWS cannot start: {full}") from full
        with folder.starting():
            if (pid := folder.owner()) is not None:
                raise LocalAwsFailed(
                    f"the local AWS of {folder.path} runs already, as process {pid}: "
                    "use it, or stop it with `nightswap local down`",
                    pid=pid,
                )
            behaviour = ["--update-seconds", str(update_seconds), "--idle-seconds", str(idle_seconds)]
            behaviour += ["--enforce-permissions"] if enforce_permissions else []
            found = _start(root.resolve(), folder, short_port, behaviour)
            folder.record(
                {"pid": found.pid, "endpoint": found.endpoint, "short_url": found.short_url, "wanted": short_port}
            )
        return found

    @classmethod
    def running(cls, root: Path, *, state: Path | None = None) -> LocalAws | None:
        """The one that runs in the clone at `root`, if there is one."""
        folder = _folder(root, state)
        recorded = folder.recorded()
        if recorded is None or recorded["pid"] != folder.owner():
            return None
        return cls(
            pid=recorded["pid"],
            endpoint=recorded["endpoint"],
            short_url=recorded["short_url"],
            wanted_short_port=recorded["wanted"],
            folder=folder,
        )

    @classmethod
    def holding(cls, root: Path, *, state: Path | None = None) -> LocalAws | None:
        """The one that holds the state, on record or not, as while it starts: it can be stopped, not called."""
        folder = _folder(root, state)
        pid = folder.owner()
        return cls(pid=pid, endpoint="", short_url="", wanted_short_port=0, folder=folder) if pid else None

    def stop(self) -> None:
        """Stop it and wait for its end; its state is saved. Nothing happens when it has stopped already.

        Nothing is written here: a full disk stops no stop.
        """
        self.folder.forget()
        if self.alive:
            os.kill(self.pid, signal.SIGTERM)
            if not self._gone(STOP_SECONDS) and self.alive:
                os.kill(self.pid, signal.SIGKILL)
                self._gone(STOP_SECONDS)
        if self._process is not None:
            self._process.wait()

    def _gone(self, limit_seconds: float) -> bool:
        deadline = time.monotonic() + limit_seconds
        while self.alive and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return not self.alive

    def __enter__(self) -> LocalAws:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _folder(root: Path, state: Path | None) -> StateFolder:
    return StateFolder((state or root / ".nightswap").resolve())


def _start(root: Path, folder: StateFolder, short_port: int, behaviour: Sequence[str]) -> LocalAws:
    told: list[str] = []
    while True:
        # The server gets sockets that listen already, so that no other process can take its ports before it does.
        with ports.listening() as listener, ports.listening_near(short_port) as short:
            process = _spawn(root, folder, listener, short, behaviour)
            port, taken = ports.number(listener), ports.number(short)
        is_up = _comes_up(process, port, folder)
        told += _told(folder)
        if is_up:
            return LocalAws(
                pid=process.pid,
                endpoint=f"http://{HOST}:{port}",
                short_url=f"http://{HOST}:{taken}",
                wanted_short_port=short_port,
                folder=folder,
                told=tuple(told),
                _process=process,
            )
        process.kill()
        process.wait()
        if process.returncode != REJECTED:
            raise LocalAwsFailed(_failure(folder, process.returncode), log=str(folder.log))
        # Again, without the file that it has put aside; that ends, because each time there is one file less.


def _told(folder: StateFolder) -> list[str]:
    lines = folder.log.read_text(errors="replace").splitlines()
    return [line.removeprefix(TOLD) for line in lines if line.startswith(TOLD)]


def _spawn(
    root: Path, folder: StateFolder, listener: socket.socket, short: socket.socket, behaviour: Sequence[str]
) -> subprocess.Popen[bytes]:
    """The server in a session of its own: Ctrl-C in the terminal is for the command, which then stops the server."""
    emulator = root / ".venv-emulator" / "bin" / "python"
    if not emulator.exists():
        raise LocalAwsFailed(f"{emulator} is missing, which runs the local AWS: run `make setup`")
    sockets = (listener.fileno(), short.fileno())
    command = [emulator, "-m", "workflows.local.server", "--socket", sockets[0], "--short-socket", sockets[1]]
    command += ["--state", folder.path, "--function-python", root / ".venv" / "bin" / "python"]
    command += ["--parent", os.getpid(), *behaviour]
    endpoint = f"http://{HOST}:{ports.number(listener)}"
    environ = clean(os.environ, endpoint=endpoint) | {"PYTHONPATH": str(root), "PYTHONUNBUFFERED": "1"}
    if folder.log.exists():
        folder.log.replace(folder.previous_log)
    with folder.log.open("wb") as log:
        return subprocess.Popen(
            [str(each) for each in command],
            cwd=root,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=sockets,
            start_new_session=True,
        )


def _comes_up(process: subprocess.Popen[bytes], port: int, folder: StateFolder) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if folder.owner() == process.pid and ports.serves_aws(port):
            return True
        time.sleep(POLL_SECONDS)
    return False


def _failure(folder: StateFolder, code: int) -> str:
    last = folder.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
    return "\n".join(
        [f"the local AWS did not come up (it ended with {code}); the end of {folder.log}:"]
        + [f"    {line}" for line in last]
        + ["`make setup` repairs its environment; `CLEAN=1` starts it without its state"]
    )
