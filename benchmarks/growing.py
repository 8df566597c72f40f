"""Preprocess on a data set that grows by a file a night: what night 365 costs, against night 2.

python -m benchmarks.growing 1555 10000

The arguments are rows a night. The nights before have left their parts, and a version that was trained on all files
but the last is live. The two nights take turns, each in a process of its own, on a bucket in memory, so that a call
takes no time; calls are counted instead. A cold start is another process, which imports the task and makes its
clients: Lambda bills it too. Writes benchmarks/results/growing.json.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.scale import MODEL
from benchmarks.scale_task import SETTINGS, asked, make_champion, with_the_champion
from chalicelib import layout
from chalicelib.contracts.training import PreprocessTask
from chalicelib.promotion.lease import Lease
from lambdas import preprocess
from tests import http_connections
from tests.fakes.edges import FakeOutside
from tests.fakes.store import InMemoryStore
from workflows.rebuilding.folder_store import FolderStore

NIGHTS = (2, 365)
ROUNDS = 9
COLUMNS = ("task, s", "with a cold start, s", "calls")
RESULTS = Path(__file__).with_name("results") / "growing.json"
RUNS = 6
"""So many runs have left their parts."""
COLD = """import time
from chalicelib.aws import connect
from chalicelib.names import Names
import lambdas.preprocess
connect.edges(Names(stage="bench", account="123456789012", region="us-east-1"))
print(time.process_time())"""
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Counting:
    """A bucket that counts its calls."""

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        self.calls += callable(found)
        return found


def prepare(folder: Path, *, night: int, rows: int) -> None:
    """All that lies there when the night begins."""
    store, outside = FolderStore(folder), FakeOutside(MODEL)
    edges = replace(outside.edges, store=store)
    for number in range(1, night + 1):
        attacks = rows // 6
        lines = http_connections.rows(normal=rows - attacks, attacks=attacks, seed=number)
        text = "\n".join([http_connections.HEADER, *lines, ""])
        store.put(layout.dataset(MODEL, f"night-{number:03}.csv"), text.encode())
        if number == night - 1:
            make_champion(store)
        elif night - RUNS <= number < night:
            run = f"{MODEL}-{number}"
            outside.executions.start(run, "{}")
            preprocess.run(PreprocessTask(run=run, model=MODEL, force=True), edges, SETTINGS)
            Lease(edges, MODEL).release(run)


def measure(folder: Path) -> dict[str, float]:
    """The night, in this process, which has prepared nothing before."""
    stored, memory = FolderStore(folder), InMemoryStore()
    for each in stored.list(""):
        memory.uncover(each.key, (folder / each.key).read_bytes())
    counting = Counting(memory)
    edges = replace(with_the_champion(memory), store=counting)
    begun = time.process_time()
    preprocess.run(asked("preprocess", {}), edges, SETTINGS)
    return {"task": time.process_time() - begun, "calls": counting.calls}


def _in_a_process(*command: str) -> Any:
    done = subprocess.run(
        [sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True, env=os.environ | ENVIRONMENT
    )
    return json.loads(done.stdout)


def measured(rows: int) -> list[tuple[float, ...]]:
    """Of each night the medians: seconds of the task, seconds with a cold start, calls of the bucket."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, str(night)) for night in NIGHTS]
        for night, each in zip(NIGHTS, folders, strict=True):
            prepare(each, night=night, rows=rows)
        colds: list[float] = []
        tasks: list[list[dict[str, float]]] = [[] for _ in folders]
        for _ in range(ROUNDS):
            colds.append(_in_a_process("-c", COLD))
            for taken, each in zip(tasks, folders, strict=True):
                taken.append(_in_a_process("-m", "benchmarks.growing", "--measure", str(each)))
    cold = statistics.median(colds)
    found = [(statistics.median(each["task"] for each in taken), taken[0]["calls"]) for taken in tasks]
    return [(task, cold + task, calls) for task, calls in found]


def draw(rows: int, found: Sequence[tuple[float, ...]]) -> None:
    drawn = Drawn("night", *COLUMNS, title=f"{rows:,} rows a night, n={ROUNDS}")
    for night, (task, whole, calls) in zip(NIGHTS, found, strict=True):
        drawn.add_row(f"{night}", f"{task:.3f}", f"{whole:.3f}", f"{calls:.0f}")
    drawn.add_row("ratio", *(f"{last / first:.2f}" for first, last in zip(*found, strict=True)))
    Console().print(drawn)


def main() -> None:
    if sys.argv[1] == "--measure":
        print(json.dumps(measure(Path(sys.argv[2]))))
        return
    told: dict[str, dict[str, list[float]]] = {}
    for rows in map(int, sys.argv[1:]):
        found = measured(rows)
        draw(rows, found)
        told[f"{rows}"] = {
            f"{night}": [float(f"{each:.3g}") for each in medians]
            for night, medians in zip(NIGHTS, found, strict=True)
        }
    document = {"at": time.strftime("%Y-%m-%d"), "n": ROUNDS, "columns": COLUMNS, "rows_a_night": told}
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
