"""nightswap data sample: writes a known public data set, checked, as a file to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from chalicelib.errors import BadRequest
from workflows.cli.screen import byte_progress, say
from workflows.cli.sentences import sentence
from workflows.sample_data.known import NAMES, Known, known


@click.command()
@click.argument("name", required=False)
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), default=Path(), help="The folder; by default this one."
)
@click.option("--archive", type=click.Path(path_type=Path), help="Its archive, where you downloaded it by hand.")
def sample(name: str | None, folder: Path, archive: Path | None) -> None:
    """Write the public data set NAME as a CSV file, or say why it cannot be had; without NAME list what there is.

    What it is made of is known by its SHA-256: the file is that data set, or there is none.
    """
    if name is None:
        for each in map(Known, NAMES):
            sentence(f"{each.name}: {each.about}")
        return
    wanted = known(name)
    if not folder.is_dir():
        raise BadRequest(f"{folder} is no folder")
    with byte_progress() as progress:
        file = wanted.write(folder, given=archive, progress=progress)
    say(f"wrote {file}")
    say(f"a model of it: {wanted.way_on(file)}")
