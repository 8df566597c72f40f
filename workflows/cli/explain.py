"""nightswap explain: why a run promoted its model or did not, in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count as counting
from itertools import takewhile
from typing import Any

import click

from chalicelib import (
    aftermath,
    canary,
    documents,
    explaining,
    layout,
    ledger,
    promotion,
    quarantine,
    replaying,
    runs,
    version_shapes,
    way_back,
)
from chalicelib.edges import Edges
from chalicelib.errors import RunUnknown, VersionUnfit, VersionUnknown
from chalicelib.live import look
from chalicelib.shapes import Kind
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
    """The model's newest run; raises ModelUnknown, or RunUnknown when there is none."""
    found = runs.recent(edges, limit=1, model=model)
    if not found:
        raise RunUnknown(f"there is no run of {model} yet: nightswap retrain --model {model}", model=model)
    return str(found[0]["run"])


def facts(edges: Edges, *, run: str) -> dict[str, Any]:
    """What `explaining.explain` takes; raises RunUnknown."""
    described = runs.describe(edges, run=run)
    damaged: list[str] = list(described["damaged"])
    model, number = described["model"], aftermath.model_version(described)

    def document(name: str, shape: Kind) -> Any:
        key = layout.run_document(run, name)
        return documents.readable(lambda: documents.find(edges.store, key, shape), told=damaged)

    healths = list(
        takewhile(lambda each: each is not None, (document(f"health_{at}", canary.HEALTH) for at in counting(1)))
    )
    found = {
        "run": described,
        "report": document("report", version_shapes.report),
        "replayed": document("replayed", replaying.replayed_shape),
        "healths": healths,
        "shifts": documents.readable(lambda: list(_shifts(edges, run=run, model=model)), told=damaged)
        if healths and model
        else None,
        "now": documents.readable(lambda: _now(edges, model=model, number=number), told=damaged)
        if number and model
        else None,
    }
    return {**found, "shifts": found["shifts"] or [], "damaged": damaged}


def _shifts(edges: Edges, *, run: str, model: str) -> Iterator[dict[str, Any]]:
    """The run's shifts of traffic, the first one first; `taken` is the move by which others ended one."""
    after: dict[str, Any] | None = None
    found = []
    for entry in ledger.newest_first(edges, model=model):
        if (entry["run"], entry["kind"]) == (run, promotion.SHIFTED):
            share = sum((entry.get("weights") or {}).values())
            taken = after if after is not None and after["run"] != run else None
            found.append({"share": share, "taken": taken and _by_whom(taken)})
        elif found and entry["run"] != run:
            break
        after = entry
    yield from reversed(found)


def _by_whom(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": entry["kind"],
        "who": entry.get("who") or entry["run"],
        "at": entry["moved_at"] or entry["recorded_at"],
    }


def _now(edges: Edges, *, model: str, number: int) -> dict[str, Any]:
    """How the run's version stands: what is live in its place, its share of a canary, quarantine, the way back."""
    seen = look(edges, model=model)
    live, beside = seen.version(), seen.candidate()
    quarantined = quarantine.model_versions(edges, model=model).get(number)
    return {
        "live": live,
        "share": sum(seen.alias.weights.values()) if seen.alias and beside == number else None,
        "quarantined": quarantined["why"] if quarantined else None,
        "way_back": _way_back(edges, model=model, live=live) if live == number else None,
    }


def _way_back(edges: Edges, *, model: str, live: int) -> int | None:
    try:
        return way_back.find(edges, model=model, live=live)[0]
    except (VersionUnfit, VersionUnknown):
        return None


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
