"""One prediction in a warm function: the served scorecard against scikit-learn, as ratios to an empty handler.

python -m benchmarks.scoring
"""

from __future__ import annotations

import hashlib
import json
import random
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.command_line import command
from lambdas import recipes
from lambdas.model.formats.package import build_package
from lambdas.model.formats.scorecard.export import export
from lambdas.model.reading.table import Table
from lambdas.model.training.estimator import fit
from lambdas.serve.handler import Service, open_package

ROUNDS, CALLS = 60, 200
EVENT = {"instances": [{"duration": 0, "src_bytes": 54540, "dst_bytes": 8314}]}

Call = Callable[[], object]


def rows(count: int = 5000) -> Table:
    """Made-up connections that a linear model tells apart."""
    draw = random.Random(1)
    attack = [draw.random() < 0.1 for _ in range(count)]
    numeric = [
        [draw.randint(0, 5), 54540 if bad else draw.randint(100, 400), draw.randint(0, 9000)] for bad in attack
    ]
    labels = np.array(["attack" if bad else "normal" for bad in attack])
    return Table(np.array(numeric, dtype=np.float64), np.empty((count, 0), dtype="U1"), labels)


def contenders(folder: Path) -> dict[str, Call]:
    """Each answers the same event, JSON in and JSON out."""
    fitted = fit(recipes.load("kdd99-http"), train=rows())
    service = _service(export(fitted).content, folder)
    payload = json.dumps(EVENT)
    row = np.array([[0.0, 54540.0, 8314.0]])

    def bare() -> object:
        return json.dumps({"status": 200, "body": json.loads(payload)})

    def scorecard() -> object:
        return json.dumps(service.answer(json.loads(payload)))

    def estimator() -> object:
        json.loads(payload)
        label, shares = fitted.estimator.predict(row)[0], fitted.estimator.predict_proba(row)[0]
        return json.dumps({"status": 200, "body": {"label": str(label), "probabilities": shares.tolist()}})

    return {"empty handler": bare, "scorecard": scorecard, "scikit-learn": estimator}


def _service(model: bytes, folder: Path) -> Service:
    manifest = {
        "model": "m",
        "model_version": 1,
        "artifact_sha256": hashlib.sha256(model).hexdigest(),
        "format": "scorecard",
    }
    with zipfile.ZipFile(BytesIO(build_package(artifact=model, manifest=manifest))) as package:
        package.extractall(folder)
    return open_package(folder)


def measure(calls: dict[str, Call]) -> dict[str, float]:
    """Median seconds of a call, the contenders taking turns in every round."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            begun = time.perf_counter()
            for _ in range(CALLS):
                call()
            taken[name].append((time.perf_counter() - begun) / CALLS)
    return {name: statistics.median(times) for name, times in taken.items()}


def main() -> None:
    command(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        medians = measure(contenders(Path(folder)))
    bare = medians["empty handler"]
    drawn = Drawn("", "median µs a call", "ratio to the empty handler", title="one prediction, warm")
    for name, seconds in medians.items():
        drawn.add_row(name, f"{1e6 * seconds:.1f}", f"{seconds / bare:.1f}")
    Console().print(drawn)


if __name__ == "__main__":
    main()
