"""One task of benchmarks.scale in this process: the results of the tasks before it come in, its own goes out.

python -m benchmarks.scale_task preprocess FOLDER
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.command_line import command
from benchmarks.scale import CHAMPION, MODEL
from chalicelib import layout
from chalicelib.contracts.payload import to_event
from chalicelib.contracts.training import EvaluateTask, PreprocessTask, TrainTask
from chalicelib.edges import Edges
from chalicelib.edges.object_store import ObjectStore
from chalicelib.registry import publishing, registry
from chalicelib.settings.tasks import TaskSettings
from lambdas.step import forget_peak_memory, peak_memory_bytes
from tests.fakes.edges import FakeOutside
from workflows.rebuilding.folder_store import FolderStore
from workflows.stacks.functions import task_sizes

RUN = f"{MODEL}-nightly-20261121T0300Z"
SETTINGS = TaskSettings(stage="bench", code_sha256="code", serving_sha256="serving")
ALIAS = "alias"
"""What the champion's night leaves for the others to make the alias of."""


def asked(task: str, results: Mapping[str, Any]) -> Any:
    """What the state machine would hand to the task."""
    if task == "preprocess":
        return PreprocessTask(run=RUN, model=MODEL, force=True)
    uris = {name: results["preprocess"][name] for name in ("train_uri", "holdout_uri")}
    if task == "train":
        return TrainTask(run=RUN, model=MODEL, **uris)
    trained = {name: results["train"][name] for name in ("artifact_uri", "artifact_sha256", "answers_uri")}
    return EvaluateTask(run=RUN, model=MODEL, holdout_uri=uris["holdout_uri"], **trained, judging=1)


def make_champion(store: FolderStore, *, split_before: Sequence[str] = ()) -> None:
    """A night on the files that are there, up to the swap.

    `split_before` names objects of an older version, of a release whose manifests tell no split rule: they keep the
    rule that it had.
    """
    from tests.given.nights import register
    from tests.unit.lambdas.nightly_batch import whole_night
    from tests.unit.lambdas.packages import serve

    outside = FakeOutside(MODEL, handler=serve)
    outside.executions.start("champion", "{}")
    edges = replace(outside.edges, store=store)
    if split_before:
        register(edges, run="of-an-old-release", data=[{"name": name} for name in split_before])
    whole_night(edges, run="champion")
    alias = edges.functions.alias(MODEL)
    store.put(ALIAS, (alias.description if alias else "").encode())


def with_the_champion(store: ObjectStore) -> Edges:
    """A process has its own functions, so the version is published there again, and the alias made."""
    outside = FakeOutside(MODEL)
    outside.executions.start(RUN, "{}")
    edges = replace(outside.edges, store=store)
    newest = registry.numbers(edges, model=MODEL, complete=True)[-1]
    package, alias = (store.find(key) for key in (layout.version(MODEL, newest, registry.PACKAGE), ALIAS))
    if package is None or alias is None:
        raise AssertionError("there is no champion")
    made = publishing.publish(edges, model=MODEL, package=package.body, serving_sha256=None, layers=())
    edges.functions.create_alias(MODEL, function_version=made.function_version, description=alias.body.decode())
    return edges


def carry_out(run: Callable[..., Any], task: Any, edges: Edges) -> dict[str, Any]:
    forget_peak_memory()
    processor, wall = time.process_time(), time.perf_counter()
    result = run(task, edges)
    found = {
        "processor": time.process_time() - processor,
        "wall": time.perf_counter() - wall,
        "peak memory": (peak_memory_bytes() or 0) / 2**20,
    }
    return {"result": to_event(result), "measured": found}


def main() -> None:
    known = command(__doc__)
    known.add_argument("task", choices=(CHAMPION, *task_sizes()))
    known.add_argument("folder", type=Path, help="a store, as the tasks before it left it")
    asked_for = known.parse_args()
    task, store, results = asked_for.task, FolderStore(asked_for.folder), json.load(sys.stdin)
    if task == CHAMPION:
        make_champion(store, **results)
        print("{}")
        return
    settings = replace(SETTINGS, memory_mb=task_sizes()[task].memory_mb)
    run = partial(importlib.import_module(f"lambdas.{task}").run, settings=settings)
    told = carry_out(run, asked(task, results), with_the_champion(store))
    print(json.dumps(told))


if __name__ == "__main__":
    main()
