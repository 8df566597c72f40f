"""nightswap init: from a CSV file to a live model, by a recipe that it drafts."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chalicelib.contracts.decisions import WENT_WELL
from chalicelib.cutting import amount, rows_of_each
from lambdas.recipes import IN_WORDS
from workflows.checking.file import Content, LocalFile
from workflows.cli import check, local
from workflows.cli.doctor import shown
from workflows.cli.options import PORT_HELP, PORTS
from workflows.cli.screen import console, say
from workflows.cli.sentences import sentence
from workflows.cli.stage import LOCAL, ROOT, Stage
from workflows.doctor.finding import is_healthy
from workflows.local.process import SHORT_PORT, LocalAws

if TYPE_CHECKING:
    from workflows.drafting.draft import Draft
    from workflows.drafting.placing import Place


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--label", required=True, metavar="COLUMN", help="The column that the model is to predict.")
@click.option("--model", metavar="NAME", help="The new model's name; by default the file's.")
@click.option("--positive", metavar="LABEL", help="The label that matters; by default the rarer of two.")
@click.option("--other", metavar="CLASS", help="The class of labels with few rows, and of those to come.")
@click.option("--force", is_flag=True, help="Replace the model's recipe, if it has one.")
@click.option("--dry-run", is_flag=True, help="Show the recipe; write and run nothing.")
@click.option("--no-run", is_flag=True, help="Write the recipe; run nothing.")
@click.option("--once", is_flag=True, help="Leave after the prediction; the exit code says whether it went well.")
@click.option("--port", default=SHORT_PORT, show_default=True, type=PORTS, help=PORT_HELP)
def init(
    *,
    file: Path,
    label: str,
    model: str | None,
    positive: str | None,
    other: str | None,
    force: bool,
    dry_run: bool,
    no_run: bool,
    once: bool,
    port: int,
) -> None:
    """Write the recipe of a new model from the CSV FILE, show it, and take the model live on this machine.

    It reads the whole file, leaves columns out that cannot be features, and says why; the thresholds are what a
    linear model reaches in cross-validation. Then it does what `nightswap local up` does: deploys, retrains,
    predicts, and serves until Ctrl-C. If the local AWS runs already, the model goes live there.
    """
    from workflows.converting.advice import advised, corrected
    from workflows.drafting.draft import draft, model_named_after
    from workflows.drafting.placing import Place

    place = Place(model or model_named_after(file.name))
    if not force and not dry_run:
        place.refuse_present()
    given = LocalFile.at(file)
    with console.status(f"reading {given.name}"), corrected(label), advised(given):
        content = Content(given.name, given.read())
        drafted = draft(content, label=label, model=place.model, positive=positive, other=other)
    _show(drafted, file=given, label=label)
    if not _is_taken(drafted, file=file, place=place):
        say("a run would refuse that, so nothing was written")
        sys.exit(1)
    if dry_run:
        say("nothing was written, as --dry-run wants it")
        return
    place.write(drafted.text, replaces=force)
    say(f"wrote {IN_WORDS}/{place.file.name}")
    if no_run:
        say(f"to take it live on this machine: {_way_live(place.model, shlex.quote(str(file)))}")
        return
    outcome = local.whole_job(model=place.model, data=given.path, serves=not once, port=port)
    sys.exit(0 if outcome in WENT_WELL else 1)


def _way_live(model: str, file: str) -> str:
    if LocalAws.running(ROOT) is None:
        return f"nightswap local up --model {model} --data {file}"
    return (
        f"nightswap deploy && nightswap data add {file} --model {model} && nightswap retrain --model {model} --watch"
    )


def _show(drafted: Draft, *, file: LocalFile, label: str) -> None:
    from workflows.drafting.choosing import CONVERT

    sentence(f"{file.name}: {amount(drafted.rows, 'row')}; {label} ({rows_of_each(drafted.labels)})")
    if drafted.alike:
        sentence(f"note: {drafted.spellings} labels make {len(drafted.labels)} classes: {drafted.alike}")
    for each in drafted.choice.features:
        if each.bad:
            sentence(f"tolerated: {each.column.name}: {each.stray}; runs leave such rows out")
        if each.doubt:
            sentence(f"in doubt: {each.column.name}: {each.doubt}")
    for name, why in drafted.choice.left_out:
        sentence(f"left out: {name or '(no name)'}: {why}")
    if any(CONVERT in why for _, why in drafted.choice.left_out):
        sentence(f"to convert it: {CONVERT.replace('FILE', shlex.quote(str(file.path)))}")
    say(f"\n{drafted.text}")
    if drafted.baseline.is_perfect:
        sentence("note: no error in cross-validation: does a column repeat the label, or come after it?")


def _is_taken(drafted: Draft, *, file: Path, place: Place) -> bool:
    """Whether a run would take it, by the same check as `nightswap check`; what that finds is shown."""
    with place.tried(drafted.text) as tried:
        found = check.findings(str(tried), file, settings=Stage(LOCAL).settings)
        named = (replace(each, where=each.where.replace(str(tried), place.model)) for each in found)
        return is_healthy(list(shown(named)))


COMMANDS = (init,)
