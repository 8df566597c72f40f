"""nightswap explain: why a run promoted its model or did not, in plain words."""

from __future__ import annotations

from itertools import count, takewhile
from typing import Any

import click

from chalicelib import documents, explaining, layout, runs
from chalicelib.edges import Edges
from chalicelib.errors import RunUnknown
from workflows.cli import screen
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.screen import console
from workflows.cli.stage import Stage

FEATURES_CHARACTERS = 100


@click.command()
@click.argument("run", required=False)
@model
@as_json
@on_stage
def explain(stage: Stage, *, run: str | None, model: str, as_json: bool) -> None:
    """Say in plain words why RUN promoted its model or did not; the latest run of the model without one."""
    found = facts(stage.edges, run=run or latest(stage.edges, model=model))
    said = explaining.explain(**found)
    if as_json:
        screen.show_json({**found, "explanation": said})
        return
    for line in said:
        console.print(line, markup=False, soft_wrap=True)
    show_differences(found["report"] or {})


def latest(edges: Edges, *, model: str) -> str:
    """The model's newest run; raises RunUnknown when there is none."""
    found = runs.recent(edges, limit=1, model=model)
    if not found:
        raise RunUnknown(f"there is no run of {model} yet: nightswap retrain --model {model}", model=model)
    return str(found[0]["run"])


def facts(edges: Edges, *, run: str) -> dict[str, Any]:
    """What `explaining.explain` takes; raises RunUnknown."""
    described = runs.describe(edges, run=run)

    def document(name: str) -> Any:
        return documents.find(edges.store, layout.run_document(run, name))

    healths = takewhile(lambda each: each is not None, (document(f"health_{number}") for number in count(1)))
    return {
        "run": described,
        "report": document("report"),
        "replayed": document("replayed"),
        "healths": list(healths),
    }


def show_differences(report: dict[str, Any]) -> None:
    """The rows on which the new model and the live one are farthest apart; nothing when there are none."""
    told = report.get("differences") or []
    if not told:
        return
    rows = [
        [
            each["row"],
            each["rows_alike"],
            each["true"],
            _said(each["challenger"]),
            _said(each["champion"]),
            _row(each),
        ]
        for each in told
    ]
    screen.table(
        "rows of the holdout on which they differ most, with the probability of the true class",
        ["row", "alike", "true", "new model", "live model", "features"],
        rows,
    )


def _said(answer: dict[str, Any]) -> str:
    return f"{answer['label']} ({answer['probability']:.4f})"


def _row(told: dict[str, Any]) -> str:
    text = ", ".join(f"{name}={_plain(value)}" for name, value in told["features"].items())
    return text if len(text) <= FEATURES_CHARACTERS else f"{text[:FEATURES_CHARACTERS]}..."


def _plain(value: object) -> str:
    """As a person writes it: 54540 and not 54540.0."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


COMMANDS = (explain,)
