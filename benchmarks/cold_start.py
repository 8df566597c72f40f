"""A cold start of each function in its real package, with and without bytecode, as ratios to an empty handler.

python -m benchmarks.cold_start

From the start of the process to the first answer, under Lambda's own runtime client and emulator; the candidates take
turns in random order. Authorizer and API make their calls of a stand-in for AWS: over HTTP, over HTTP with a context
of TLS made beside it, and over TLS with its handshake and six roots, AWS's five and one more. An event that fits no
contract ends a task once its libraries are loaded and its clients made; Train's are loaded by the recipe, so its
candidate asks the recipe for the estimator. The files come from this machine's page cache, and a whole core is used:
on AWS both are slower, so the ratios are the result.
"""

from __future__ import annotations

import hashlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.command_line import command, lambdas_python
from benchmarks.functions import of_the_app
from benchmarks.functions.folders import Folders
from benchmarks.scoring import rows
from lambdas import recipes
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.package import build_package
from lambdas.model.recipe import Columns
from lambdas.model.training.estimator import fit
from workflows.packaging.archive import Package, pack
from workflows.packaging.emulated import EmulatedFunction, Failure, emulator
from workflows.packaging.layers import LAYERS_OF_TASK
from workflows.packaging.tasks import tasks_package

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9
BARE = "empty handler"
EMPTY = b"def handler(event, context):\n    return event\n"
TRAIN = b"""from lambdas import recipes, train

def handler(event, context):
    recipe = recipes.load("kdd99-http")
    return repr(recipe.estimator(recipe.columns))
"""
LAYERS_BESIDE = {"Serving, onnx": format_of("onnx").layers}
EVENT = {"query": {"duration": ["0"], "src_bytes": ["54540"], "dst_bytes": ["8314"]}}
ENVIRONMENT = {
    "NIGHTSWAP_STAGE": "local",
    "NIGHTSWAP_CODE_SHA256": "0" * 64,
    "NIGHTSWAP_SERVING_SHA256": "0" * 64,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """A function that is started cold. `unzipped_bytes` are of its code and layers."""

    function: str
    compiled: str
    """Which of its folders have bytecode."""
    handler: str
    path: tuple[Path, ...]
    unzipped_bytes: int
    event: Mapping[str, Any] = field(default_factory=lambda: EVENT)
    environment: Mapping[str, str] = field(default_factory=dict)
    is_whole: Callable[[Any], bool] = lambda _answer: True
    """Whether the answer is the one that all calls lead to."""


def candidates(folders: Folders, *, endpoints: Mapping[str, Mapping[str, str]]) -> list[Candidate]:
    """The empty handler first; then each kind of function in every way that its folders can be shipped."""
    runtime = folders.runtime()
    tasks = tasks_package(ROOT)
    found = [
        _candidate(BARE, "main.handler", [folders.code("bare", pack({"main.py": EMPTY}), compiled=False)], runtime)
    ]
    plain = {
        "Serving": _served(),
        "Serving, trees": _served(forest, "trees"),
        "Serving, onnx": _served(_neighbours, "onnx"),
        "RecordOutcome": tasks,
    }
    handlers = {
        "Serving": "serve.handler.handler",
        "Serving, trees": "serve.handler.handler",
        "Serving, onnx": "serve.handler.handler",
        "RecordOutcome": "lambdas.record_outcome.handler",
    }
    for name, package in plain.items():
        for compiled in (False, True):
            code = folders.code(name, package, compiled=compiled)
            below = [folders.layer(layer, compiled=True) for layer in LAYERS_BESIDE.get(name, ())]
            found.append(_candidate(name, handlers[name], [code, *below], runtime, {"code": compiled}))
    for compiled in (False, True):
        for each in of_the_app.functions(folders, compiled=compiled, endpoints=endpoints):
            started = _candidate(each.name, each.handler, [each.code], runtime, {"code": compiled})
            found.append(replace(started, event=each.event, environment=each.environment, is_whole=each.is_right))
    for task in ("evaluate", "preprocess", "train"):
        handler = "train_probe.handler" if task == "train" else f"lambdas.{task}.handler"
        for which in (
            {"code": False, "layers": False},
            {"code": False, "layers": True},
            {"code": True, "layers": True},
        ):
            code = folders.code("tasks", tasks, compiled=which["code"])
            (code / "train_probe.py").write_bytes(TRAIN)
            below = [folders.layer(name, compiled=which["layers"]) for name in LAYERS_OF_TASK[task]]
            found.append(_candidate(task.title(), handler, [code, *below], runtime, which))
    return found


def _candidate(
    function: str, handler: str, folders: list[Path], runtime: Path, compiled: Mapping[str, bool] | None = None
) -> Candidate:
    size = sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file())
    which = " and ".join(part for part, done in (compiled or {}).items() if done)
    return Candidate(
        function=function, compiled=which or "nothing", handler=handler, path=(*folders, runtime), unzipped_bytes=size
    )


def forest(_: Columns) -> object:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, random_state=0)


def _neighbours(_: Columns) -> object:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier()


def _served(estimator: Callable[[Columns], object] | None = None, form: str = "scorecard") -> Package:
    """Of the recipe's own estimator, or of another."""
    recipe = recipes.load("kdd99-http")
    recipe = replace(recipe, estimator=estimator, format=form) if estimator else recipe
    model = format_of(form).code().export(fit(recipe, train=rows())).content
    manifest = {
        "model": "m",
        "model_version": 1,
        "artifact_sha256": hashlib.sha256(model).hexdigest(),
        "format": form,
    }
    return Package(build_package(artifact=model, manifest=manifest), sha256="")


def measure(found: Iterable[Candidate], *, python: Path, log: Path) -> dict[Candidate, float]:
    """Median seconds of a cold start, in rounds of random order."""
    order = list(found)
    taken: dict[int, list[float]] = {index: [] for index in range(len(order))}
    for _ in range(ROUNDS):
        for index in random.sample(range(len(order)), len(order)):
            taken[index].append(_cold(order[index], python=python, log=log))
    return {order[index]: statistics.median(times) for index, times in taken.items()}


def _cold(each: Candidate, *, python: Path, log: Path) -> float:
    begun = time.perf_counter()
    started = EmulatedFunction(
        emulator=emulator(ROOT),
        python=python,
        handler=each.handler,
        path=each.path,
        log=log,
        environment={**ENVIRONMENT, **each.environment},
    )
    with started as function:
        try:
            answer = function.invoke(each.event)
            if not each.is_whole(answer):
                raise Failure("WrongAnswer", f"{each.function}: {answer}")
        except Failure as failure:
            # The event fits no task and no route; everything else means that it did not start.
            if failure.kind not in {"ContractBroken", "KeyError"}:
                raise
        return time.perf_counter() - begun


def main() -> None:
    command(__doc__).parse_args()
    compiler = lambdas_python()
    with tempfile.TemporaryDirectory() as folder, of_the_app.endpoints(Path(folder)) as stand_in:
        found = candidates(Folders(Path(folder), compiler), endpoints=stand_in)
        medians = measure(found, python=compiler.path, log=Path(folder) / "log")
    bare = medians[found[0]]
    drawn = Drawn("function", "bytecode of", "unzipped MB", "median ms", "ratio", title=f"cold start, n={ROUNDS}")
    for each in found:
        seconds = medians[each]
        size = f"{each.unzipped_bytes / 1e6:.1f}"
        drawn.add_row(each.function, each.compiled, size, f"{1e3 * seconds:.0f}", f"{seconds / bare:.2f}")
    Console().print(drawn)


if __name__ == "__main__":
    main()
