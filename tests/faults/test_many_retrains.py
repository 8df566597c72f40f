"""Many retrains on one local AWS: what a run leaves is its documents, its version and its ledger entry, no more.

RETRAINS says how many: `make test-all` sets 500.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.clone import Clone, LocalUp
from tests.faults.processes import processes_in

RETRAINS = int(os.environ.get("RETRAINS", "40"))
WARM_UP = 22
"""Runs after which all that is bounded by a number has come to it: executions, by 20."""
KEPT = ("ledger/", "models/", "runs/", "lambda-blobs/")
"""What stays of every run: ledger entries, registry, run documents, and the published packages."""
MOST_KEPT = 430_000
"""Bytes of a run that stay: three copies of its package and its documents, 386 KB when this was measured."""
MOST_OTHER = 28_000
"""Bytes by which all the rest may grow with a run: a function version's configuration, lines of a bounded log. 24 KB
when this was measured."""
MOST_MEMORY = 400_000
"""Bytes of the server's memory: what it knows of a run's objects."""


@dataclass(frozen=True)
class Size:
    kept: int
    other: int
    memory: int
    processes: int


def measured(up: LocalUp) -> Size:
    kept = other = 0
    for folder, _, names in os.walk(up.clone.folder / ".nightswap"):
        for name in names:
            path = Path(folder) / name
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                continue
            if any(f"/{each}" in f"{path}" for each in KEPT):
                kept += size
            else:
                other += size
    status = Path(f"/proc/{up.server_pid}/status").read_text()
    memory = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert memory is not None
    return Size(kept, other, 1024 * int(memory[1]), len(processes_in(up.clone.folder)))


@pytest.mark.timeout(300 + 20 * RETRAINS)
def test_disk_and_memory_stay_flat_over_many_retrains(
    clone: Clone, few_rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    up = clone.up("--data", str(few_rows)).serving()
    try:
        outcomes = {up.retrain(force=True)["outcome"] for _ in range(WARM_UP)}
        before = measured(up)
        outcomes |= {up.retrain(force=True)["outcome"] for _ in range(RETRAINS - WARM_UP)}
        after = measured(up)
    finally:
        up.interrupt()

    runs = RETRAINS - WARM_UP
    kept, other, memory = (
        (getattr(after, name) - getattr(before, name)) / runs for name in ("kept", "other", "memory")
    )
    with capsys.disabled():
        print(  # noqa: T201 - the figures are what this suite is run for
            f"\n{RETRAINS} retrains: a run leaves {kept / 1000:.0f} KB of documents and versions and"
            f" {other / 1000:.1f} KB else; the server grows by {memory / 1000:.0f} KB"
            f" to {after.memory / 1e6:.0f} MB, with {after.processes} processes"
        )
    assert outcomes == {"Promoted"}
    assert kept < MOST_KEPT
    assert other < MOST_OTHER
    assert memory < MOST_MEMORY
    assert after.processes <= before.processes + 1
