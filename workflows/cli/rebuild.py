"""nightswap rebuild: trains a version again from exactly the files that it was made of, and tells how far it is."""

from __future__ import annotations

import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from chalicelib.cutting import amount, verb
from chalicelib.registry import models
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import counting, show_json
from workflows.cli.sentences import sentence
from workflows.cli.stage import Stage
from workflows.rebuilding import rebuild as core
from workflows.rebuilding.rebuild import Rebuilt


@click.command()
@click.argument("version", type=click.IntRange(min=1))
@model
@as_json
@on_stage
def rebuild(stage: Stage, *, version: int, model: str, as_json: bool) -> None:
    """Train a model VERSION again, here, from exactly the files that it was made of. Changes nothing on the stage.

    Says whether the artifact is equal bit by bit, or how far the answers are apart. Recipe and code are those of this
    checkout: check the commit out that trained the version. Exits 1 when the artifact is not equal.
    """
    models.check(stage.edges, model=model)
    with tempfile.TemporaryDirectory(prefix="nightswap-rebuild-") as folder, counting("rebuilding") as progress:
        found = core.rebuild(
            stage.edges,
            stage.object_versions,
            model=model,
            model_version=version,
            folder=Path(folder),
            progress=progress,
        )
    if as_json:
        show_json(asdict(found))
    else:
        for line in in_lines(found):
            sentence(line)
    sys.exit(0 if found.is_equal else 1)


def in_lines(found: Rebuilt) -> list[str]:
    """What a person reads."""
    named = f"version {found.model_version} of {found.model}"
    if found.is_equal:
        return [f"{named}, trained again from the same files, is equal bit by bit: SHA-256 {found.sha256}"]
    lines = [f"{named}, trained again from the same files, is another one: SHA-256 {found.sha256}"]
    if found.recipe_changed:
        lines.append("the recipe is not the one of then: check out the commit that trained it")
    if found.distance is not None:
        far = found.distance
        gets = verb(far.other_labels, "gets", "get")
        lines.append(
            f"on {amount(far.rows, 'row')} of the holdout {far.other_labels:,} {gets} another label; the"
            f" largest difference of"
            f" two probabilities is {far.largest:.3g}"
        )
    if found.problem:
        lines.append(f"how far it is cannot be told: {found.problem}")
    return lines


COMMANDS = (rebuild,)
