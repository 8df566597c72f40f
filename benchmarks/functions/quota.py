"""A worker that gets a share of a core, as Lambda gives a function of little memory: its megabytes of 1,769.

The kernel's own quota is used where this user may make a group of processes (cgroup, version 1 or 2). Elsewhere the
worker is stopped and continued within each period of 20 ms. Either way the worker alone is limited, not the emulator.
Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html: at 1,769 MB a function has the
equivalent of one vCPU.
"""

from __future__ import annotations

import os
import shlex
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CORE_MB = 1_769
PERIOD_SECONDS = 0.02
GROUPS = Path("/sys/fs/cgroup")
POLL_SECONDS = 0.001


def share(memory_mb: int) -> float:
    """Of one core.

    >>> round(share(1_024), 3)
    0.579
    """
    return memory_mb / CORE_MB


@contextmanager
def limited(python: Path, *, to: float, folder: Path, groups: Path = GROUPS) -> Iterator[tuple[Path, str]]:
    """A program that starts this Python with the share `to` of a core, and the way that was taken."""
    name = f"nightswap-bench-{os.getpid()}"
    group = next((made for each in ("cpu", ".") if (made := _group(groups / each, name, to))), None)
    if group is not None:
        try:
            joins = f"echo $$ > {shlex.quote(str(group / 'cgroup.procs'))}"
            yield _program(folder / "limited-by-group", joins, python), "by the kernel's quota (cgroup)"
        finally:
            _removed(group)
        return
    noted, ended = folder / "limited.pid", threading.Event()
    noted.unlink(missing_ok=True)
    stopping = threading.Thread(target=_stop_and_continue, args=(noted, to, ended), daemon=True)
    stopping.start()
    try:
        tells = f"echo $$ > {shlex.quote(str(noted))}"
        yield _program(folder / "limited-by-signals", tells, python), "by stopping and continuing it each 20 ms"
    finally:
        ended.set()
        stopping.join()


def _group(parent: Path, name: str, to: float) -> Path | None:
    """A group of processes with that quota; None where there is no such controller, or this user may not."""
    period = int(1e6 * PERIOD_SECONDS)
    quotas = {"cpu.cfs_quota_us": f"{int(to * period)}", "cpu.max": f"{int(to * period)} {period}"}
    group = parent / name
    try:
        group.mkdir()
    except OSError:
        return None
    for file, quota in quotas.items():
        with suppress(OSError):
            if (group / file).exists():
                if file == "cpu.cfs_quota_us":
                    (group / "cpu.cfs_period_us").write_text(f"{period}")
                (group / file).write_text(quota)
                return group
    _removed(group)
    return None


def _removed(group: Path) -> None:
    """Once its last process has ended, which takes the kernel a moment."""
    for _ in range(100):
        with suppress(OSError):
            group.rmdir()
            return
        time.sleep(10 * POLL_SECONDS)


def _program(file: Path, first: str, python: Path) -> Path:
    file.write_text(f'#!/bin/sh\n{first}\nexec {shlex.quote(str(python))} "$@"\n')
    file.chmod(0o755)
    return file


def _stop_and_continue(noted: Path, to: float, ended: threading.Event) -> None:
    """The process whose number lies in `noted` runs for its share of each period; a new one takes an ended one's
    place."""
    begun = time.perf_counter()
    while not ended.is_set():
        process = _noted(noted)
        if process is None or not _signalled(process, signal.SIGCONT):
            ended.wait(POLL_SECONDS)
            begun = time.perf_counter()
            continue
        ended.wait(max(0.0, begun + to * PERIOD_SECONDS - time.perf_counter()))
        _signalled(process, signal.SIGSTOP)
        ended.wait(max(0.0, begun + PERIOD_SECONDS - time.perf_counter()))
        begun += PERIOD_SECONDS
    if (process := _noted(noted)) is not None:
        _signalled(process, signal.SIGCONT)


def _noted(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _signalled(process: int, number: signal.Signals) -> bool:
    """Whether there is still such a process, and a worker of this one."""
    try:
        if b"awslambdaric" not in Path(f"/proc/{process}/cmdline").read_bytes():
            return False
        os.kill(process, number)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True
