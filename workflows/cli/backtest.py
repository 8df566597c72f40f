"""nightswap backtest: judges the nights that are kept again, by another recipe."""

from __future__ import annotations

from datetime import datetime

import click
from rich.text import Text

from chalicelib.documents import documents
from chalicelib.errors import CommandFailed
from chalicelib.registry import models
from workflows.backtesting import backtest as core
from workflows.backtesting.backtest import Backtest, Judged
from workflows.checking.recipe import look_up
from workflows.cli import moments
from workflows.cli.options import as_json, on_stage
from workflows.cli.screen import BAD, GOOD, console, counting, damage, say, show_json, table_with_lines
from workflows.cli.stage import Stage

MARK = "*"
"""Of a night whose live model would have been another."""


@click.command()
@click.option("--recipe", required=True, metavar="FILE", help="The recipe to judge by; a model's name is its own.")
@click.option("--since", default="90d", show_default=True, help="Days (d), weeks (w), hours (h) ago, or a date.")
@as_json
@on_stage
def backtest(stage: Stage, *, recipe: str, since: str, as_json: bool) -> None:
    """Judge the nights that are kept again, by the thresholds, margins and demands of another recipe FILE.

    Tells which nights would have passed the gate, and what that would have saved and cost. Changes nothing. The
    models are those that were trained then, and each is judged against the model that was live.
    """
    wanted = look_up(recipe)
    start = moments.since(since, now=stage.edges.clock())
    models.check(stage.edges, model=wanted.model)
    with counting("reading") as report:
        found = core.run(stage.edges, wanted, since=start, report=report)
    if not found.judged and not found.left_out:
        raise CommandFailed(
            f"no run of {wanted.model} was judged since {_minute(start)}: look further back with --since, or list the"
            f" runs with nightswap runs --model {wanted.model}"
        )
    if as_json:
        told = {"model": wanted.model, "recipe": recipe, "since": documents.timestamp(start)}
        show_json({**told, **found.to_document()})
        return
    _show(found, recipe=recipe)


def _show(found: Backtest, *, recipe: str) -> None:
    if found.judged:
        rows = [(_row(each), _lines(each)) for each in found.judged]
        table_with_lines(["night (UTC)", "then", "recipe", "run"], rows)
    for left in found.left_out:
        say(f"left out: {left.run}: {left.why}")
    damage(found.damaged)
    for line in _summary(found.summary(), recipe=recipe):
        console.print(Text(line))


def _row(judged: Judged) -> list[str | Text]:
    mark = "" if judged.met_the_same else f" {MARK}"
    verdict = Text(f"{'passes' if judged.passes else 'refused'}{mark}", style=GOOD if judged.passes else BAD)
    return [_minute(judged.night.at), judged.then, verdict, judged.night.run]


def _lines(judged: Judged) -> list[str]:
    """What went wrong with it, and by which rules the recipe refuses it."""
    wrong = [] if judged.wrong is None else [f"went wrong: {judged.wrong}"]
    return [*wrong, *(f"{name}: {reason}" for name, reason in judged.failing)]


def _summary(counts: dict[str, int], *, recipe: str) -> list[str]:
    left = counts["kept"] - counts["judged"]
    told = [
        f"By {recipe}, {counts['would_pass']} of {_nights(counts['judged'])} would have passed the gate;"
        f" {counts['promoted_then']} went live then{f', {_nights(left)} left out' if left else ''}.",
        f"It would have saved you {_nights(counts['saved'])} that went wrong.",
        f"It would have cost you {_nights(counts['cost'])} that went live with nothing known to be wrong.",
    ]
    if counts["wrong_and_passes"]:
        told.append(f"{_nights(counts['wrong_and_passes'])} that went wrong would have passed.")
    if counts["refused_then_and_passes"]:
        many = _nights(counts["refused_then_and_passes"])
        told.append(f"{many} that the gate refused would have passed; nobody knows how that would have gone on.")
    if counts["met_another"]:
        told.append(
            f"{MARK} {_nights(counts['met_another'])} would have met another live model, because of what came before:"
            " judged against the one that served."
        )
    if counts["lacks_anchor"]:
        told.append(
            f"{_nights(counts['lacks_anchor'])} had no anchor, because their recipe had none: judged without one. A"
            " recipe that names a version, such as anchor=1, is judged against that."
        )
    if counts["has_anchor"]:
        told.append(
            f"Judged against the anchor that it had then: {_nights(counts['has_anchor'])}. By another recipe it may"
            " have been another version: to judge against that one, name it in the recipe, such as anchor=1."
        )
    if counts["other_anchor"]:
        told.append(
            f"Judged against the version that the recipe names, which was not their anchor:"
            f" {_nights(counts['other_anchor'])}, by the answers that are kept row by row."
        )
    return [*told, "Replay and canary come after the gate, and are not repeated."]


def _nights(count: int) -> str:
    return f"{count:,} night{'' if count == 1 else 's'}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


COMMANDS = (backtest,)
