"""nightswap data: adds, lists and removes the files that a model is trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from chalicelib import layout
from chalicelib.cutting import amount, rows_of_each
from chalicelib.registry import models
from workflows.checking.file import LocalFile
from workflows.cli.convert import convert_
from workflows.cli.erase import erase
from workflows.cli.interruption import told_when_interrupted
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.sample import sample
from workflows.cli.screen import counting, damage, say, show_json, table_with_lines
from workflows.cli.sentences import sentence
from workflows.cli.stage import Stage
from workflows.data_set.adding import Addition, Mode, add_all
from workflows.data_set.listing import OUTSIDE, QUARANTINED, REMOVED, Entry, listing
from workflows.data_set.releasing import release_all
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
    warnings: list[str] = []
    with told_when_interrupted(is_whole), counting("adding") as progress:
        addition = Addition(stage.edges, model, mode, progress, stage.settings, warn=warnings.append)
        added = add_all(addition, taken)
    for each in taken:
        said = f"added {each.name} to" if each.name in added else f"{each.name} is already in"
        say(f"{said} the data set of {model}")
    way_out = f"If the file is wrong: nightswap data remove FILE --model {model}, then add it corrected"
    for warning in warnings:
        sentence(f"warning: {warning}. {way_out}")


@data.command("list")
@model
@as_json
@on_stage
def list_(stage: Stage, model: str, as_json: bool) -> None:
    """List the files of a data set, and those taken out, with their rows and classes as the last run counted them.

    A file is `trained on` if the live version is, `new` if not, and `replaced` if that is trained on other content of
    this name; `quarantined` if runs leave it out because it is bad; `outside the window` if the recipe leaves it
    out. No file is read for that.
    """
    models.check(stage.edges, model=model)
    found = listing(stage.edges, model=model)
    if as_json:
        show_json([_to_document(each) for each in found.entries])
        return
    say(f"data set of {model}; {'no known version is' if found.live is None else f'version {found.live} is'} live")
    rows = [((each.state, _time(each), _rows(each), each.name), [_details(each)]) for each in found.entries]
    table_with_lines(["now", "since (UTC)", "rows", "name"], rows)
    damage(found.damaged)


def _to_document(entry: Entry) -> dict[str, Any]:
    return {**vars(entry), "modified_at": _time(entry)}


def _time(entry: Entry) -> str:
    return f"{entry.modified_at:%Y-%m-%d %H:%M:%S}"


def _rows(entry: Entry) -> str:
    if entry.rows is not None:
        return f"{entry.rows:,}"
    if entry.state == QUARANTINED:
        return "left out"
    return "not recorded" if entry.trained_by or entry.state in (OUTSIDE, REMOVED) else "not read yet"


def _details(entry: Entry) -> str:
    is_out = entry.state in (OUTSIDE, REMOVED)
    still = [f"version {entry.trained_by} is trained on it"] if is_out and entry.trained_by else []
    return "; ".join(
        [
            *([rows_of_each(entry.classes)] if entry.classes else ()),
            f"{amount(entry.size_bytes, 'byte')}",
            *still,
            *_bad(entry),
        ]
    )


def _bad(entry: Entry) -> Iterator[str]:
    if entry.why_left_out:
        rows = f"{amount(entry.rows_left_out, 'bad row')} left out" if entry.rows_left_out else "left out"
        yield f"{rows} since {entry.left_out_since}: {entry.why_left_out}"


@data.command()
@click.argument("names", nargs=-1, required=True)
@model
@on_stage
def remove(stage: Stage, names: tuple[str, ...], model: str) -> None:
    """Take files out of a data set, all or none. They are kept in the bucket below removed/."""
    models.check(stage.edges, model=model)
    is_whole = f"nothing was removed, unless nightswap data list --model {model} shows so; repeat the command"
    with told_when_interrupted(is_whole):
        remove_all(stage.edges, names, model=model)
    for each in dict.fromkeys(names):
        kept = f"s3://{stage.names.bucket}/{layout.removed(model, each)}"
        say(f"removed {each}; it is kept as {kept}")


@data.command()
@click.argument("names", nargs=-1, required=True)
@model
@on_stage
def release(stage: Stage, names: tuple[str, ...], model: str) -> None:
    """Take files out of quarantine: the next run reads them again, and leaves out or takes what it finds."""
    models.check(stage.edges, model=model)
    for each in release_all(stage.edges, names, model=model):
        say(f"released {each}: the next run reads it")


data.add_command(convert_)
data.add_command(erase)
data.add_command(sample)

COMMANDS = (data,)
