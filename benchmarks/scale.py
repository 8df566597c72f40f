"""Preprocess, Train and Evaluate on a real file, and on 16 and 64 copies of it: memory, seconds, dollars.

python -m benchmarks.scale kdd_http.csv.gz 1 16 64
python -m benchmarks.scale kdd_http.csv.gz 1 64 --first-rule

Each task is its own function, in a process of its own on one core, as Lambda has one at 1,769 MB; the copies are
further files of the data set, and a bucket in a folder stands in for S3. A version that was trained on the file alone
is live, so Evaluate scores it beside the new one. A task's memory and seconds are those of its work; processor
seconds are the figure to compare, because another program may have had the core for a part of the wall time. With
--first-rule every file was first split by a release that had one rule alone, so it keeps that draw.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.command_line import command
from benchmarks.watching import Watched, watched
from chalicelib import layout
from workflows.cost.bills import bill
from workflows.cost.usage import Call, of_calls
from workflows.rebuilding.folder_store import FolderStore
from workflows.stacks.functions import task_sizes

MODEL = "kdd99-http"
RESULTS, OF_THE_FIRST_RULE = (Path(__file__).with_name("results") / f"scale{of}.json" for of in ("", "-first-rule"))
CORE_MB = 1769
"""So much memory has one core; less has a part of it.
Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""
TASKS = ("preprocess", "train", "evaluate")
CHAMPION = "champion"
UNITS = {"peak memory": "MB", "processor": "s", "wall": "s", "cost": "USD"}
Measured = dict[str, dict[str, float]]
"""By task, by metric."""


class Night(NamedTuple):
    tasks: Measured
    processes: list[Watched]
    """One for each task, with its start and its imports."""
    matrix: Any
    """Of the new model on the holdout."""


def measured(data: Path, copies: int, *, first_rule: bool = False) -> Night:
    """One night on so many copies of the file."""
    names = [f"copy-{number:02}.csv.gz" for number in range(copies)]
    with tempfile.TemporaryDirectory() as folder:
        store = FolderStore(Path(folder))
        body = data.read_bytes()
        store.put(layout.dataset(MODEL, names[0]), body)
        _in_a_process(CHAMPION, folder, {"split_before": names if first_rule else []})
        for kept in store.list(layout.parts(MODEL)):  # the night that is measured reads every file
            store.delete(kept.key)
        for number, name in enumerate(names[1:], start=1):
            store.put(layout.dataset(MODEL, name), _dated(body, number))
        results: dict[str, Any] = {}
        found: Measured = {}
        processes: list[Watched] = []
        for task in TASKS:
            told = _in_a_process(task, folder, results)
            results[task] = told["result"]
            found[task] = told["measured"] | {"cost": _usd(task, seconds=told["measured"]["processor"])}
            processes.append(told["process"])
        report = store.find(results["evaluate"]["report_uri"].partition(f"{store.bucket}/")[2])
        return Night(found, processes, json.loads(report.body)["matrix"] if report else None)


def _dated(zipped: bytes, number: int) -> bytes:
    """The same rows in another file: its header tells another time. Source: RFC 1952, 2.3.1, MTIME."""
    return zipped[:4] + number.to_bytes(4, "little") + zipped[8:]


def _usd(task: str, *, seconds: float) -> float:
    """Of the task's call at its default size."""
    size = task_sizes()[task]
    longer = max(1.0, CORE_MB / size.memory_mb)
    call = Call(memory_mb=size.memory_mb, storage_mb=size.storage_mb, seconds=longer * seconds)
    return bill(of_calls([call], architecture="x86_64")).total_usd


def _in_a_process(task: str, folder: str, results: Mapping[str, Any]) -> dict[str, Any]:
    """What the task tells, and what its whole process took, with start and imports."""
    command = [sys.executable, "-m", "benchmarks.scale_task", task, folder]
    done = watched(command, told=json.dumps(results))
    return {**json.loads(done.output.splitlines()[-1]), "process": done}


def rows(nights: Mapping[int, Sequence[Measured]]) -> Iterator[dict[str, Any]]:
    """A line for each task, metric and size; the baseline is the first size."""
    first = min(nights)
    for copies, taken in nights.items():
        for task in TASKS:
            for metric, unit in UNITS.items():
                values = [each[task][metric] for each in taken]
                base = statistics.median(each[task][metric] for each in nights[first])
                median = statistics.median(values)
                yield {
                    "name": f"{task} {copies}x",
                    "metric": metric,
                    "unit": unit,
                    "median": float(f"{median:.4g}"),
                    "spread": float(f"{max(values) - min(values):.4g}"),
                    "n": len(values),
                    "ratio_to_baseline": float(f"{median / base:.3g}"),
                    "baseline": f"{task} {first}x",
                }


def draw(found: Sequence[Mapping[str, Any]]) -> None:
    drawn = Drawn("task and size", *(f"{metric}, {unit}" for metric, unit in UNITS.items()), title="one night")
    names = dict.fromkeys(each["name"] for each in found)
    for name in names:
        of_it = {each["metric"]: each["median"] for each in found if each["name"] == name}
        drawn.add_row(name, *(f"{of_it[metric]:,.4g}" for metric in UNITS))
    Console().print(drawn)


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("data", type=Path, help="kdd_http.csv.gz")
    parser.add_argument("copies", type=int, nargs="*", default=[1, 16, 64])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--first-rule", action="store_true", help="split as the first releases did")
    parser.add_argument("--results", type=Path)
    asked = parser.parse_args()
    results = asked.results or (OF_THE_FIRST_RULE if asked.first_rule else RESULTS)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # handed on to each task
    nights: dict[int, list[Measured]] = {copies: [] for copies in asked.copies}
    matrices: dict[str, Any] = {}
    for _ in range(asked.rounds):
        for copies, taken in nights.items():
            night = measured(asked.data, copies, first_rule=asked.first_rule)
            matrices[f"{copies}x"] = night.matrix
            taken.append(night.tasks)
            print(f"{copies}x: {json.dumps(night.tasks)}", file=sys.stderr)
    found = list(rows(nights))
    draw(found)
    for size, matrix in matrices.items():
        print(f"matrix at {size}: {matrix}")
    machine = {"processor": platform.machine(), "system": platform.platform(), "cores": 1}
    versions = {"python": platform.python_version(), **{name: version(name) for name in ("numpy", "scikit-learn")}}
    document = {"at": time.strftime("%Y-%m-%d"), "machine": machine, "versions": versions, "matrices": matrices}
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps({**document, "rows": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
