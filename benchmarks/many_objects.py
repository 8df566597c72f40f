"""A night with nothing new on a data set of very many files: how long Preprocess takes until it says so.

python -m benchmarks.many_objects 10000

The files lie in a local AWS on 127.0.0.1, and S3's own client lists them; a version that was made of all of them is
live. Functions and executions are fakes. The parts and the whole task are measured in turn; the processor is this
process's, without the local AWS. Writes benchmarks/results/many_objects.json.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table as Drawn

from benchmarks.command_line import command
from benchmarks.scale import CHAMPION, MODEL
from benchmarks.scale_task import SETTINGS
from chalicelib import layout
from chalicelib.aws.object_store import BucketStore
from chalicelib.aws.patience import PATIENT
from chalicelib.contracts.decisions import NOTHING_NEW
from chalicelib.contracts.training import Preprocessed, PreprocessTask
from chalicelib.edges import Edges
from chalicelib.promotion.lease import Lease
from chalicelib.runs import dataset, novelty
from lambdas import preprocess, recipes
from lambdas.model.splitting.split import DRAWN
from tests import http_connections
from tests.fakes.edges import FakeOutside
from tests.given.local_aws import reached_alone
from tests.given.nights import promote
from workflows.local.process import LocalAws

ROOT = Path(__file__).parents[1]
BUCKET = "nightswap-bench"
ROUNDS = 9
THREADS = 8
PARTS = ("list", "fingerprint", "comparison", "Preprocess")
"""The last has the others in it."""
COLUMNS = ("processor, s", "wall, s")
RESULTS = Path(__file__).with_name("results") / "many_objects.json"


def prepare(outside: FakeOutside, edges: Edges, *, objects: int) -> None:
    """So many files of three rows, and the version that was made of them."""
    lines = http_connections.rows(normal=2 * objects, attacks=objects, seed=1)

    def put(number: int) -> None:
        text = "\n".join([http_connections.HEADER, *lines[number::objects], ""])
        edges.store.put(layout.dataset(MODEL, f"night-{number:05}.csv"), text.encode())

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(put, range(objects)))
    outside.executions.start(CHAMPION, "{}")
    listed = dataset.take(edges, run=CHAMPION, model=MODEL)
    made_of = [
        {"name": each.name(model=MODEL), "etag": each.etag, "bytes": each.size_bytes, "rule": DRAWN, "rows": 3}
        for each in listed
    ]
    promote(edges, run=CHAMPION, fingerprint=fingerprint(listed), data=made_of)


def fingerprint(objects: Sequence[dataset.Object]) -> str:
    return dataset.fingerprint(objects, recipe_sha256=recipes.source_sha256(MODEL), settings=SETTINGS)


def night(edges: Edges, task: PreprocessTask, listed: Sequence[dataset.Object]) -> Iterator[tuple[float, ...]]:
    """Of each of PARTS, and of the task, the seconds of the processor and of the wall's clock."""
    known = fingerprint(listed)
    calls: tuple[Callable[[], object], ...] = (
        lambda: dataset.take(edges, run=f"list-of-{task.run}", model=MODEL),
        lambda: fingerprint(listed),
        lambda: novelty.nothing_new(edges, task, fingerprint=known),
        lambda: preprocess.run(task, edges, SETTINGS),
    )
    for call in calls:
        wall, processor = time.perf_counter(), time.process_time()
        found = call()
        yield time.process_time() - processor, time.perf_counter() - wall
    if not isinstance(found, Preprocessed) or found.decision != NOTHING_NEW:
        raise AssertionError(f"there is something new: {found}")


def measured(outside: FakeOutside, edges: Edges) -> dict[str, list[float]]:
    """The medians, by part, in the order of COLUMNS."""
    listed = dataset.take(edges, run=CHAMPION, model=MODEL)
    nights = []
    for number in range(ROUNDS):
        task = PreprocessTask(run=f"{MODEL}-{number}", model=MODEL, force=False)
        outside.executions.start(task.run, "{}")
        nights.append([*night(edges, task, listed)])
        Lease(edges, MODEL).release(task.run)
    return {
        part: [float(f"{statistics.median(each):.3g}") for each in zip(*taken, strict=True)]
        for part, taken in zip(PARTS, zip(*nights, strict=True), strict=True)
    }


def draw(found: Mapping[str, Sequence[float]], *, objects: int) -> None:
    drawn = Drawn("part", *COLUMNS, title=f"nothing new in {objects:,} files, n={ROUNDS}")
    for name, figures in found.items():
        drawn.add_row(name, *(f"{each:.3f}" for each in figures))
    Console().print(drawn)


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("objects", type=int, nargs="?", default=10_000)
    objects = parser.parse_args().objects
    outside = FakeOutside(MODEL)
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalAws.start(ROOT, state=Path(folder), short_port=0) as aws,
        reached_alone(aws.endpoint),
    ):
        client = PATIENT.client("s3")
        client.create_bucket(Bucket=BUCKET)
        edges = replace(outside.edges, store=BucketStore(client, bucket=BUCKET))
        prepare(outside, edges, objects=objects)
        found = measured(outside, edges)
    draw(found, objects=objects)
    document = {"at": time.strftime("%Y-%m-%d"), "n": ROUNDS, "objects": objects, "columns": COLUMNS, "parts": found}
    RESULTS.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
