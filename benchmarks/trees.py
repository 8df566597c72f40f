"""Forests by size: a cold start of the whole package, a warm row, and many rows as Evaluate scores them.

python -m benchmarks.trees

The trees grow on random labels, so that they are as deep as their nodes allow. All times are the processor's, so that
they mean something on a machine with other work. A cold start is a process of Lambda's Python that loads Lambda's own
runtime client and the package, with bytecode, and answers one query; the result is its ratio to an empty handler's
of the same round. A warm row is the scorer alone, which has scored some hundred rows, in microseconds of the quickest
rounds; and, of all rounds, as a ratio to a bare walk, which goes through the arrays from each root to a leaf, and
adds up the leaves. Scorers and walks take turns.
Writes benchmarks/results/trees.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import statistics
import tempfile
import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import truediv
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as Drawn

from benchmarks import scoring
from benchmarks.cold_start import EMPTY, EVENT
from benchmarks.command_line import command, lambdas_python
from benchmarks.functions.folders import Folders
from benchmarks.measuring import Candidate, interleaved
from lambdas import recipes
from lambdas.model.formats.all_formats import format_of
from lambdas.model.formats.fitted import Exported
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export as export_scorecard
from lambdas.model.formats.trees.artifact import load
from lambdas.model.formats.trees.export import export
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Numeric, Recipe, at_least
from lambdas.model.training.estimator import fit
from lambdas.serve import scorecard
from lambdas.serve.trees import Trees
from workflows.packaging import bytecode
from workflows.packaging.archive import Package, pack
from workflows.packaging.wheels import PYTHON

ROUNDS, STARTS = 60, 61
COLUMNS = 41
CLIENT = "import awslambdaric.bootstrap"
ANSWER = "import serve.handler; assert serve.handler.handler({event!r}, None)['status'] == 200"
SIZES = {
    "3 thousand": (100, 115),
    "30 thousand": (100, 1170),
    "75 thousand": (100, 2930),
    "300 thousand": (100, 11_700),
}
"""Trees, and rows of random labels, of which a quarter become nodes."""
MANY_TREES = {"500 trees, 75 thousand": (500, 585)}
ROWS_WARM, ROWS_MANY = 100, 100_000
RESULTS = Path(__file__).with_name("results") / "trees.json"
SCORECARD, WALK = "scorecard", ", a walk"


Score = Callable[[Sequence[float]], tuple[str, list[float]]]


def grown(trees: int, rows: int) -> Exported:
    """A forest on rows whose labels tell nothing."""

    def estimator(_: object) -> object:
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(trees, max_features=1, n_jobs=2, random_state=0)

    names = [f"x{place}" for place in range(COLUMNS)]
    recipe = Recipe(
        model="forest",
        columns=[Numeric(name) for name in names],
        label="y",
        classes={"a": "a", "b": "b"},
        estimator=estimator,
        thresholds=[at_least("accuracy", bound=0.8)],
        cross_validation_folds=0,
    )
    return export(fit(recipe, train=table(rows)))


def table(rows: int) -> Table:
    rng = np.random.default_rng(0)
    labels = np.array(["a", "b"], dtype=np.str_)[rng.integers(0, 2, size=rows)]
    return Table(rng.normal(size=(rows, COLUMNS)), np.empty((rows, 0), dtype=np.str_), labels)


def package(content: bytes, form: str) -> Package:
    manifest = {
        "model": "m",
        "model_version": 1,
        "artifact_sha256": hashlib.sha256(content).hexdigest(),
        "format": form,
    }
    return Package(build_package(artifact=content, manifest=manifest), sha256="")


def walk(content: bytes) -> Score:
    """A forest by one loop over its arrays, as they are read, and nothing else.

    It answers what the scorer answers: `main` holds the two against each other.
    """
    model = load(content).trees
    assert isinstance(model, Trees) and model.shares is not None  # a forest is one model, whose leaves are shares
    slot, threshold, left, right = model.slot, model.threshold, model.left, model.right
    value, roots, shares, classes = model.value, model.roots, model.shares, model.classes
    places = model.places

    def score(row: Sequence[float]) -> tuple[str, list[float]]:
        laid = array("f", [row[place] for place in places]).tolist()
        totals = [0.0] * len(classes)
        for node in roots:
            while node >= 0:
                node = left[node] if laid[slot[node]] <= threshold[node] else right[node]
            for place, share in shares[value[~node]]:
                totals[place] += share
        means = [total / len(roots) for total in totals]
        return classes[means.index(max(means))], means

    return score


@dataclass(frozen=True)
class Warm:
    """Microseconds a row, of the processor's time."""

    median: float
    quick: float
    """In the quickest twentieth of the rounds: what a core takes that it shares with nobody."""


def warm_us(scores: Mapping[str, Score], rows: Sequence[Sequence[float]]) -> dict[str, Warm]:
    """Of one row by itself, in rounds of some rows, in which all take turns."""

    def measure(score: Score) -> float:
        begun = time.process_time()
        for row in rows:
            score(row)
        return (time.process_time() - begun) / len(rows)

    candidates = [Candidate(name, partial(measure, score)) for name, score in scores.items()]
    # Before the three rounds are over, nodes are walked as in a warm container.
    taken = interleaved(candidates, rounds=ROUNDS, before=3)
    return {
        name: Warm(1e6 * statistics.median(times), 1e6 * sorted(times)[len(times) // 20])
        for name, times in taken.items()
    }


def cold(contents: Mapping[str, tuple[bytes, str]], *, compiler: bytecode.Interpreter) -> list[float]:
    """Of each the median ratio to an empty handler, in rounds of random order."""
    with tempfile.TemporaryDirectory() as folder:
        folders = Folders(Path(folder), compiler)
        runtime = folders.runtime()
        bare = folders.code("bare", pack({"main.py": EMPTY}), compiled=True)
        started = [([bare, runtime], f"{CLIENT}; import main; main.handler({{}}, None)")]
        for name, (content, form) in contents.items():
            code = folders.code(name.replace(" ", "-"), package(content, form), compiled=True)
            layers = [folders.layer(layer, compiled=True) for layer in format_of(form).layers]
            event = EVENT if name == SCORECARD else {"query": {f"x{place}": [str(place)] for place in range(COLUMNS)}}
            started.append(([code, *layers, runtime], f"{CLIENT}; {ANSWER.format(event=event)}"))
        taken: list[list[float]] = [[] for _ in started]
        for _ in range(STARTS):
            for place in random.sample(range(len(started)), len(started)):
                taken[place].append(_processor_seconds(*started[place], python=compiler.path))
    first, *others = taken
    return [statistics.median(map(truediv, each, first)) for each in others]


def _processor_seconds(path: list[Path], code: str, *, python: Path) -> float:
    environment = {"PYTHONPATH": ":".join(map(str, path))}
    process = os.posix_spawn(python, [str(python), "-c", code], environment)
    _, status, used = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"a cold start failed: {code}")
    return used.ru_utime + used.ru_stime


def scores(linear: bytes, forests: Mapping[str, Exported], rows: Sequence[Sequence[float]]) -> dict[str, Score]:
    """The scorecard's, and of each forest the scorer's and a walk's, which answer the same."""
    of_scorecard = scorecard.read(linear).score
    found: dict[str, Score] = {SCORECARD: lambda row: of_scorecard(row[:3])}
    for name, forest in forests.items():
        found[name], found[name + WALK] = load(forest.content).trees.score, walk(forest.content)
        if any(found[name](row) != found[name + WALK](row) for row in rows):
            raise RuntimeError(f"{name}: scorer and walk differ")
    return found


def main() -> None:
    command(__doc__).parse_args()
    compiler = lambdas_python()
    linear = export_scorecard(fit(recipes.load("kdd99-http"), train=scoring.rows())).content
    forests = {name: grown(*size) for name, size in {**SIZES, **MANY_TREES}.items()}
    contents = {SCORECARD: (linear, SCORECARD), **{name: (each.content, "trees") for name, each in forests.items()}}
    ratios = dict(zip(contents, cold(contents, compiler=compiler), strict=True))
    rows = table(ROWS_WARM).numeric.tolist()
    taken_us = warm_us(scores(linear, forests, rows), rows)
    columns = ("model", "nodes", "MB", "cold, ratio", "warm, us a row", "of a walk", "100,000 rows, s")
    drawn = Drawn(*columns, title=f"n={STARTS}")
    results: dict[str, object] = {}
    for name, (content, form) in contents.items():
        told = forests[name].facts if name in forests else {"nodes": 0, "trees": 0}
        model = format_of(form).code().load(content)
        us = taken_us[name].quick
        of_a_walk = (
            {"walk_ratio": round(taken_us[name].median / taken_us[name + WALK].median, 2)} if name in forests else {}
        )
        begun = time.process_time()
        if name == "75 thousand":
            model.score({f"x{place}": column for place, column in enumerate(table(ROWS_MANY).numeric.T)})
        many = time.process_time() - begun if name == "75 thousand" else 0.0
        results[name] = {
            "trees": told["trees"],
            "nodes": told["nodes"],
            "megabytes": round(len(content) / 1e6, 2),
            "cold_ratio": round(ratios[name], 3),
            "warm_us": round(us, 1),
            "warm_ratio": round(us / taken_us[SCORECARD].quick, 1),
            **of_a_walk,
            **({"rows_100000_seconds": round(many, 1)} if many else {}),
        }
        row = (name, str(told["nodes"]), f"{len(content) / 1e6:.2f}", f"{ratios[name]:.2f}", f"{us:.1f}")
        drawn.add_row(*row, *(f"{each:.2f}" for each in of_a_walk.values()), f"{many:.1f}" if many else "")
    RESULTS.write_text(json.dumps({"n": STARTS, "python": PYTHON, "of": results}, indent=1) + "\n")
    Console().print(drawn)


if __name__ == "__main__":
    main()
