"""nightswap prune: deletes versions that are too old to be needed, from Lambda's storage and from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from chalicelib.endpoints import clearing
from chalicelib.pruning import pruning, pruning_plan
from chalicelib.pruning.pruning import Pruned
from chalicelib.pruning.pruning_plan import LAMBDA_STORAGE_BYTES, Plan
from chalicelib.pruning.retention import Policy
from chalicelib.registry import models
from lambdas import recipes
from workflows import person
from workflows.cli import endpoints
from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import as_json, named_model, on_stage
from workflows.cli.screen import console, counting, show_json, table
from workflows.cli.stage import Stage


@click.command()
@named_model()
@click.option("--keep", default=10, show_default=True, type=click.IntRange(min=0), help="The newest versions stay.")
@click.option("--days", default=30, show_default=True, type=click.IntRange(0, 36_500), help="So do younger ones.")
@click.option("--yes", is_flag=True, help="Do it. Without it nothing is changed.")
@as_json
@on_stage
def prune(stage: Stage, *, model: str, keep: int, days: int, yes: bool, as_json: bool) -> None:
    """Delete old versions of MODEL; without --yes list what would go, and why the rest stays.

    Endpoints of SageMaker go as they do at the end of a run. Never goes: what is live or has a share of the traffic,
    what was live before it or in the last 24 hours, what is pinned or quarantined, the anchor, and what a run is
    working on. Manifest and report of every version stay.
    """
    models.check(stage.edges, model=model)
    with counting("reading") as report:
        policy, named = Policy(keep=keep, days=days), _named_anchor(model)
        plan = pruning_plan.make(stage.edges, model=model, policy=policy, report=report, named=named)
    hosted = clearing.find(stage.edges, model=model)
    pruned = None
    if yes:
        with told_when_interrupted(GOES_ON), counting("pruning") as report:
            if hosted:  # first, because a version that is pruned has no more that tells of its endpoint
                hosted = [*clearing.clear(stage.edges, model=model)]
            pruned = pruning.carry_out(stage.edges, plan, who=person.name(), report=report)
    if as_json:
        show_json({**_to_document(plan, pruned), **({"endpoints": endpoints.documents(hosted)} if hosted else {})})
        return
    _show(plan)
    if hosted:
        endpoints.show(hosted, title=f"endpoints of {model}{', deleted' if yes else ''}")
    if pruned is None:
        if plan.doomed or plan.leftovers or any(each.kept_because is None for each in hosted):
            console.print("nothing was changed; add --yes to delete it")
        return
    for number in pruned.spared:
        console.print(f"version {number} stays: it was made live or pinned in this moment")
    console.print(
        f"pruned of {model}: model versions {_listed(pruned.model_versions)}; function versions"
        f" {_listed(pruned.function_versions)}; {_size(pruned.freed_bytes)}",
        soft_wrap=True,
    )


def _named_anchor(model: str) -> int | None:
    """By the model's recipe, which may be gone."""
    return recipes.load(model).named_anchor if model in recipes.names() else None


def _show(plan: Plan) -> None:
    rows: list[list[Any]] = [
        [
            "goes" if each.kept_because is None else "stays",
            each.version.model_version,
            ", ".join(each.version.function_versions),
            f"{each.version.created_at:%Y-%m-%d}",
            _size(each.version.size_bytes),
            each.kept_because or ("begun earlier" if each.version.is_begun else "old enough"),
        ]
        for each in plan.decisions
    ]
    rows += [
        ["goes", None, each.function_version, None, _size(each.size_bytes), f"left by run {each.run}, which died"]
        for each in plan.leftovers
    ]
    columns = ["", "model version", "function version", "created", "size", "why"]
    table(f"versions of {plan.model}", columns, rows)
    console.print(
        f"{_size(plan.freed_bytes)} go of {_size(plan.stored_bytes)}, which are"
        f" {plan.stored_bytes / LAMBDA_STORAGE_BYTES:.4%} of the 75 GB that Lambda stores for an account in a region"
        " (other functions and layers count too)",
        soft_wrap=True,
    )


def _to_document(plan: Plan, pruned: Pruned | None) -> dict[str, Any]:
    return {
        "model": plan.model,
        "goes": [
            {
                "model_version": each.model_version,
                "function_versions": list(each.function_versions),
                "size_bytes": each.size_bytes,
            }
            for each in plan.doomed
        ],
        "stays": [
            {"model_version": each.version.model_version, "because": each.kept_because}
            for each in plan.decisions
            if each.kept_because is not None
        ],
        "leftovers": [vars(each) for each in plan.leftovers],
        "freed_bytes": plan.freed_bytes,
        "stored_bytes": plan.stored_bytes,
        "pruned": None if pruned is None else vars(pruned),
    }


def _listed(numbers: Sequence[int | str]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1024:,.0f} KiB"


COMMANDS = (prune,)
