"""Finds the processes that a clone has started."""

from __future__ import annotations

import os
from pathlib import Path

from tests.clone import LocalUp


def processes_in(folder: Path) -> list[int]:
    """Processes whose command line or working folder names the clone."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            where = str((process / "cwd").readlink())
        except OSError:
            continue
        if int(process.name) != os.getpid() and (str(folder) in command or where.startswith(str(folder))):
            found.append(int(process.name))
    return found


def worker(up: LocalUp, function: str) -> int | None:
    for process in processes_in(up.clone.folder):
        command = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
        environment = Path(f"/proc/{process}/environ").read_bytes().decode(errors="replace")
        if process != up.server_pid and (
            function in command or f"AWS_LAMBDA_FUNCTION_NAME={function}" in environment
        ):
            return process
    return None
