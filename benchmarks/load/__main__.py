"""python -m benchmarks.load --scenario surge --target serve --time-factor 0.1"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from benchmarks.inference import many_connections
from benchmarks.load import generator, targets, telling
from benchmarks.load.drawing import draw
from benchmarks.load.scenarios import SCENARIOS
from benchmarks.load.targets import Target
from benchmarks.load.telling import GENERATOR, SERVER, Run
from benchmarks.load.watching import watching
from benchmarks.results import FOLDER, Row, table, tell_agreement, write
from benchmarks.results import read as before
from workflows.cli.stage import ROOT, Stage
from workflows.planning.app import app_memory_mb

USUAL = {"serve": ("thousand",), "local": ("silence", "ramp-18", "surge", "eighteen")}
"""What is asked of each target, unless a scenario is named."""
TIME_FACTOR = 0.1
SILENT_FACTOR = 0.001
"""Of the baseline of single requests, which no silence slows."""


@dataclass(frozen=True, kw_only=True)
class How:
    """A scenario is played."""

    time_factor: float = TIME_FACTOR
    by_taurus: bool = False


@click.command()
@click.option("--scenario", type=click.Choice(["", *SCENARIOS]), default="", help="One of them alone.")
@click.option("--target", default="", help="serve, local, or a URL.  [default: serve and local]")
@click.option("--time-factor", default=TIME_FACTOR, show_default=True, type=click.FloatRange(0.0001, 1))
@click.option("--token", envvar="TOKEN", help="For a URL that asks for one.")
@click.option("--taurus", is_flag=True, help="Let Taurus run Locust.")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, help="Where results and plots go.")
def main(scenario: str, *, target: str, time_factor: float, token: str | None, taurus: bool, folder: Path) -> None:
    """Play the load tests of the posts, and write load.json and a plot of each."""
    many_connections()
    how = How(time_factor=time_factor, by_taurus=taurus)
    settings = Stage("local").settings
    sizes = {"memory_mb": settings.serving_memory_mb, "api_memory_mb": app_memory_mb("local", root=ROOT)}
    rows: list[Row] = []
    runs: list[Run] = []
    try:
        for wanted in [target] if target else [*USUAL]:
            names = (scenario,) if scenario else USUAL.get(wanted, ("eighteen",))
            for run, found in _played(names, wanted, how, token=token, folder=folder):
                runs.append(run)
                rows += found
    except (generator.GeneratorFailed, targets.TargetMissing) as problem:
        raise click.ClickException(str(problem)) from problem
    documents = [telling.document(run, **sizes) for run in runs]
    table("load", rows)
    telling.table(documents)
    tell_agreement(before("load", folder=folder), rows)
    click.echo(write("load", rows, more={"runs": documents}, folder=folder))


def _played(
    names: Sequence[str], wanted: str, how: How, *, token: str | None, folder: Path
) -> Iterator[tuple[Run, list[Row]]]:
    with _opened(wanted, token=token, time_factor=how.time_factor) as target:
        for name in names:
            run = play(name, target, how)
            with targets.fixed_bytes() as bare:
                silent = replace(how, time_factor=SILENT_FACTOR)
                baseline = play(name, bare, silent if SCENARIOS[name].moments else how)
            draw(run, None if SCENARIOS[name].moments else baseline, folder=folder)
            yield run, telling.rows([run], baseline)


def _opened(wanted: str, *, token: str | None, time_factor: float) -> AbstractContextManager[Target]:
    if wanted == "serve":
        return targets.contract_server()
    if wanted == "local":
        return targets.local_aws(time_factor=time_factor)
    if wanted.startswith(("http://", "https://")):
        return targets.address(wanted, token=token)
    raise click.BadParameter(f"{wanted!r} is neither serve nor local nor a URL", param_hint="--target")


def play(name: str, target: Target, how: How) -> Run:
    """One scenario, with a promotion in its middle where the target can."""
    seconds = generator.seconds(SCENARIOS[name], time_factor=how.time_factor)
    click.echo(f"{name} against {target.name}: {seconds:,.0f} s")
    roots = {} if target.process is None else {SERVER: target.process}
    begun_at, said, at = time.time(), list[str](), list[float]()
    with watching(lambda: dict(roots)) as watched, _amid(target, seconds / 2, said, at) as (answered, done):

        def start(process: int) -> None:
            roots[GENERATOR] = process

        found = generator.run(
            target.asked,
            name,
            time_factor=how.time_factor,
            by_taurus=how.by_taurus,
            started=start,
            answered=answered.set,
            is_enough=done.is_set,
        )
    server_ms = target.server_ms(begun_at) if target.server_ms else None
    return Run(
        scenario=name,
        target=target.name,
        time_factor=how.time_factor,
        counted=found,
        watched=watched,
        server_ms=server_ms,
        promotions=said,
        promoted_at=at,
    )


@contextmanager
def _amid(
    target: Target, seconds: float, said: list[str], at: list[float]
) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Promotes so many seconds after the first event that it yields, and sets the second one when that is done."""
    answered, done, over = threading.Event(), threading.Event(), threading.Event()

    def promote() -> None:
        answered.wait()
        try:
            if target.promote and not over.wait(seconds):
                at.append(seconds)
                said.append(target.promote())
        finally:
            done.set()

    if not target.promote:
        done.set()
    thread = threading.Thread(target=promote, daemon=True)
    thread.start()
    try:
        yield answered, done
    finally:
        over.set()
        answered.set()
        thread.join()


if __name__ == "__main__":
    main()
