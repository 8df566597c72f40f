"""nightswap deploy, render, url: deploys the checkout as a running stage."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from lambdas import recipes
from workflows.checking.capacity import capacity
from workflows.checking.formats import needs
from workflows.checking.recipe import notes_of_all, served
from workflows.cli.bringing_back import bring_back
from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import console, show_json
from workflows.cli.sentences import sentence
from workflows.cli.stage import ROOT, Stage
from workflows.definitions import checker, rendering
from workflows.definitions.checks.machines import RETRAIN, TRANSFORM, Machine
from workflows.deploying import record
from workflows.deploying.chalice_app.app import find_api, url_under
from workflows.deploying.cloudformation.change_sets import MADE_AGAIN
from workflows.deploying.deploy import Deployed
from workflows.deploying.deploy import deploy as deploy_stage
from workflows.deploying.progress import Step
from workflows.doctor.finding import refuse
from workflows.doctor.stage.stage_settings import check_recipes, check_settings


@click.command()
@click.option(
    "--remove-model",
    "removes",
    multiple=True,
    metavar="NAME",
    help="Take a model off the air whose recipe is gone; its registry and ledger stay. May be repeated.",
)
@as_json
@on_stage
def deploy(stage: Stage, as_json: bool, removes: tuple[str, ...]) -> None:
    """Create or update the stage: data stack, packages, stack, Chalice app. Live traffic stays where it is."""
    with told_when_interrupted(GOES_ON):
        done = carry_out(stage, quiet=as_json, removes=removes)
        bring_back(stage.edges, who="deploy", say=lambda line: click.echo(line, err=as_json))
    if as_json:
        show_json(vars(done))
    else:
        console.print(f"deployed stage {stage.name}: {stage.short_url or done.api_url}", soft_wrap=True)
        for note in done.notes:
            sentence(f"note: {note}")


def carry_out(stage: Stage, *, quiet: bool, removes: Sequence[str]) -> Deployed:
    """Deploy with a line for each part, or, where the screen can be redrawn, one line that changes.

    What each model takes is told beforehand; who is quiet has it among the notes. Raises DeploymentFailed before
    anything is changed when a setting or a recipe is wrong.
    """
    models = recipes.names()
    refuse(check_settings(stage.name, root=ROOT))
    refuse(check_recipes(stage.name, root=ROOT, models=models, load=served, problems=recipes.problems()))
    loaded = [recipes.load(model) for model in models]
    fitting = [capacity(each, stage.settings).in_words() for each in loaded]
    if not quiet:
        for each in fitting:
            sentence(f"note: {each}")
    with console.status(f"deploying stage {stage.name}") as status:

        def report(step: Step) -> None:
            said = f"{step.phase}: {step.subject} {step.status}".rstrip()
            if step.status == MADE_AGAIN:
                click.echo(f"stack {step.phase}: {step.subject}; {step.status}", err=True)
            elif console.is_terminal:
                status.update(said)
            elif not quiet and step.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "uploaded", ""}:
                console.print(f"  {said}", markup=False)

        done = deploy_stage(
            stage.name,
            session=stage.session,
            root=ROOT,
            models=models,
            report=report,
            environ=os.environ,
            removes=removes,
            needs=needs(models),
        )
    return replace(done, notes=(*done.notes, *notes_of_all(loaded), *(fitting if quiet else ())))


@click.command()
@click.option("--check", is_flag=True, help="Say whether the committed definition is the rendered one, and sound.")
@click.option("--write", is_flag=True, help="Write it to the committed definition.")
@click.option(
    "--engine",
    type=click.Choice(rendering.ENGINES),
    default=rendering.LAMBDA,
    show_default=True,
    help="What recipes of the stage may train on, beside Lambda.",
)
@click.option(
    "--algorithm",
    type=click.Choice(rendering.ALGORITHMS),
    help="SageMaker's own, which recipes of the stage may name. The machine with one has them all.",
)
@click.option("--tuner", is_flag=True, help="Recipes of the stage may be tuned by SageMaker's tuner, too.")
@click.option(
    "--batch-transform", is_flag=True, help="The machine that transforms a batch, where versions have endpoints."
)
@click.option(
    "--target",
    type=click.Choice(rendering.TARGETS),
    default=rendering.FUNCTION,
    show_default=True,
    help="What answers for versions of the stage, beside their functions.",
)
def render(
    *,
    check: bool,
    write: bool,
    engine: str,
    algorithm: str | None,
    tuner: bool,
    batch_transform: bool,
    target: str,
) -> None:
    """Print the state machine as the stepfunctions SDK renders it."""
    if batch_transform:
        if engine != rendering.LAMBDA or algorithm or tuner or target != rendering.FUNCTION:
            raise click.UsageError("--batch-transform is one machine, which no other option changes")
        text = rendering.rendered(ROOT, engine=rendering.TRANSFORM)
        committed = rendering.golden_file(rendering.TRANSFORM)
        show_rendered(text, check=check, write=write, committed=committed, machine=TRANSFORM)
        return
    if engine != rendering.SAGEMAKER and (algorithm is not None or tuner):
        raise click.UsageError(f"--{'tuner' if tuner else 'algorithm'} is of --engine sagemaker")
    engine = rendering.engine_of(
        on_sagemaker=engine == rendering.SAGEMAKER, by_built_ins=algorithm is not None, by_tuner=tuner
    )
    text = rendering.rendered(ROOT, engine=engine, target=target)
    show_rendered(text, check=check, write=write, committed=rendering.golden_file(engine, target))


def show_rendered(text: str, *, check: bool, write: bool, committed: Path, machine: Machine = RETRAIN) -> None:
    """Write the definition, check it, or print it. A check ends the process."""
    if write:
        committed.write_text(text, encoding="utf-8")
        console.print(f"wrote {os.path.relpath(committed, ROOT)}")
    elif check:
        problems = checker.problems(text, machine=machine)
        if text != committed.read_text(encoding="utf-8"):
            problems.append("the committed definition differs from its source: nightswap render --write")
        for problem in problems:
            console.print(problem, markup=False)
        sys.exit(1 if problems else 0)
    else:
        click.echo(text, nl=False)


@click.command()
@on_stage
def url(stage: Stage) -> None:
    """Print the address of the stage's API; any clone can ask."""
    if stage.short_url is None:
        record.fetch(stage.names, clients=stage.clients, root=ROOT, report=lambda _: None)
        click.echo(url_under(os.environ.get("AWS_ENDPOINT_URL"), find_api(stage.name, root=ROOT), stage=stage.name))
    else:
        click.echo(stage.short_url)


COMMANDS = (deploy, render, url)
