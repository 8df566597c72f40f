"""One prediction in a warm function, through Lambda's runtime client and emulator: `make bench-warm`.

python -m benchmarks.warm

Each contender is started once and kept. They take turns; a turn is CALLS calls over one connection, of which the
median counts. What the emulator and the runtime client take is in all of them alike: the ratio to the empty handler
is what a client would notice, and the milliseconds over it are what the handler takes. Writes
benchmarks/results/warm.json, .png and .svg.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import page, plots, results
from benchmarks.command_line import command, lambdas_python
from benchmarks.functions import contenders as ways
from benchmarks.functions.contenders import BARE, COMPILED, THEIRS, Contender, Models
from benchmarks.functions.folders import Folders
from benchmarks.functions.starting import warm
from benchmarks.measuring import Candidate, interleaved
from benchmarks.results import Row, rows_of

ROUNDS, CALLS = 40, 100
METRIC = "warm prediction, p50"


def measured(found: Sequence[Contender], *, python: Path, log: Path, rounds: int, calls: int) -> list[Row]:
    """A value of each round, the median of its calls."""
    with ExitStack() as kept:
        asked = [kept.enter_context(warm(each, python=python, log=log)) for each in found]
        candidates = [Candidate(each.contender.name, partial(each.times_ms, calls)) for each in asked]
        taken = interleaved(candidates, rounds=rounds, before=2)
    medians = {name: [statistics.median(times) for times in several] for name, several in taken.items()}
    return rows_of(METRIC, "ms", medians, BARE)


def main() -> None:
    command(__doc__).parse_args()
    compiler = lambdas_python()
    before = results.read("warm")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Warm, a package with bytecode and one without it are the same.
        found = [
            each for each in ways.contenders(Folders(folder, compiler), Models.fitted()) if each.name != COMPILED
        ]
        rows = measured(found, python=compiler.path, log=folder / "log", rounds=ROUNDS, calls=CALLS)
    results.table("one prediction, warm", rows)
    results.tell_agreement(before, rows)
    results.write("warm", rows, more={"lambda_python": compiler.version, "calls_a_round": CALLS})
    page.rewrite()
    plots.bars("warm", rows, title="One prediction in a warm function", others=THEIRS)


if __name__ == "__main__":
    main()
