"""nightswap history, what-served, verify: shows the ledger, and checks whether it is true."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any

import click

from chalicelib.audit import verification
from chalicelib.cutting import amount
from chalicelib.documents import documents
from chalicelib.ledger import history
from chalicelib.ledger.entry import Entry
from chalicelib.ledger.history import REJECTED, Share, Told, WhatServed
from chalicelib.registry import catalog, models
from lambdas import recipes
from workflows.cli import live_quality, moments
from workflows.cli.options import as_json, model, named_model, on_stage
from workflows.cli.screen import BAD, GOOD, console, counting, damage, say, show_json, table, table_with_lines
from workflows.cli.stage import Stage

WIDE = 120
"""Characters, in which a move fits on one line."""


@click.command("history")
@named_model()
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1), help="How many of the latest.")
@click.option("--quality", is_flag=True, help="How good the live version was on each night's new rows.")
@as_json
@on_stage
def show_history(stage: Stage, model: str, limit: int, quality: bool, as_json: bool) -> None:
    """List the moves of a MODEL's alias, newest first: what became live, or was rejected, when, by whom and why."""
    models.check(stage.edges, model=model)
    if quality:
        live_quality.show(stage, model=model, limit=limit, as_json=as_json)
        return
    found = history.latest(stage.edges, model=model, limit=limit)
    if as_json:
        show_json([each.to_document() for each in found])
        return
    rows = [_row(each) for each in found]
    columns = ["entry", "when (UTC)", "kind", "version", "share", "who", "why"]
    if console.width < WIDE:  # two lines for each move: a run's name is not broken
        columns = ["entry", "when (UTC), kind", "version", "who, why"]
        rows = [
            [entry, *(f"{one}\n{other}" for one, other in zip(cells[::2], cells[1::2], strict=True))]
            for entry, *cells in rows
        ]
    table(f"moves of the alias of {model}", columns, rows)
    damage([each.damaged for each in found if each.damaged])


@click.command("what-served")
@click.option("--at", required=True, metavar="TIME", help="ISO 8601, or '2026-11-20 03:00'; UTC unless it says.")
@model
@as_json
@on_stage
def what_served(stage: Stage, at: str, model: str, as_json: bool) -> None:
    """Tell which version of a model answered at a time, with which share, and by which entry of the ledger."""
    moment = moments.moment(at)
    models.check(stage.edges, model=model)
    found = history.what_served(stage.edges, model=model, at=moment)
    if as_json:
        show_json({"model": model, "at": documents.timestamp(moment), **_to_document(found)})
        return
    when = f"{model} at {documents.timestamp(moment)}"
    if found.entry is None:
        console.print(f"{when}: nothing was live{' for certain' if found.perhaps else ''}")
    else:
        _table(when, found.entry)
    if found.perhaps is not None:
        between = f"after {found.not_before or 'an unknown time'} and before {found.not_after or 'now'}"
        _table(f"perhaps already: the time of this move is not known, it was {between}", found.perhaps)


@click.command()
@named_model(of_all=True)
@as_json
@on_stage
def verify(stage: Stage, model: str | None, as_json: bool) -> None:
    """Re-read the ledger of MODEL (of all, without one) against the alias, the registry and the live function.

    Changes nothing. Fails when anything is not in order, with a line for each problem.
    """
    known = catalog.models(stage.edges.store)
    served = [each for each in known if verification.has_function(stage.edges, model=each)]
    unserved = [each for each in sorted({*recipes.names(), *known}) if each not in served]
    found = list(
        verification.without_function(stage.edges, models=[each for each in unserved if model in (None, each)])
    )
    if model is not None and not found:
        models.check(stage.edges, model=model)
    with counting("reading") as report:
        found += [
            verification.verify(stage.edges, model=each, report=report) for each in served if model in (None, each)
        ]
    if as_json:
        show_json([vars(each) for each in found])
    else:
        for each in found:
            damage(each.problems)
            for line in each.erased:
                say(line)
            many = len(each.problems)
            said = f"[{BAD}]{amount(many, 'problem')}[/]" if many else f"[{GOOD}]all in order[/]"
            counted = f"{amount(each.entries, 'entry')}, {amount(each.versions, 'version')}"
            console.print(f"{each.model}: {counted}: {said}")
    sys.exit(1 if any(each.problems for each in found) else 0)


def _to_document(found: WhatServed) -> dict[str, Any]:
    return {
        "served": _shares(found.entry),
        "entry": found.entry and found.entry.document,
        "perhaps": None
        if found.perhaps is None
        else {
            "served": _shares(found.perhaps),
            "entry": found.perhaps.document,
            "not_before": found.not_before,
            "not_after": found.not_after,
        },
    }


def _shares(entry: Entry | None) -> list[dict[str, Any]]:
    return [vars(each) for each in history.shares(entry)] if entry else []


def _table(title: str, entry: Entry) -> None:
    """The versions that served after this entry."""
    by = [f"{entry.entry}", _when(entry), entry.kind]
    rows = [[f"{_of(each)}", each.function_version, f"{each.share:.0%}", *by] for each in history.shares(entry)]
    say(title)
    columns = ["model version", "function version", "share", "entry", "when (UTC)", "kind"]
    *others, last = ((row, ()) for row in rows)
    table_with_lines(columns, [*others, (last[0], [entry.why] if entry.why else [])])


def _of(share: Share) -> int | str:
    return "unknown" if share.model_version is None else share.model_version


def _row(told: Told) -> list[Any]:
    """Entry, when, kind, versions, share, who and why."""
    entry, rejection = told.entry, told.rejection
    if rejection is not None:
        return ["-", _short(rejection.at), REJECTED, rejection.model_version, "", rejection.who, rejection.why]
    if entry is None:
        return [told.number or "-", "unknown", "damaged", "- -> -", "", "-", "what it says cannot be read"]
    return [
        told.number,
        _when(entry),
        f"{entry.kind}{', anchor' if entry.anchor == entry.model_version else ''}",
        f"{told.from_model_version or '-'} -> {entry.model_version}",
        ", ".join(f"{each.share:.0%} to {_of(each)}" for each in history.shares(entry)[1:]),
        entry.who or "-",
        entry.why or "its author died: written in from the alias's stamp",
    ]


def _when(entry: Entry) -> str:
    """When the move took effect; where nobody knows, when it was written in, if it is."""
    if entry.moved_at:
        return _short(entry.moved_at)
    return f"before {_short(entry.recorded_at)}" if entry.recorded_at else "not written yet"


def _short(timestamp: str) -> str:
    return f"{datetime.fromisoformat(timestamp):%Y-%m-%d %H:%M:%S}"


COMMANDS = (show_history, what_served, verify)
