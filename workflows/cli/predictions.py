"""nightswap predict: asks the live version, or those that served at a time."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from chalicelib.api import past_answers, prediction
from chalicelib.documents import documents
from chalicelib.registry import catalog, models
from workflows.cli import moments
from workflows.cli.options import model, on_stage
from workflows.cli.screen import show_json
from workflows.cli.stage import Stage


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("features", nargs=-1, metavar="FEATURE=VALUE...")
@click.option("--why", type=click.IntRange(min=1), metavar="N", help="Tell the N columns that moved it most.")
@click.option(
    "--at", metavar="TIME", help="Ask what served then: ISO 8601, or '2026-11-20 03:00'; UTC unless it says."
)
@model
@on_stage
def predict(stage: Stage, features: tuple[str, ...], why: int | None, at: str | None, model: str) -> None:
    """Ask the live model, e.g. nightswap predict duration=0 src_bytes=54540 dst_bytes=8314."""
    question = _question(features, why=why, model=model)
    statuses, said = _now(stage, question) if at is None else _then(stage, question, at=at)
    show_json(said)
    sys.exit(0 if set(statuses) == {200} else 1)


def _now(stage: Stage, question: prediction.Question) -> tuple[list[int], object]:
    edges = stage.edges
    answer = prediction.ask(edges.functions, question, known=lambda: catalog.models(edges.store))
    status, body = answer.alone
    click.echo(_start(answer), err=True)
    return [status], body


def _start(answer: prediction.Scored) -> str:
    """On stderr, since what is printed is the answer's JSON."""
    if answer.init_ms is None:
        return "start: not told by a version of an earlier release"
    return f"start: cold, {answer.init_ms} ms" if answer.init_ms else "start: warm"


def _then(stage: Stage, question: prediction.Question, *, at: str) -> tuple[list[int], object]:
    moment = moments.moment(at)
    models.check(stage.edges, model=question.model)
    found = past_answers.ask(stage.edges, question, at=moment)
    answers = [each.to_document() for each in found]
    said = {"model": question.model, "at": documents.timestamp(moment), "answers": answers}
    return [each.status for each in found], said


def _question(features: Sequence[str], *, why: int | None, model: str) -> prediction.Question:
    query: dict[str, list[str]] = {}
    for feature in features:
        name, separator, value = feature.partition("=")
        if not separator:
            raise click.UsageError(f"{feature!r} is not of the form FEATURE=VALUE")
        if name == "model":
            raise click.UsageError(f"name the model by an option: --model {value}")
        query.setdefault(name, []).append(value)
    if why is not None:
        query["why"] = [str(why)]
    return prediction.from_query({**query, "model": [model]}, default_model=model)


COMMANDS = (predict,)
