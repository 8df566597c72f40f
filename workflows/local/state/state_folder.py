"""Where the local AWS keeps its state, and who may use it.

aws/            what every service holds, but for the objects' bytes; `generations` says how
damaged/        files of aws/ that were not whole when a server started
s3/             the objects
logs/           what the server printed, this time and last time
tmp/            the functions' packages and temporary files; emptied at each start and stop
local.json      which server is running
server.lock     held by the server while it lives; the kernel drops it with the process, a killed one's too
start.lock      held while a server is being started
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflows.local.state import whole_files

RECORDED = {"pid", "endpoint", "short_url", "wanted"}
"""The recorded facts of a running server."""
ASKED_SECONDS = 0.001
"""How long a server waits for somebody who only asks who the owner is, and holds the lock meanwhile."""


class FolderInUse(Exception):
    """Another server uses the folder; the message names its process."""


@dataclass(frozen=True)
class StateFolder:
    path: Path

    @property
    def aws(self) -> Path:
        return self.path / "aws"

    @property
    def damaged(self) -> Path:
        return self.path / "damaged"

    @property
    def s3(self) -> Path:
        return self.path / "s3"

    @property
    def scratch(self) -> Path:
        return self.path / "tmp"

    @property
    def log(self) -> Path:
        return self.path / "logs" / "local-aws.log"

    @property
    def previous_log(self) -> Path:
        return self.log.with_suffix(".previous.log")

    def prepare(self) -> None:
        for each in (self.aws, self.s3, self.scratch, self.log.parent):
            each.mkdir(parents=True, exist_ok=True)

    def sweep(self) -> None:
        """Empty the scratch folder: a killed server leaves its functions' packages behind."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True, exist_ok=True)

    def own(self) -> None:
        """Hold the folder until this process ends; raises FolderInUse."""
        descriptor = os.open(self.path / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
        while not _locked(descriptor, fcntl.LOCK_EX):
            if (pid := self.owner()) is not None:
                os.close(descriptor)
                raise FolderInUse(f"the local AWS with process id {pid} uses {self.path}")
            time.sleep(ASKED_SECONDS)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())

    def owner(self) -> int | None:
        """The process id of the server that holds the folder, or None when none does."""
        try:
            descriptor = os.open(self.path / "server.lock", os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            if _locked(
                descriptor, fcntl.LOCK_SH
            ):  # shared: two that ask at once do not take each other for the owner
                return None
            written = os.read(descriptor, 32)
            # 0: it has the lock and not yet written its id, so that a killed one's may stand there
            return int(written) if written.isdigit() and _lives(int(written)) else 0
        finally:
            os.close(descriptor)

    @contextmanager
    def starting(self) -> Iterator[None]:
        """One start at a time: a second one waits here for the first."""
        descriptor = os.open(self.path / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def record(self, server: dict[str, Any]) -> None:
        """Note which server is running, whole or not at all."""
        whole_files.write(self.path / "local.json", json.dumps(server, indent=2).encode() + b"\n")

    def recorded(self) -> dict[str, Any] | None:
        """Which server was recorded; None where nothing was, or nothing that can be used."""
        try:
            server: Any = json.loads((self.path / "local.json").read_bytes())
        except (OSError, ValueError, RecursionError):
            return None
        return server if isinstance(server, dict) and server.keys() >= RECORDED else None

    def forget(self) -> None:
        (self.path / "local.json").unlink(missing_ok=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):  # nobody's, or no id at all
        return False
    except PermissionError:  # it is somebody else's
        return True
    return True


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
