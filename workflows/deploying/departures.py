"""Refuses to remove live models only because the checkout has no recipe for them.

A wrong branch, an old clone or a renamed file looks exactly like the wish to remove a model. So a model that is or
was live goes only when it is named: `nightswap deploy --remove-model NAME`. Its registry and ledger stay in the
bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import layout, names
from chalicelib.cutting import listed
from chalicelib.edges.object_store import ObjectStore
from chalicelib.edges.serving_functions import ServingFunctions
from chalicelib.errors import DeploymentFailed, StackMissing
from workflows.deploying.asking import find

FLAG = "--remove-model"
SERVING_FUNCTION = "AWS::Lambda::Function"


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A model that a deployment would remove; `loses` is empty where it never had a version."""

    model: str
    loses: tuple[str, ...]


def stacked_models(cloudformation: Any, *, stage: str, stack: str) -> tuple[str, ...]:
    """The models that the stage's stack holds a serving function of; none where there is no stack."""
    prefix = names.serving_prefix(stage)
    paginator = cloudformation.get_paginator("list_stack_resources")
    pages = find(f"stack {stack}", lambda: list(paginator.paginate(StackName=stack)))
    found = [
        str(each.get("PhysicalResourceId", ""))
        for page in pages or ()
        for each in page["StackResourceSummaries"]
        if each["ResourceType"] == SERVING_FUNCTION and each["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    return tuple(sorted(each.removeprefix(prefix) for each in found if each.startswith(prefix)))


def departures(
    there: Sequence[str], *, wanted: Sequence[str], store: ObjectStore, functions: ServingFunctions
) -> tuple[Departure, ...]:
    """Of the models that are there and are not wanted, with what each would lose."""
    gone = [model for model in there if model not in wanted]
    return tuple(Departure(model=model, loses=_losses(model, store=store, functions=functions)) for model in gone)


def refuse_unnamed(
    found: Sequence[Departure], *, told: Sequence[str], wanted: Sequence[str], there: Sequence[str], stage: str
) -> None:
    """Raises DeploymentFailed unless every model that would lose something is in `told`, and nothing else is."""
    mistaken = sorted({*told} & {*wanted})
    if mistaken:
        raise DeploymentFailed(
            f"{FLAG} names {listed(mistaken)}, whose recipe is there: take its file out of lambdas/recipes first, or"
            f" leave {FLAG} out"
        )
    unknown = sorted({*told} - {*there})
    if unknown:
        raise DeploymentFailed(
            f"{FLAG} names {listed(unknown)}, which stage {stage} does not have: deployed are {listed(there)}"
        )
    lost = [each for each in found if each.loses and each.model not in told]
    if lost:
        reasons = "; ".join(f"{each.model} ({', '.join(each.loses)})" for each in lost)
        named = f" {FLAG} ".join(each.model for each in lost)
        raise DeploymentFailed(
            f"this checkout has no recipe of what stage {stage} serves, so a deployment would take it off the air:"
            f" {reasons}. Nothing was changed. Is this the right branch and clone? Then bring the recipe back to"
            f" lambdas/recipes; or, to remove it for good: nightswap deploy --stage {stage} --remove-model {named}"
        )


def _losses(model: str, *, store: ObjectStore, functions: ServingFunctions) -> tuple[str, ...]:
    alias = functions.alias(model)
    return (
        *((f"live with function version {alias.function_version}",) if alias else ()),
        *(("has versions in the registry",) if _has(store, layout.versions(model)) else ()),
        *(("has a ledger",) if _has(store, layout.ledger(model)) else ()),
    )


def _has(store: ObjectStore, prefix: str) -> bool:
    try:
        return bool(store.list(prefix))
    except StackMissing:
        return False
