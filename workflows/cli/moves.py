"""nightswap rollback, promote, pin, unpin: lets an operator move the alias, through the stage's own function."""

from __future__ import annotations

import secrets
import sys
from contextlib import suppress
from typing import Any

import click

from chalicelib.api import responses
from chalicelib.bodies import REASON_OF_A_MOVE
from chalicelib.contracts.interventions import MoveAliasTask
from chalicelib.edges.pauses import growing
from chalicelib.errors import TransientError, leaves
from chalicelib.interventions import move_requests
from chalicelib.interventions.move_decisions import PIN, PROMOTE, ROLLBACK, UNPIN
from chalicelib.registry import models
from workflows import person
from workflows.cli.interruption import told_when_interrupted
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import console, show_json
from workflows.cli.stage import Stage

TRIES = 3
"""A request keeps its name, so it can be sent again after a lost answer."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 5.0
"""A version that nobody asked for weeks is put to sleep by Lambda, and takes some seconds to wake."""

reason = click.option("--reason", required=True, help="Why, for the ledger.")
number = click.IntRange(min=1)


@click.command()
@click.option("--to", type=number, help="The model version to go back to; without it the one that was live before.")
@reason
@model
@as_json
@on_stage
def rollback(stage: Stage, *, to: int | None, reason: str, model: str, as_json: bool) -> None:
    """Go back to an earlier version, and quarantine the one that is live. A canary that is going is taken back."""
    move(stage, ROLLBACK, model=model, version=to, reason=reason, as_json=as_json)


@click.command()
@click.argument("version", type=number)
@click.option("--lift-quarantine", is_flag=True, help="Although the version was rolled back.")
@reason
@model
@as_json
@on_stage
def promote(stage: Stage, *, version: int, lift_quarantine: bool, reason: str, model: str, as_json: bool) -> None:
    """Make a model VERSION live that the registry has."""
    move(stage, PROMOTE, model=model, version=version, reason=reason, as_json=as_json, lift=lift_quarantine)


@click.command()
@click.argument("version", type=number, required=False)
@reason
@model
@as_json
@on_stage
def pin(stage: Stage, *, version: int | None, reason: str, model: str, as_json: bool) -> None:
    """Hold a model VERSION live, or the one that is: runs train and judge as ever, and move nothing."""
    move(stage, PIN, model=model, version=version, reason=reason, as_json=as_json)


@click.command()
@reason
@model
@as_json
@on_stage
def unpin(stage: Stage, *, reason: str, model: str, as_json: bool) -> None:
    """Let runs promote again."""
    move(stage, UNPIN, model=model, version=None, reason=reason, as_json=as_json)


def move(
    stage: Stage, action: str, *, model: str, version: int | None, reason: str, as_json: bool, lift: bool = False
) -> None:
    models.check(stage.edges, model=model)
    attempt = secrets.token_hex(move_requests.ATTEMPT_BYTES)
    task = MoveAliasTask(
        name=move_requests.name(action, model=model, idempotency_key=None, attempt=attempt),
        action=action,
        model=model,
        model_version=version,
        reason=REASON_OF_A_MOVE.check(reason, name="reason").strip(),
        who=person.name(),
        lift_quarantine=lift,
    )
    left = f"it may be done all the same: nightswap history {model} shows whether it is (--stage {stage.name})"
    with told_when_interrupted(left), console.status("verifying the version, then moving the alias"):
        status, body = _asked(stage, task)
    if as_json:
        show_json(body)
        sys.exit(0 if status == 200 else 1)
    if status != 200:
        raise responses.to_error(body)
    _tell(body)


def _asked(stage: Stage, task: MoveAliasTask) -> tuple[int, dict[str, Any]]:
    pauses = growing(FIRST_PAUSE_SECONDS, longest_seconds=LONGEST_PAUSE_SECONDS)
    for _ in range(TRIES - 1):
        with suppress(TransientError):
            status, body = move_requests.ask(stage.pipeline, task)
            if body.get("Code") not in leaves(TransientError):
                return status, body
        stage.edges.sleep(next(pauses))
    return move_requests.ask(stage.pipeline, task)


def _tell(body: dict[str, Any]) -> None:
    at = f"as function version {body['to']['function_version']}"
    if not body["moved"]:
        lines = []
    elif body["from"]["model_version"] == body["to"]["model_version"]:
        lines = [f"{body['model']} stays at version {body['to']['model_version']}, {at}"]
    else:
        before = "nothing" if body["from"]["model_version"] is None else f"version {body['from']['model_version']}"
        lines = [f"{body['model']}: {before} -> version {body['to']['model_version']}, {at}, in {body['took_ms']} ms"]
    lines += body["remarks"]
    lines += [f"version {each} is quarantined" for each in body["quarantined"]]
    if body["lifted"]:
        lines.append("the quarantine is lifted")
    if body["pinned"] is not None:
        lines.append(f"version {body['pinned']} is pinned: runs train and judge, and move nothing")
    for line in lines:
        console.print(line, markup=False)


COMMANDS = (rollback, promote, pin, unpin)
