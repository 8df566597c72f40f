"""nightswap destroy: removes a stage without a trace, and proves it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import on_stage
from workflows.cli.screen import console, table
from workflows.cli.stage import ROOT, Stage
from workflows.deploying.destroy import Destruction
from workflows.deploying.leftovers import Leftover
from workflows.deploying.progress import Step


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--keep-data", is_flag=True, help="Leave data, models, ledger and tokens; a later deploy finds them.")
@click.option("--check", is_flag=True, help="Remove nothing: list what is there, and fail if any of it costs.")
@on_stage
def destroy(stage: Stage, yes: bool, keep_data: bool, check: bool) -> None:
    """Remove the stage: Chalice app, stacks, data, logs. What was interrupted is continued by running it again."""
    destruction = Destruction(
        names=stage.names,
        clients=stage.clients,
        root=ROOT,
        environ=os.environ,
        report=_report,
        keep_data=keep_data,
    )
    destruction.check_stage()
    found = destruction.left()
    show(found, stage=stage.name)
    if check:
        sys.exit(1 if any(each.is_billable for each in found) else 0)
    if not found:
        return
    if not yes:
        click.confirm(f"Remove all this of stage {stage.name} for good?", abort=True)
    with told_when_interrupted(GOES_ON):
        destruction.carry_out()
    kept = f"; its data is kept, and nightswap deploy --stage {stage.name} finds it again" if keep_data else ""
    console.print(f"stage {stage.name} is removed{kept}")


def show(found: Sequence[Leftover], *, stage: str) -> None:
    if not found:
        console.print(f"there is nothing of stage {stage} in this account and region")
        return
    rows = [[each.kind, each.name, "yes" if each.is_billable else "no"] for each in found]
    table(f"of stage {stage}", ["what", "name", "can cost"], rows)


def _report(step: Step) -> None:
    console.print(f"  {step.phase}: {step.subject} {step.status}".rstrip(), markup=False)


COMMANDS = (destroy,)
