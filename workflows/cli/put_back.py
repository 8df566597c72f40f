"""nightswap put-back: a document that was damaged or deleted is as it was before."""

from __future__ import annotations

import click

from chalicelib import putting_back
from workflows.cli.options import on_stage
from workflows.cli.screen import console
from workflows.cli.stage import Stage


@click.command("put-back")
@click.argument("key")
@on_stage
def put_back(stage: Stage, key: str) -> None:
    """Put back what lay at a KEY of the stage's bucket before it was damaged or deleted, as nightswap verify says."""
    done = putting_back.put_back(stage.edges.store, key=key)
    now = "removed, as it was before" if done.size_bytes is None else f"put back, {done.size_bytes:,} bytes"
    console.print(f"{key}: {now}", markup=False, soft_wrap=True)


COMMANDS = (put_back,)
