"""nightswap data: adds, lists and removes the files that a model is trained on."""

from __future__ import annotations

from pathlib import Path

import click

from chalicelib import layout
from chalicelib.registry import models
from workflows.checking.file import LocalFile
from workflows.cli.erase import erase
from workflows.cli.interruption import told_when_interrupted
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import counting, say, show_json, table
from workflows.cli.stage import Stage
from workflows.data_set.adding import Addition, Mode, add_all
from workflows.data_set.objects import name, objects
from workflows.data_set.removing import remove_all


@click.group()
def data() -> None:
    """Add, list and remove the files that a model is trained on."""


@data.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@model
@click.option("--replace", is_flag=True, help="Replace a file of the same name that has other content.")
@click.option("--twice", is_flag=True, help="Add a file whose rows are in the data set already, under another name.")
@click.option("--no-check", "unchecked", is_flag=True, help="Do not read the files as a run would.")
@on_stage
def add(stage: Stage, files: tuple[Path, ...], model: str, replace: bool, twice: bool, unchecked: bool) -> None:
    """Add CSV files (gzip is fine). A data set only grows: each night's file is one more.

    Each file is read as a run would read it, and all are added or none.
    """
    models.check(stage.edges, model=model)
    taken = [LocalFile.at(file) for file in files]
    mode = Mode(replaces=replace, twice=twice, checks=not unchecked)
    is_whole = f"nothing was added, unless nightswap data list --model {model} shows all of it; repeat the command"
    with told_when_interrupted(is_whole), counting("adding") as progress:
        added = add_all(Addition(stage.edges, model, mode, progress, stage.settings), taken)
    for each in taken:
        said = f"added {each.name} to" if each.name in added else f"{each.name} is already in"
        say(f"{said} the data set of {model}")


@data.command("list")
@model
@as_json
@on_stage
def list_(stage: Stage, model: str, as_json: bool) -> None:
    """List the files of a data set."""
    models.check(stage.edges, model=model)
    found = objects(stage.edges, model=model)
    rows = [[name(each, model=model), each.size_bytes, f"{each.modified_at:%Y-%m-%d %H:%M:%S}"] for each in found]
    if as_json:
        show_json([dict(zip(("name", "size_bytes", "modified_at"), row, strict=True)) for row in rows])
    else:
        table(f"data set of {model}", ["name", "bytes", "added (UTC)"], rows)


@data.command()
@click.argument("names", nargs=-1, required=True)
@model
@on_stage
def remove(stage: Stage, names: tuple[str, ...], model: str) -> None:
    """Take files out of a data set, all or none. They are kept in the bucket below removed/."""
    models.check(stage.edges, model=model)
    remove_all(stage.edges, names, model=model)
    for each in dict.fromkeys(names):
        kept = f"s3://{stage.names.bucket}/{layout.removed(model, each)}"
        say(f"removed {each}; it is kept as {kept}")


data.add_command(erase)

COMMANDS = (data,)
