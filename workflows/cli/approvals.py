"""nightswap approve, reject: decides about the version of a run that ended Waiting."""

from __future__ import annotations

import secrets
import sys
from functools import partial

import click

from chalicelib.bodies import REASON_OF_A_MOVE
from chalicelib.contracts.decisions import WENT_WELL
from chalicelib.interventions.move_decisions import REJECT
from chalicelib.runs import approving, durations
from chalicelib.runs import runs as core
from workflows import person
from workflows.cli import screen
from workflows.cli.interruption import told_when_interrupted
from workflows.cli.moves import move, reason
from workflows.cli.options import as_json, on_stage
from workflows.cli.runs import show
from workflows.cli.screen import console
from workflows.cli.stage import Stage
from workflows.cli.watching import Expected, wait, watch


@click.command()
@click.argument("run")
@reason
@click.option("--watch/--no-watch", "watched", default=False, help="Show the run that takes it live until it ends.")
@as_json
@on_stage
def approve(stage: Stage, *, run: str, reason: str, watched: bool, as_json: bool) -> None:
    """Approve the version of a RUN that ended Waiting: a run takes it live, with replay and canary."""
    started = approving.approve(
        stage.edges,
        run=run,
        reason=REASON_OF_A_MOVE.check(reason, name="reason").strip(),
        who=person.name(),
        idempotency_key=None,
        attempt=secrets.token_hex(approving.ATTEMPT_BYTES),
    )
    name = started["run"]
    if not as_json:
        said = "started" if started["new"] else "found"
        console.print(f"{said} run {name}, which takes version {started['model_version']} live", markup=False)
    if watched:
        with told_when_interrupted(f"run {name} goes on; nightswap runs {name} shows it (--stage {stage.name})"):
            expected = Expected(stage.edges.clock, durations.last_time(stage.edges, model=started["model"], run=name))
            follow = wait if as_json else partial(watch, expected=expected)
            found = follow(lambda: core.describe(stage.edges, run=name))
        show(stage, found, as_json=as_json)
        sys.exit(0 if found["outcome"] in WENT_WELL else 1)
    if as_json:
        screen.show_json(started)


@click.command()
@click.argument("run")
@reason
@as_json
@on_stage
def reject(stage: Stage, *, run: str, reason: str, as_json: bool) -> None:
    """Reject the version of a RUN that ended Waiting: it is quarantined, and what is live stays live."""
    waiting = approving.to_reject(stage.edges, run=run)
    move(stage, REJECT, model=waiting.model, version=waiting.model_version, reason=reason, as_json=as_json)


COMMANDS = (approve, reject)
