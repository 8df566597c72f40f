"""Cold starts of one model served in every way, as ratios to an empty handler: `make bench-cold`.

python -m benchmarks.cold

From the start of the process to the first answer, under Lambda's own runtime client and emulator, from the packages
and layers that are deployed. Then again with the shares of a core that 256, 512 and 1,024 MB have; the share that is
reached is measured first, by a worker that takes all it gets. Writes benchmarks/results/cold.json, .png and .svg.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmarks import page, plots, results
from benchmarks.command_line import command, lambdas_python
from benchmarks.functions import contenders as ways
from benchmarks.functions import of_the_app
from benchmarks.functions.contenders import (
    BARE,
    COMPILED,
    JOBLIB,
    ONNX,
    SCORECARD,
    STORED,
    THEIRS,
    TREES,
    Contender,
    Models,
)
from benchmarks.functions.folders import Folders
from benchmarks.functions.objects import KEY, serving
from benchmarks.functions.quota import limited, share
from benchmarks.functions.starting import checked, cold_ms, started
from benchmarks.measuring import Candidate, interleaved
from benchmarks.results import Row, rows_of

ROUNDS, ROUNDS_OF_SLOW, ROUNDS_LIMITED = 25, 7, 5
MEMORY_MB = (256, 512, 1_024)
FAST = (BARE, SCORECARD, TREES, ONNX, STORED)
SLOW = (BARE, SCORECARD, *THEIRS)
LIMITED = (BARE, SCORECARD, TREES, ONNX, JOBLIB, COMPILED)
METRIC, METRIC_OF_SLOW, METRIC_OF_APP = "cold start", "cold start beside scikit-learn", "cold start of the app"
"""Each series has the empty handler. Those that take seconds have one of their own, so that the others have more
rounds."""
WITHIN = 0.1
"""So much of the share that is wanted may be missed."""


def measured(found: Sequence[Contender], *, python: Path, log: Path, rounds: int, metric: str) -> list[Row]:
    candidates = [Candidate(each.name, partial(cold_ms, each, python=python, log=log)) for each in found]
    taken = interleaved(candidates, rounds=rounds, before=1, say=lambda text: print(f"{metric}: {text}", flush=True))
    return rows_of(metric, "ms", taken, BARE)


def reached(spinner: Contender, *, python: Path, log: Path) -> float:
    """The share of a core that a busy worker gets."""
    with started(spinner, python=python, log=log) as function:
        answer = function.invoke(spinner.event)
    checked(spinner, answer)
    return float(answer["share"])


def told(memory_mb: int, got: float, way: str) -> str:
    """What is said of a share; one that is exceeded ends the run, because nothing was limited."""
    wanted = share(memory_mb)
    said = f"{memory_mb} MB: {wanted:.3f} of a core is wanted and {got:.3f} reached, {way}"
    if got > wanted * (1 + WITHIN):
        sys.exit(f"{said}: the quota does not hold here, so nothing can be said of this memory")
    return said if got >= wanted * (1 - WITHIN) else f"{said}: other work on this machine takes the rest"


def main() -> None:
    command(__doc__).parse_args()
    compiler = lambdas_python()
    before, models = results.read("cold"), Models.fitted()
    with (
        tempfile.TemporaryDirectory() as name,
        serving({KEY: models.onnx, "model.joblib": models.joblib}) as s3,
    ):
        folder = Path(name)
        log, folders = folder / "log", Folders(folder, compiler)
        named = {each.name: each for each in ways.contenders(folders, models)}
        more = ways.elsewhere(folders, models, like=named[JOBLIB], graph=named[ONNX], s3=s3)
        named |= {each.name: each for each in more}
        rows = []
        for names, rounds, metric in ((FAST, ROUNDS, METRIC), (SLOW, ROUNDS_OF_SLOW, METRIC_OF_SLOW)):
            some = [named[each] for each in names]
            rows += measured(some, python=compiler.path, log=log, rounds=rounds, metric=metric)
        with of_the_app.endpoints(folder) as endpoints:
            some = [named[BARE], *ways.of_app(folders, endpoints=endpoints)]
            rows += measured(some, python=compiler.path, log=log, rounds=ROUNDS, metric=METRIC_OF_APP)
        shares, spinner = [], ways.spinner(folders)
        for memory_mb in MEMORY_MB:
            with limited(compiler.path, to=share(memory_mb), folder=folder) as (python, way):
                got = reached(spinner, python=python, log=log)
                print(told(memory_mb, got, way), flush=True)
                shares.append(
                    {
                        "memory_mb": memory_mb,
                        "wanted": round(share(memory_mb), 3),
                        "reached": round(got, 3),
                        "way": way,
                    }
                )
                some = [named[each] for each in LIMITED]
                metric = f"{METRIC} with {memory_mb:,} MB"
                rows += measured(some, python=python, log=log, rounds=ROUNDS_LIMITED, metric=metric)
    results.table("cold start, by way of serving", rows)
    results.tell_agreement(before, rows)
    results.write("cold", rows, more={"lambda_python": compiler.version, "shares": shares})
    page.rewrite()
    plots.bars("cold", rows, title="Cold start under Lambda's runtime client, to the first answer", others=THEIRS)


if __name__ == "__main__":
    main()
