"""nightswap import: brings a model that was trained elsewhere."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from chalicelib.api import doors
from chalicelib.bodies import REASON
from chalicelib.cutting import listed
from chalicelib.errors import CommandFailed
from chalicelib.limits import IMPORT_BYTES
from chalicelib.registry import models
from chalicelib.runs import retraining
from workflows.cli.options import as_json, on_stage
from workflows.cli.runs import follow
from workflows.cli.screen import say
from workflows.cli.stage import Stage
from workflows.importing import importing


@click.command("import")
@click.argument("file", metavar="MODEL", type=click.Path(path_type=Path))
@click.option("--recipe", "model", required=True, help="The recipe that the model is for.")
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="NAME",
    help="The name of its class 0, again for 1 and so on; else as the file names them, or the recipe's in their"
    " order, the positive one last.",
)
@click.option("--force", is_flag=True, help="Judge it even if it was judged on this data. The gate stands.")
@click.option("--reason", default="imported", show_default=True, help="Why, for the record.")
@click.option("--key", help="Idempotency key: the same key is the same run.")
@click.option("--watch/--no-watch", "watched", default=False, help="Show the run until it ends.")
@as_json
@on_stage
def import_(
    stage: Stage,
    *,
    file: Path,
    model: str,
    classes: tuple[str, ...],
    force: bool,
    reason: str,
    key: str | None,
    watched: bool,
    as_json: bool,
) -> None:
    """Bring a MODEL that was trained elsewhere, XGBoost's JSON or ONNX, and let the gate judge it.

    The file is checked here, and again by the run, which judges it on the recipe's holdout, publishes it and takes it
    live like one that was trained here. The next night goes on from the recipe's own estimator: pin the imported
    version to keep it.
    """
    models.check(stage.edges, model=model)
    content = _taken(file)
    checked = importing.check(
        stage.edges,
        content,
        model=model,
        classes=classes,
        train_mb=stage.settings.train_memory_mb,
        evaluate_mb=stage.settings.evaluate_memory_mb,
    )
    named = checked.classes
    if not as_json:
        say(f"{file.name}: its classes 0 to {len(named) - 1} are {listed(named)}")
        for warning in checked.warnings:
            say(f"{file.name}: {warning}")
    brought = importing.bring(stage.edges, content, file=file.name, model=model, classes=named)
    wish = retraining.Wish(model=model, force=force, reason=REASON.check(reason, name="reason"), imports=brought)
    started = retraining.on_demand(
        stage.edges, wish=wish, idempotency_key=doors.idempotency_key(key), attempt=secrets.token_hex(3)
    )
    follow(stage, started, model=model, watched=watched, as_json=as_json)


def _taken(file: Path) -> bytes:
    """Raises CommandFailed before anything is sent."""
    if not file.is_file():
        raise CommandFailed(f"there is no file {file}")
    if file.stat().st_size > IMPORT_BYTES:
        raise CommandFailed(
            f"{file.name} has {file.stat().st_size / 1e6:.0f} MB, and {IMPORT_BYTES / 1e6:.0f} MB at most are"
            " imported"
        )
    return file.read_bytes()


COMMANDS = (import_,)
