"""A night of the product beside a plain script that does the same, on 1, 4 and 16 files: seconds and peak memory.

python -m benchmarks.retrain --data kdd_http.csv.gz

The product's night is its three data tasks, each a process of its own as on Lambda; the script is one process, as its
author would run it. Of both the whole processes count, with the start of Python and the imports: the seconds of the
three tasks together, and the memory of the largest. All have one core, which is what Lambda gives a task. Processor
seconds stand beside them, because other work on the machine takes less from them. A version that was trained on one
file is live, and both score it beside the new one. Without --data it takes what `make run` takes: KDD Cup 99's http
connections, or a stand-in where they cannot be fetched.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import results, scale
from benchmarks.command_line import command
from benchmarks.measuring import Candidate, interleaved
from benchmarks.watching import Watched, watched
from workflows.sample_data import sample

PART = "retrain"
SIZES = (1, 4, 16)
PRODUCT, SCRIPT = "nightswap", "plain script"
BARS = {1: 3.0, 16: 1.2}
"""The most that the product's time may be of the script's, by the number of files."""
PLAIN = Path(__file__).with_name("plain.py")
CACHE = results.ROOT / ".nightswap" / "cache"
UNITS = {"wall": "s", "processor": "s", "peak memory": "MB"}


class Night(NamedTuple):
    processes: Sequence[Watched]
    matrix: Any
    """Of the new model on the holdout."""

    @property
    def figures(self) -> dict[str, float]:
        """By metric."""
        wall = sum(each.wall for each in self.processes)
        processor = sum(each.processor for each in self.processes)
        return dict(zip(UNITS, (wall, processor, max(each.peak_memory for each in self.processes)), strict=True))


Measured = Mapping[tuple[str, int], Mapping[str, Sequence[float]]]
"""By metric and number of files, by name."""


def of_the_product(data: Path, files: int) -> Night:
    night = scale.measured(data, files)
    return Night(night.processes, night.matrix)


def of_the_script(data: Path, files: int, *, live: Path) -> Night:
    with tempfile.TemporaryDirectory() as folder:
        found = watched([sys.executable, str(PLAIN), folder, *[str(data)] * files, "--live", str(live)])
    return Night([found], json.loads(found.output)["matrix"])


def named(what: str, files: int) -> str:
    return f"{what} at {files}x"


def candidates(data: Path, sizes: Sequence[int], *, live: Path) -> Iterator[Candidate[Night]]:
    nights: dict[str, Callable[..., Night]] = {SCRIPT: partial(of_the_script, live=live), PRODUCT: of_the_product}
    for files in sizes:
        for who, night in nights.items():
            yield Candidate(named(who, files), partial(night, data, files))


def rows(measured: Measured) -> list[results.Row]:
    """Of each metric at each size the product's ratio to the script."""
    return [
        row
        for (metric, files), values in measured.items()
        for row in results.rows_of(named(metric, files), UNITS[metric], values, SCRIPT)
    ]


def bars(measured: Measured, sizes: Sequence[int]) -> Iterator[tuple[str, float, float]]:
    """What is held, in words; its figure, and the most that it may be."""

    def median(metric: str, files: int, who: str) -> float:
        return statistics.median(measured[metric, files][who])

    for files in filter(BARS.get, sizes):
        for metric in ("wall", "processor"):
            ratio = median(metric, files, PRODUCT) / median(metric, files, SCRIPT)
            yield f"{named(metric, files)}, to the script's", ratio, BARS[files]
    for files in sizes[1:]:
        grown = median("peak memory", files, PRODUCT) / median("peak memory", sizes[0], PRODUCT)
        yield f"{named('peak memory', files)}, to that at {sizes[0]}x", grown, files / sizes[0]


def draw(measured: Measured, sizes: Sequence[int]) -> None:
    from benchmarks import plots  # matplotlib is for who draws: the tests of the rest need none

    lines = [
        plots.Line(
            name=f"{who}, {metric}",
            x=sizes,
            y=[statistics.median(measured[metric, files][who]) for files in sizes],
            at_right=metric == "peak memory",
            dashed=metric == "peak memory",
        )
        for metric in ("processor", "peak memory")
        for who in (PRODUCT, SCRIPT)
    ]
    plots.curve(
        PART,
        lines,
        title="A night of the product and of a plain script",
        x_label="files of the same rows",
        y_label="processor, s",
        right_label="peak memory, MB",
    )


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("--data", type=Path, help="a CSV(.gz) file of kdd99-http")
    parser.add_argument("--files", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    data = asked.data or sample(CACHE, report=print).path
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # handed on to each process
    with tempfile.TemporaryDirectory() as folder:
        watched([sys.executable, str(PLAIN), folder, str(data)])
        contenders = [*candidates(data, asked.files, live=Path(folder) / "model.joblib")]
        nights = interleaved(contenders, rounds=asked.rounds, say=print)
    measured = {
        (metric, files): {
            who: [each.figures[metric] for each in nights[named(who, files)]] for who in (SCRIPT, PRODUCT)
        }
        for metric in UNITS
        for files in asked.files
    }
    found = rows(measured)
    results.table("a night, beside a plain script", found)
    for name, taken in nights.items():
        print(f"matrix of {name}: {taken[-1].matrix}")
    held = [*bars(measured, asked.files)]
    for what, figure, most in held:
        print(f"{'holds' if figure <= most else 'missed'}: {what}: {figure:.3g}, at most {most:g}")
    results.tell_agreement(results.read(PART), found)
    told = [{"what": what, "figure": float(f"{figure:.3g}"), "at_most": most} for what, figure, most in held]
    results.write(PART, found, more={"data": data.name, "bars": told})
    draw(measured, asked.files)


if __name__ == "__main__":
    main()
