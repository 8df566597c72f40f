"""Preprocess on a data set that grows by a file a night: what night 365 costs, against night 2.

python -m benchmarks.growing 1555 10000

The nights before have left their parts, and a version that was trained on all files
but the last is live. The two nights take turns, each in a process of its own: on a bucket in memory, where a call
takes no time and is counted instead, with the bytes that it reads; and by S3's own client on a local AWS, whose
processor is not counted. A cold start is another process, which imports the task and makes its clients: Lambda bills
it too. Writes benchmarks/results/growing.json.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import SUPPRESS
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.command_line import command
from benchmarks.scale import MODEL
from benchmarks.scale_task import SETTINGS, asked, make_champion, with_the_champion
from chalicelib import layout
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.patience import PATIENT
from chalicelib.contracts.training import PreprocessTask
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Stored
from chalicelib.promotion.lease import Lease
from lambdas import preprocess
from lambdas.step import spare_the_libraries
from tests import http_connections
from tests.fakes.edges import FakeOutside
from tests.fakes.store import InMemoryStore
from tests.given.local_aws import reached_alone
from workflows.local.process import LocalAws
from workflows.rebuilding.folder_store import FolderStore

ROOT = Path(__file__).parents[1]
NIGHTS = (2, 365)
ROUNDS = 3
COLUMNS = ("task, s", "by S3's client, s", "with a cold start, s", "calls", "read, MB")
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
    """A bucket that counts its calls, and the bytes that it is read for."""

    def __init__(self, store: InMemoryStore) -> None:
        self._store = store
        self.calls = self.read_bytes = 0

    def find(self, key: str) -> Stored | None:
        found = self._store.find(key)
        self.calls += 1
        self.read_bytes += len(found.body) if found else 0
        return found

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
    memory = _taken_over(folder)
    counting = Counting(memory)
    processor = _processor(replace(with_the_champion(memory), store=counting))
    return {"task": processor, "calls": counting.calls, "read": counting.read_bytes / 1e6}


def measure_by_client(folder: Path, *, endpoint: str) -> dict[str, float]:
    """The same on a bucket of its own at the endpoint."""
    with reached_alone(endpoint):
        client, memory = PATIENT.client("s3"), _taken_over(folder)
        bucket = f"nightswap-bench-{os.getpid()}"
        client.create_bucket(Bucket=bucket)
        store = BucketStore(client, bucket=bucket)
        edges = with_the_champion(memory)
        for each in FolderStore(folder).list(""):
            store.put(each.key, (folder / each.key).read_bytes())
        return {"by client": _processor(replace(edges, store=store))}


def _taken_over(folder: Path) -> InMemoryStore:
    memory = InMemoryStore()
    for each in FolderStore(folder).list(""):
        memory.uncover(each.key, (folder / each.key).read_bytes())
    return memory


def _processor(edges: Edges) -> float:
    spare_the_libraries()
    begun = time.process_time()
    preprocess.run(asked("preprocess", {}), edges, SETTINGS)
    return time.process_time() - begun


def _in_a_process(*command: str) -> Any:
    done = subprocess.run(
        [sys.executable, *command], stdout=subprocess.PIPE, text=True, check=True, env=os.environ | ENVIRONMENT
    )
    return json.loads(done.stdout)


def measured(rows: int) -> list[tuple[float, ...]]:
    """Of each night the medians, in the order of COLUMNS."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalAws.start(ROOT, state=Path(folder, "aws"), short_port=0) as aws,
    ):
        folders = [Path(folder, str(night)) for night in NIGHTS]
        for night, each in zip(NIGHTS, folders, strict=True):
            prepare(each, night=night, rows=rows)
        colds: list[float] = []
        tasks: list[list[dict[str, float]]] = [[] for _ in folders]
        for _ in range(ROUNDS):
            colds.append(_in_a_process("-c", COLD))
            for taken, each in zip(tasks, folders, strict=True):
                measuring = ("-m", "benchmarks.growing", "--measure", str(each))
                found = _in_a_process(*measuring)
                taken.append(found | _in_a_process(*measuring, "--by", aws.endpoint))
    cold = statistics.median(colds)
    return [_medians(taken, cold=cold) for taken in tasks]


def _medians(taken: Sequence[dict[str, float]], *, cold: float) -> tuple[float, ...]:
    task, by_client = (statistics.median(each[name] for each in taken) for name in ("task", "by client"))
    return task, by_client, cold + by_client, taken[0]["calls"], taken[0]["read"]


def draw(rows: int, found: Sequence[tuple[float, ...]]) -> None:
    drawn = Drawn("night", *COLUMNS, title=f"{rows:,} rows a night, n={ROUNDS}")
    for night, (*seconds, calls, read) in zip(NIGHTS, found, strict=True):
        drawn.add_row(f"{night}", *(f"{each:.3f}" for each in seconds), f"{calls:.0f}", f"{read:.1f}")
    drawn.add_row("ratio", *(f"{last / first:.2f}" for first, last in zip(*found, strict=True)))
    Console().print(drawn)


def main() -> None:
    known = command(__doc__)
    known.add_argument("rows", type=int, nargs="*", help="rows a night", default=[1_555, 10_000])
    known.add_argument("--measure", metavar="FOLDER", help=SUPPRESS)
    known.add_argument("--by", metavar="ENDPOINT", help=SUPPRESS)
    asked_for = known.parse_args()
    if asked_for.measure:
        folder, endpoint = Path(asked_for.measure), asked_for.by
        print(json.dumps(measure_by_client(folder, endpoint=endpoint) if endpoint else measure(folder)))
        return
    told: dict[str, dict[str, list[float]]] = {}
    for rows in asked_for.rows:
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
