"""nightswap plan: shows what a deployment would change."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict

import click
from rich.text import Text

from lambdas import recipes
from workflows.checking.capacity import capacity
from workflows.checking.formats import needs
from workflows.checking.recipe import served
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import BAD, GOOD, console, say, show_json, table
from workflows.cli.stage import ROOT, Stage
from workflows.cost.bills import Bill
from workflows.cost.jobs import jobs
from workflows.cost.prices import US_EAST_1
from workflows.deploying.chalice_app.chalice_resources import ChaliceResources, function_names
from workflows.deploying.cloudformation.uploads import layers_are_wanted
from workflows.deploying.departures import Departure
from workflows.deploying.serving.direct_lane import LATER
from workflows.doctor.account.credentials import check_region
from workflows.doctor.finding import refuse
from workflows.doctor.machine.requirements import chalice_package
from workflows.doctor.stage.stage_settings import check_recipes, check_settings
from workflows.planning.costs import BATCH_RECORDS, PREDICTIONS
from workflows.planning.plan import Plan, make_plan
from workflows.planning.roles import RoleChange, in_words
from workflows.planning.stacks import StackChange
from workflows.planning.wanted import wanted
from workflows.stacks.settings import schedule_of

COLOURS = {"create": GOOD, "delete": BAD, "release": BAD}
LANES = {
    "open": "its URL is to be opened",
    "sign": "its URL lets through who does not sign, and is to ask for a signature",
    "shut": "its URL is to go",
    "wait": LATER,
}
QUIET = "dim"
SHOWN_DETAILS = 3


@click.command()
@as_json
@on_stage
def plan(stage: Stage, as_json: bool) -> None:
    """Show what `nightswap deploy` would change, and what the stage costs. Nothing is changed."""
    refuse(check_settings(stage.name, root=ROOT))
    refuse(check_recipes(stage.name, root=ROOT, models=recipes.names(), load=served, problems=recipes.problems()))
    refuse(check_region(stage.session.region_name))
    with console.status(f"planning stage {stage.name}") as status:
        made = carry_out(stage, report=status.update)
    loaded = [recipes.load(model) for model in recipes.names()]
    capacities = [capacity(recipe, stage.settings) for recipe in loaded]
    priced = list(jobs(loaded, schedule=schedule_of(stage.name, root=ROOT)))
    if as_json:
        told = {
            "capacities": [asdict(each) for each in capacities],
            "training_jobs": [asdict(each) for each in priced],
        }
        show_json({**made.to_document(), **told})
    else:
        show(made)
        for line in [*(each.in_words() for each in capacities), *(each.in_words() for each in priced)]:
            console.print(line, markup=False)


def carry_out(stage: Stage, *, report: Callable[[str], None]) -> Plan:
    """The plan of the stage, with boto3's own clients."""
    existing = ChaliceResources(
        names=stage.names,
        clients=stage.clients,
        functions=function_names(stage.name, root=ROOT),
    )
    return make_plan(
        wanted(
            stage.names,
            root=ROOT,
            models=recipes.names(),
            with_layers=layers_are_wanted(os.environ),  # as nightswap deploy has it
            report=lambda step: report(f"{step.subject} {step.status}".rstrip()),
            needs=needs(recipes.names()),
        ),
        clients=stage.clients,
        existing=existing,
        package=chalice_package(stage.name, root=ROOT, environ=os.environ),
        root=ROOT,
    )


def show(made: Plan) -> None:
    """For people: what changes first, what it costs last."""
    for each in made.departures:
        _show_departure(each, stage=made.stage)
    for stack in made.stacks:
        _show_stack(stack)
    if not made.bucket_exists:
        console.print(f"bucket {made.bucket}: to be created")
    _show_definition(made)
    _show_roles(made.roles)
    rows = [
        [part.name, part.type, _coloured(part.action), "; ".join(part.details[:SHOWN_DETAILS])] for part in made.app
    ]
    table("Chalice app", ["name", "type", "", "what"], rows)
    packages = [
        [each.name, f"{each.size_bytes / 1024:,.0f} KiB", "there already" if each.uploaded else "to be uploaded"]
        for each in made.packages
    ]
    table("packages", ["name", "size", ""], packages)
    for lane in made.direct_lanes:
        if lane.action != "unchanged":
            console.print(f"direct lane of {lane.model}: {LANES[lane.action]}", markup=False)
    _show_costs(made)
    console.print(f"stage {made.stage}: {'nothing would change' if made.changes_nothing else 'would change'}")


def _show_departure(departure: Departure, *, stage: str) -> None:
    if not departure.loses:
        console.print(f"model {departure.model}: to be removed; it never had a version", markup=False)
        return
    loses = ", ".join(departure.loses)
    way = f"nightswap deploy --stage {stage} --remove-model {departure.model}"
    console.print(f"model {departure.model} has no recipe here, and {loses}:", style=BAD, markup=False)
    say(f"  nightswap deploy refuses to remove it, unless named:  {way}")


def _show_stack(stack: StackChange) -> None:
    rows = [
        [
            each.resource,
            each.type.removeprefix("AWS::"),
            _coloured(each.action, f" ({each.replacement})" if each.replacement else ""),
            "; ".join(each.details[:SHOWN_DETAILS]),
        ]
        for each in stack.changes
    ]
    if rows:
        table(f"stack {stack.name}: {stack.action}", ["resource", "type", "", "what"], rows)
    else:
        console.print(f"stack {stack.name}: {stack.action}", markup=False)
    if stack.remark:
        console.print(stack.remark, style=QUIET, markup=False)


def _show_definition(made: Plan) -> None:
    if not made.state_machine_diff:
        console.print("state machine: unchanged")
        return
    lines = made.state_machine_diff.splitlines()
    if all(not line.startswith("-") for line in lines[2:]):
        console.print(f"state machine: to be created, {len(lines) - 3} lines")
        return
    console.print("state machine:", style="bold")
    for line in lines:
        colour = GOOD if line.startswith("+") else BAD if line.startswith("-") else QUIET
        console.print(Text(line, style=colour), soft_wrap=True)


def _show_roles(changes: tuple[RoleChange, ...]) -> None:
    if not changes:
        console.print("permissions: unchanged")
        return
    console.print("permissions:", style="bold")
    for change in changes:
        console.print(f"  {change.role}", markup=False)
        for sign, colour, statements in (("+", GOOD, change.added), ("-", BAD, change.removed)):
            for statement in statements:
                console.print(Text(f"    {sign} {in_words(statement)}", style=colour), soft_wrap=True)


def _show_costs(made: Plan) -> None:
    costs = made.costs
    rows = [
        ["a month without new data or requests", _usd(costs.idle_month), _parts(costs.idle_month)],
        ["a retrain", _usd(costs.retrain), _parts(costs.retrain)],
        ["a retrain whose tasks take all their time", _usd(costs.longest_retrain), _parts(costs.longest_retrain)],
        [f"{PREDICTIONS:,} predictions", _usd(costs.predictions), _parts(costs.predictions)],
    ]
    rows += [
        [f"{PREDICTIONS:,} predictions of {model}", _usd(bill), _parts(bill)]
        for model, bill in costs.predictions_of.items()
    ]
    rows.append([f"a batch of {BATCH_RECORDS:,} records", _usd(costs.batch), _parts(costs.batch)])
    title = f"cost, an estimate: list prices of {US_EAST_1.region} as of {US_EAST_1.as_of}, no free tier"
    table(title, ["of", "US dollars", "parts"], rows)


def _usd(bill: Bill) -> str:
    return f"{bill.total_usd:.4f}"


def _parts(bill: Bill) -> str:
    largest = sorted(bill.lines.items(), key=lambda line: -line[1])
    return ", ".join(f"{name} {usd:.4f}" for name, usd in largest if usd)


def _coloured(action: str, remark: str = "") -> Text:
    return Text(action + remark, style=COLOURS.get(action, ""))


COMMANDS = (plan,)
