"""nightswap retrain, runs, stop: starts, shows and stops runs of the state machine."""

from __future__ import annotations

import secrets
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from chalicelib.api import doors
from chalicelib.bodies import REASON
from chalicelib.contracts.decisions import WENT_WELL
from chalicelib.errors import CommandFailed
from chalicelib.registry import models
from chalicelib.registry.run_documents import RUNNING
from chalicelib.runs import durations, retraining
from chalicelib.runs import runs as core
from chalicelib.runs.retraining import Started
from workflows.cli import screen
from workflows.cli.interruption import told_when_interrupted
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.picture import svg
from workflows.cli.screen import console
from workflows.cli.sentences import outcome
from workflows.cli.stage import Stage
from workflows.cli.watching import Expected, wait, watch

PICTURE = "Write the confusion matrix of RUN into this file, as SVG."


@click.command()
@model
@click.option("--force", is_flag=True, help="Train even if nothing is new. The gate stands.")
@click.option("--reason", default="on demand", show_default=True, help="Why, for the record.")
@click.option("--key", help="Idempotency key: the same key is the same run.")
@click.option("--watch/--no-watch", "watched", default=False, help="Show the run until it ends.")
@as_json
@on_stage
def retrain(
    stage: Stage, *, model: str, force: bool, reason: str, key: str | None, watched: bool, as_json: bool
) -> None:
    """Start a retrain, or find the one that is going. With --watch the exit code says whether it went well."""
    models.check(stage.edges, model=model)
    wish = retraining.Wish(model=model, force=force, reason=REASON.check(reason, name="reason"))
    started = retraining.on_demand(
        stage.edges, wish=wish, idempotency_key=doors.idempotency_key(key), attempt=secrets.token_hex(3)
    )
    follow(stage, started, model=model, watched=watched, as_json=as_json)


def follow(stage: Stage, started: Started, *, model: str, watched: bool, as_json: bool) -> None:
    """Tell the run, or show it until it ends; the exit code then says whether it went well."""
    if not as_json:
        console.print(f"{'started' if started.is_new else 'found'} run {started.run}")
    if watched:
        goes_on = (
            f"run {started.run} goes on; nightswap runs {started.run} shows it, nightswap stop {started.run} stops it"
        )
        with told_when_interrupted(f"{goes_on} (--stage {stage.name})"):
            expected = Expected(stage.edges.clock, durations.last_time(stage.edges, model=model, run=started.run))
            until_it_ends = wait if as_json else partial(watch, expected=expected)
            found = until_it_ends(lambda: core.describe(stage.edges, run=started.run))
        show(stage, found, as_json=as_json)
        sys.exit(0 if found["outcome"] in WENT_WELL else 1)
    if as_json:
        screen.show_json({"run": started.run, "new": started.is_new, "model": model})


@click.command()
@click.argument("run", required=False)
@click.option("--model", help="Only the runs of this model.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100))
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help=PICTURE)
@as_json
@on_stage
def runs(
    stage: Stage, *, run: str | None, model: str | None, limit: int, picture: Path | None, as_json: bool
) -> None:
    """List the latest runs, or show one RUN whole: states, confusion matrix, verdict."""
    if picture is not None:
        _draw(stage, run, into=picture)
    if run is not None:
        show(stage, core.describe(stage.edges, run=run), as_json=as_json)
        return
    found = core.recent(stage.edges, limit=limit, model=model)
    if as_json:
        screen.show_json(found)
        return
    rows = [
        (
            (each["run"], each["outcome"] or each["state"] or "-", f"{each['percent']} %", _fullest(each)),
            [each["reason"]] if each["reason"] else [],
        )
        for each in found
    ]
    screen.say("latest runs")
    screen.table_with_lines(["run", "outcome or state", "", "memory"], rows)
    screen.damage([damage for each in found for damage in each["damaged"]])


@click.command()
@click.argument("run")
@on_stage
def stop(stage: Stage, run: str) -> None:
    """Stop a run. The live model stays as it is."""
    found = core.stop(stage.edges, run=run, cause="nightswap stop")
    console.print(f"stopped {run}" if found["status"] == RUNNING else f"{run} had ended: {found['outcome']}")


def _draw(stage: Stage, run: str | None, *, into: Path) -> None:
    """Raises CommandFailed where there is no matrix, or where the file cannot be written."""
    if run is None:
        raise CommandFailed("--picture is of one run: name it before, as nightswap runs lists them")
    found = core.report(stage.edges, run=run)
    if not found.classes or not found.matrix:
        raise CommandFailed(f"the report of run {run} has no confusion matrix: there is nothing to draw")
    try:
        into.write_text(svg(found.classes, found.matrix, title=f"Run {run}"), encoding="utf-8")
    except OSError as exc:
        raise CommandFailed(f"{into} cannot be written ({exc.strerror}): name another file") from exc


def _fullest(run: dict[str, Any]) -> str:
    """The state that took the largest share of its function's memory, and the share."""
    found = run["fullest"]
    return f"{found['state']} {found['share']:.0%}" if found else "-"


def show(stage: Stage, run: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.show_json(run)
        return
    screen.where_the_time_went(run)
    if run["verdict"]:
        screen.confusion_matrix(core.report(stage.edges, run=run["run"]))
        screen.verdict(run["verdict"])
    screen.damage(run["damaged"])
    if run["outcome"]:
        outcome(run)


COMMANDS = (retrain, runs, stop)
