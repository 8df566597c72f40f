"""nightswap model remove: takes a model off the air, and deletes what the stage holds of it."""

from __future__ import annotations

import click

from chalicelib.cutting import amount, listed, verb
from chalicelib.errors import CommandFailed
from chalicelib.names import MODEL_NAME
from chalicelib.registry import catalog
from lambdas import recipes
from workflows.cli.bringing_back import bring_back
from workflows.cli.deploy import carry_out
from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import on_stage
from workflows.cli.screen import say
from workflows.cli.stage import Stage
from workflows.deploying import model_data


@click.group()
def model() -> None:
    """Remove a model."""


@model.command()
@click.argument("name")
@click.option("--data", "with_data", is_flag=True, help="Delete its data set, versions and ledger too, for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@on_stage
def remove(stage: Stage, name: str, with_data: bool, yes: bool) -> None:
    """Take model NAME off the air: its alias and its serving function go, by a deployment without it.

    Its recipe has to be gone from lambdas/recipes first. Without --data all else stays in the bucket: a deployment
    with the recipe, then nightswap restore NAME, brings it back. What was interrupted goes on by running it again.
    """
    if not MODEL_NAME.fullmatch(name):
        raise click.UsageError(f"{name!r} is not a model's name")
    if name in recipes.names():
        raise CommandFailed(
            f"the recipe of {name} is there, so the next deployment would make it again: take"
            f" lambdas/recipes/{name.replace('-', '_')}.py away, then repeat this"
        )
    deployed = catalog.models(stage.edges.store)
    is_served = name in deployed
    found = model_data.find(stage.object_versions, model=name) if with_data else []
    if not is_served and not found:
        kept = "" if with_data else "; with --data, what is kept of one that was removed goes"
        raise CommandFailed(f"stage {stage.name} has no model {name}: deployed are {listed(deployed)}{kept}")
    model_data.refuse_while_running(stage.edges, model=name)
    if found:
        gone = f"{amount(len(found), 'object')} {verb(len(found), 'is', 'are')} deleted for good"
        say(f"{gone}: the data set, the versions and the ledger of {name}")
    if not yes:
        click.confirm(f"Remove {name} from stage {stage.name}?", abort=True)
    with told_when_interrupted(GOES_ON):
        if is_served:
            carry_out(stage, quiet=False, removes=[name])
            bring_back(stage.edges, who="model remove", say=say)
            model_data.refuse_while_running(stage.edges, model=name)
        if with_data:
            stage.object_versions.delete(model_data.find(stage.object_versions, model=name))
    say(f"{name} is removed" + ("" if with_data else "; its data set, versions and ledger are kept"))


COMMANDS = (model,)
