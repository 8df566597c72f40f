"""nightswap explain: explains in plain words why a run promoted its model or did not."""

from __future__ import annotations

from collections.abc import Sequence

import click

from chalicelib.explain import explanation, facts
from chalicelib.registry.report import Answer, Difference
from workflows.cli import screen
from workflows.cli.options import as_json, model, on_stage
from workflows.cli.sentences import sentence
from workflows.cli.stage import Stage

FEATURES_CHARACTERS = 100


@click.command()
@click.argument("run", required=False)
@model
@as_json
@on_stage
def explain(stage: Stage, *, run: str | None, model: str, as_json: bool) -> None:
    """Say in plain words why RUN promoted its model or did not; the latest run of the model without one."""
    found = facts.gather(stage.edges, run=run or facts.latest(stage.edges, model=model))
    said = explanation.explain(found)
    if as_json:
        screen.show_json({**found.to_document(), "explanation": said})
        return
    for line in said:
        sentence(line)
    show_differences(found.report.differences if found.report else ())


def show_differences(told: Sequence[Difference]) -> None:
    """The rows on which the new model and the live one are farthest apart; nothing when there are none."""
    if not told:
        return
    rows = [
        [
            each.row,
            each.rows_alike,
            each.true,
            _said(each.challenger),
            _said(each.champion),
            _row(each),
        ]
        for each in told
    ]
    screen.table(
        "rows of the holdout on which they differ most, with the probability of the true class",
        ["row", "alike", "true", "new model", "live model", "features"],
        rows,
    )


def _said(answer: Answer) -> str:
    return f"{answer.label} ({answer.probability:.4f})"


def _row(told: Difference) -> str:
    text = ", ".join(f"{name}={_plain(value)}" for name, value in told.features.items())
    return text if len(text) <= FEATURES_CHARACTERS else f"{text[:FEATURES_CHARACTERS]}..."


def _plain(value: object) -> str:
    """As a person writes it: 54540 and not 54540.0."""
    if value is None:
        return "missing"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


COMMANDS = (explain,)
