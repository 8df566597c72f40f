"""Runs all checks of a stage, in the order in which a person would repair what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import DeploymentFailed, NightswapError
from chalicelib.names import Names
from chalicelib.settings.stage import StageSettings
from workflows.deploying import regions
from workflows.doctor.account import existing
from workflows.doctor.account.credentials import check_region, who_calls
from workflows.doctor.account.lambda_limits import LANE, check_direct_lane, check_limits
from workflows.doctor.account.permissions import check_permissions
from workflows.doctor.deployer_policy import policy_of
from workflows.doctor.finding import Finding, unhindered
from workflows.doctor.machine.environments import check_definition_pins, check_environments
from workflows.doctor.machine.requirements import Build, check_requirements
from workflows.doctor.machine.tools import check_tools
from workflows.doctor.stage.chalice_record import check_record
from workflows.doctor.stage.function_sizes import check_sizes
from workflows.doctor.stage.runtimes import check_runtimes
from workflows.doctor.stage.stage_settings import check_recipes, check_settings
from workflows.packaging.needs import NOTHING, Needs
from workflows.packaging.sizes import FunctionSize
from workflows.stacks.main_stack import main_template
from workflows.stacks.settings import DEFAULTS, stage_settings


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """The clone, and how its parts are built."""

    root: Path
    stage: str
    models: Sequence[str]
    load_recipe: Callable[[str], object]
    recipe_problems: Sequence[str]
    needs: Callable[[], Needs]
    """What its recipes ask for; raises where one cannot be loaded."""
    build: Build
    measure: Callable[[], Sequence[FunctionSize]] | None
    """None leaves the sizes out: to measure them is to build the layers."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """How AWS is reached: boto3's clients by service, and what is made of the stage's names."""

    region: str | None
    clients: Callable[[str], Any]
    store: Callable[[Names], ObjectStore]
    apis: Callable[[Names], Sequence[str]]


def examine_checkout(checkout: Checkout) -> Iterator[Finding]:
    """All checks that need no AWS."""
    root, stage = checkout.root, checkout.stage
    yield from check_tools(root)
    yield from check_environments(root)
    yield from check_definition_pins(root)
    yield from check_settings(stage, root=root)
    yield from check_recipes(
        stage, root=root, models=checkout.models, load=checkout.load_recipe, problems=checkout.recipe_problems
    )
    yield from check_runtimes(
        main_template(stage, models=checkout.models, settings=_settings(checkout), needs=_needs(checkout))
    )
    yield from check_requirements(root, build=checkout.build)
    if checkout.measure is not None:
        yield from check_sizes(checkout.measure)


def examine_account(checkout: Checkout, account: Account) -> Iterator[Finding]:
    """All checks of the account; ends at the first problem that makes the other checks impossible."""
    yield from check_region(account.region)
    if not account.region or regions.problem(account.region):
        return
    caller = who_calls(account.clients("sts"))
    yield from caller.findings
    if caller.account is None:
        return
    names = Names(stage=checkout.stage, account=caller.account, region=account.region)
    yield from unhindered(_check_permissions(checkout, account, names, caller.arn), where="AWS permissions")
    yield from unhindered(check_limits(account.clients("lambda")), where="Lambda's limits")
    if calls_at_once := _settings(checkout).direct_concurrency:
        lane = check_direct_lane(
            account.clients("lambda"), stage=names.stage, models=checkout.models, calls_at_once=calls_at_once
        )
        yield from unhindered(lane, where=LANE)
    yield from unhindered(_check_names(checkout, account, names), where="existing names")
    yield from unhindered(_check_record(checkout, account, names), where="Chalice's record")


def _settings(checkout: Checkout) -> StageSettings:
    """Those of the stage; the defaults where they cannot be read, which another check tells."""
    try:
        return stage_settings(checkout.stage, root=checkout.root)
    except DeploymentFailed:
        return DEFAULTS


def _needs(checkout: Checkout) -> Needs:
    """What the recipes ask for; nothing where one cannot be loaded, which another check tells."""
    try:
        return checkout.needs()
    except NightswapError:
        return NOTHING


def _check_permissions(checkout: Checkout, account: Account, names: Names, caller: str) -> Iterator[Finding]:
    policy = policy_of(names, stage_settings(checkout.stage, root=checkout.root))
    yield from check_permissions(account.clients("iam"), names, caller=caller, policy=policy)


def _check_record(checkout: Checkout, account: Account, names: Names) -> Iterator[Finding]:
    yield from check_record(names, root=checkout.root, store=account.store(names), apis=account.apis(names))


def _check_names(checkout: Checkout, account: Account, names: Names) -> Iterator[Finding]:
    cloudformation = account.clients("cloudformation")
    yield from existing.check_stacks(cloudformation, names)
    stack_exists = existing.exists(cloudformation, names.data_stack)
    yield from existing.check_bucket(account.clients("s3"), names, stack_exists=stack_exists)
    yield from existing.check_functions(
        account.clients("lambda"),
        names,
        template=main_template(names.stage, models=checkout.models),
        owned=existing.owned_resources(cloudformation, names.stack),
    )
