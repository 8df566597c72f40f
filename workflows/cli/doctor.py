"""nightswap doctor: finds what would stop a deployment, and says how to repair it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import boto3
import click
from botocore.exceptions import BotoCoreError
from rich.console import Console
from rich.text import Text

from chalicelib.aws.object_store import BucketStore
from chalicelib.cutting import amount
from lambdas import recipes
from workflows.aws_errors import way_out
from workflows.checking.formats import needs, serving_packages
from workflows.checking.recipe import served
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import BAD, GOOD, console, say, show_json
from workflows.cli.sentences import in_lines
from workflows.cli.stage import LOCAL, ROOT, Stage
from workflows.deploying.asking import clients_of
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources, function_names
from workflows.deploying.cloudformation.uploads import definition_for, transform_definition_for
from workflows.doctor.account.online import examine_online
from workflows.doctor.deployer_policy import policy_of
from workflows.doctor.examination import Account, Checkout, examine_account, examine_checkout
from workflows.doctor.finding import Finding, Severity, error, is_healthy, note
from workflows.doctor.machine.requirements import chalice_package
from workflows.doctor.stage.stage_settings import is_configured
from workflows.local.process import LocalAws
from workflows.packaging.layers import build, layer_of
from workflows.packaging.sizes import FunctionSize, of_stage
from workflows.packaging.tasks import tasks_package
from workflows.stacks.data_stack import data_template
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import stage_settings

COLOURS = {Severity.OK: GOOD, Severity.NOTE: "cyan", Severity.WARNING: "yellow", Severity.ERROR: BAD}


@click.command()
@click.option("--sizes", "with_sizes", is_flag=True, help="Build the layers too, and measure every function.")
@click.option("--online", is_flag=True, help="Ask AWS what it says of templates and state machine; it makes nothing.")
@click.option("--print-policy", is_flag=True, help="Print the smallest IAM policy of who deploys the stage.")
@as_json
@on_stage
def doctor(stage: Stage, *, with_sizes: bool, online: bool, print_policy: bool, as_json: bool) -> None:
    """Say what stands in the way of a deployment, and the way out. It fails if anything is an error."""
    if print_policy:
        show_json(policy_of(stage.names, stage_settings(stage.name, root=ROOT)))
        return
    findings = examined(stage, with_sizes=with_sizes, online=online)
    if as_json:
        found = list(findings)
        show_json([asdict(each) for each in found])
    else:
        found = list(shown(findings))
        errors = sum(each.severity is Severity.ERROR for each in found)
        console.print(f"stage {stage.name}: {amount(errors, 'error') if errors else 'nothing stands in the way'}")
    sys.exit(0 if is_healthy(found) else 1)


def examined(stage: Stage, *, with_sizes: bool, online: bool) -> Iterator[Finding]:
    """All findings, each as soon as it is known."""
    checkout = Checkout(
        root=ROOT,
        stage=stage.name,
        models=recipes.names(),
        load_recipe=served,
        recipe_problems=recipes.problems(),
        needs=lambda: needs(recipes.names()),
        build=chalice_package(stage.name, root=ROOT, environ=os.environ),
        measure=(lambda: measured(stage.name)) if with_sizes else None,
    )
    yield from examine_checkout(checkout)
    if not with_sizes:
        yield note("were not measured", where="sizes", way_out=f"nightswap doctor --sizes --stage {stage.name}")
    if not is_configured(stage.name, root=ROOT):
        return
    if stage.name == LOCAL and LocalAws.running(ROOT) is None:
        yield note("is not running, so nothing was asked of it", where="local AWS", way_out="make run")
        return
    try:
        session = stage.session
    except BotoCoreError as exc:
        yield error(str(exc), where="AWS profile", way_out=way_out(exc))
        return
    account = account_of(session, stage=stage.name)
    found = []
    for each in examine_account(checkout, account):
        found.append(each)
        yield each
    if online and is_healthy(found):
        yield from asked_online(stage, account)


def asked_online(stage: Stage, account: Account) -> Iterator[Finding]:
    """AWS's checks of the templates and the definition that a deployment would send."""
    settings, wanted = stage_settings(stage.name, root=ROOT), needs(recipes.names())
    templates = {
        stage.names.data_stack: data_template(stage.names, settings=settings),
        stage.names.stack: main_template(stage.name, models=recipes.names(), settings=settings, needs=wanted),
    }
    yield from examine_online(
        account.clients,
        stage.names,
        definition=definition_for(ROOT, wanted, stage=stage.name, settings=settings),
        transform=transform_definition_for(ROOT, wanted, stage=stage.name, settings=settings),
        templates={name: json.dumps(each, separators=(",", ":")) for name, each in templates.items()},
    )


def account_of(session: boto3.Session, *, stage: str) -> Account:
    """The account of the session, as the checks reach it."""
    clients = clients_of(session)
    return Account(
        region=session.region_name,
        clients=clients,
        store=lambda names: BucketStore(clients("s3"), bucket=names.bucket),
        apis=lambda names: ChaliceResources(
            names=names, clients=clients, functions=function_names(stage, root=ROOT)
        ).apis(),
    )


def measured(stage: str) -> Sequence[FunctionSize]:
    """Every task and every serving function with the layers that its stage gives it.

    Fetches the wheels of layers that are not in the cache.
    """
    architecture, wanted = stage_settings(stage, root=ROOT).architecture, needs(recipes.names())
    layers = {
        name: build(layer_of(name), root=ROOT, architecture=architecture, report=console.print)
        for name in wanted.layers
    }
    return of_stage(tasks_package(ROOT), serving_packages(recipes.names()), layers=layers, needs=wanted)


INDENT, ARROW = " " * 8, "-> "
COMMAND = re.compile(r"\b(nightswap|aws|make|pip|python) ")
"""What is copied from the screen: it stays on its line."""


def shown(findings: Iterable[Finding], *, screen: Console = console) -> Iterator[Finding]:
    """Print each finding as it comes, and hand it on."""
    for each in findings:
        screen.print(Text(f"{each.severity:<8}", style=COLOURS[each.severity]), end="")
        said = f"{each.where}: {each.what}"
        is_as_it_is = each.severity is Severity.ERROR and not screen.is_terminal  # a program looks for its words
        first, *others = [said] if is_as_it_is else _wrapped(said, width=screen.width)
        say(first, screen=screen)
        for line in others:
            say(f"{INDENT}{line}", screen=screen)
        is_command = each.way_out is not None and COMMAND.search(each.way_out) is not None
        ways = [each.way_out] if is_command else _wrapped(each.way_out or "", width=screen.width - len(ARROW))
        for number, line in enumerate(ways):
            say(f"{INDENT}{' ' * len(ARROW) if number else ARROW}{line}", screen=screen)
        yield each


def _wrapped(text: str, *, width: int) -> list[str]:
    """Each line by itself: an error of several problems has one for each."""
    each_by_itself = ((each, "  " if each.lstrip().startswith("- ") else "") for each in text.split("\n"))
    return [
        line
        for each, hanging in each_by_itself
        for line in in_lines(each, width=width - len(INDENT), hanging=hanging)
    ]


COMMANDS = (doctor,)
