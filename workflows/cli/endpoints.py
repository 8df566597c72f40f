"""nightswap endpoints: lists the endpoints of versions, with what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from chalicelib.endpoints import clearing
from chalicelib.endpoints.clearing import Decided
from chalicelib.registry import models
from workflows.cli.options import as_json, named_model, on_stage
from workflows.cli.screen import console, show_json, table
from workflows.cli.stage import Stage


@click.command(name="endpoints")
@named_model()
@as_json
@on_stage
def list_endpoints(stage: Stage, model: str, as_json: bool) -> None:
    """List the endpoints of SageMaker of MODEL's versions, with what each costs, and why it stays.

    `nightswap prune MODEL --yes` deletes those that go; so does the end of every run.
    """
    models.check(stage.edges, model=model)
    found = clearing.decide(stage.edges, model=model)
    if as_json:
        show_json({"model": model, "endpoints": documents(found)})
    elif found:
        show(found, title=f"endpoints of {model}")
    else:
        console.print(f"no version of {model} has an endpoint", markup=False)


def show(found: Sequence[Decided], *, title: str) -> None:
    """What there is, or was until just now."""
    rows: list[list[Any]] = [
        [
            "goes" if each.kept_because is None else "stays",
            each.endpoint.model_version,
            each.endpoint.name,
            each.endpoint.status,
            f"{each.endpoint.created_at:%Y-%m-%d %H:%M}",
            each.words,
            each.kept_because or "nobody needs it",
        ]
        for each in found
    ]
    table(title, ["", "model version", "endpoint", "status", "created", "what it is", "why"], rows)


def documents(found: Sequence[Decided]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "name": each.endpoint.name,
            "model_version": each.endpoint.model_version,
            "status": each.endpoint.status,
            "created_at": each.endpoint.created_at.isoformat(),
            "is": each.words,
            "stays_because": each.kept_because,
        }
        for each in found
    ]


COMMANDS = (list_endpoints,)
