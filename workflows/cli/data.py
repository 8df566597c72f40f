"""nightswap data: what a model is trained on."""

from __future__ import annotations

from pathlib import Path

import click
from rich.progress import track

from chalicelib import layout, models
from chalicelib.edges import Edges, Listed
from chalicelib.errors import BadRequest
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import console, show_json, table
from workflows.cli.stage import Stage


@click.group()
def data() -> None:
    """Add, list and remove the files that a model is trained on."""


@data.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@model
@click.option("--replace", is_flag=True, help="Replace a file of the same name that has other content.")
@on_stage
def add(stage: Stage, files: tuple[Path, ...], model: str, replace: bool) -> None:
    """Add CSV files (gzip is fine). A data set only grows: each night's file is one more."""
    models.check(stage.edges, model=model)
    for file in track(files, description="adding", console=console, transient=True):
        add_file(stage.edges, file, model=model, replace=replace)
        console.print(f"added {file.name} to the data set of {model}", markup=False)


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
    """Take files out of a data set. They are kept in the bucket below removed/."""
    models.check(stage.edges, model=model)
    for each in names:
        remove_object(stage.edges, each, model=model)
        kept = f"s3://{stage.names.bucket}/{layout.removed(model, each)}"
        console.print(f"removed {each}; it is kept as {kept}", markup=False)


def add_file(edges: Edges, file: Path, *, model: str, replace: bool) -> None:
    """Put a file into the data set; harmless when it is there already.

    Raises BadRequest when there is another file of that name and `replace` is not given.
    """
    key, body = layout.dataset(model, file.name), file.read_bytes()
    if replace:
        edges.store.put(key, body)
        return
    if edges.store.put_if_absent(key, body):
        return
    there = edges.store.find(key)
    if there is None or there.body != body:
        raise BadRequest(
            f"{file.name} is in the data set of {model} with other content:"
            " give the file another name, or say --replace"
        )


def objects(edges: Edges, *, model: str) -> list[Listed]:
    return [each for each in edges.store.list(layout.dataset(model)) if not each.key.endswith("/")]


def name(listed: Listed, *, model: str) -> str:
    return listed.key.removeprefix(layout.dataset(model))


def remove_object(edges: Edges, wanted: str, *, model: str) -> None:
    """Move an object out of the data set; raises BadRequest when there is none of that name."""
    key = layout.dataset(model, wanted)
    if edges.store.find(key) is None:
        known = ", ".join(name(each, model=model) for each in objects(edges, model=model)) or "none"
        raise BadRequest(f"the data set of {model} has no file {wanted!r}; it has: {known}")
    edges.store.copy(key, layout.removed(model, wanted))
    edges.store.delete(key)


COMMANDS = (data,)
