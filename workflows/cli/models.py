"""nightswap versions, restore: lists versions, puts the live model back."""

from __future__ import annotations

import secrets
from typing import Any

import click

from chalicelib.cutting import listed
from chalicelib.explain import overview
from chalicelib.interventions import restoration
from chalicelib.registry import models as core
from workflows import person
from workflows.cli.interruption import GOES_ON, told_when_interrupted
from workflows.cli.options import as_json, named_model, on_stage
from workflows.cli.screen import console, damage, number, say, show_json, table_in_parts, table_with_lines
from workflows.cli.stage import Stage

FLAGS = ("live", "waits", "anchor", "pinned", "quarantined", "pruned", "damaged")
"""In this order: what a version is now."""


@click.command()
@named_model()
@as_json
@on_stage
def versions(stage: Stage, model: str, as_json: bool) -> None:
    """List a MODEL's versions, newest first."""
    found = overview.versions(stage.edges, model=model)
    if as_json:
        show_json(found)
        return
    rows = [
        (
            (_flags(each), str(each["model_version"]), each["function_version"] or "-", each["run"] or "-"),
            _files(each),
        )
        for each in found
    ]
    say(f"versions of {model}")
    table_with_lines(["now", "version", "function version", "run"], rows)
    _show_metrics(found)
    told: list[str] = []
    waiting = overview.open_of(stage.edges, model=model, told=told)
    damage([*(each["damaged"] for each in found if each["damaged"]), *told])
    if waiting is not None:
        say(f"{waiting.words}:")
        for command in ("approve", "reject"):
            say(f"  nightswap {command} {waiting.run} --reason TEXT")


@click.command()
@named_model()
@as_json
@on_stage
def restore(stage: Stage, model: str, as_json: bool) -> None:
    """Put the last promoted version of MODEL back from the registry, where Lambda or the local AWS lost it."""
    core.check(stage.edges, model=model)
    with told_when_interrupted(GOES_ON):
        done = restoration.restore(stage.edges, model=model, attempt=secrets.token_hex(6), who=person.name())
    if as_json:
        show_json({"model": model, **vars(done)})
        return
    how = "is live again" if done.moved else "was live already"
    console.print(f"{model} version {done.model_version} {how}, as function version {done.function_version}")


def _show_metrics(versions: list[dict[str, Any]]) -> None:
    """A row for each version, a column for each rule's metric and for the operating point; nothing of versions that
    tell none."""
    told = [{**_operating_point(each), **each["metrics"]} for each in versions]
    names = list(dict.fromkeys(name for each in told for name in each))
    if names:
        rows = [
            [each["model_version"], *(number(metrics.get(name)) for name in names)]
            for each, metrics in zip(versions, told, strict=True)
        ]
        table_in_parts("metrics that the gate judged them by", ["version", *names], rows)


def _operating_point(version: dict[str, Any]) -> dict[str, float]:
    point = version["threshold"]
    return {f"threshold of {point['positive']}": point["probability"]} if point else {}


def _flags(version: dict[str, Any]) -> str:
    """A share of the traffic that is not all of it is told."""
    flags = [flag for flag in FLAGS if version[flag]]
    if 0 < version["share"] < 1:
        flags.insert(flags.count("live"), f"{100 * version['share']:.4g} %")
    return ", ".join(flags)


def _files(version: dict[str, Any]) -> list[str]:
    """A line with the files that it is trained on; of a model that was imported, with those it was judged on too; and
    of one that was tuned, with what was chosen."""
    names = [each["name"] for each in version["data"] or []]
    brought = version["imported"]
    told = [f"imported from {brought['file']} (SHA-256 {brought['sha256']}), judged on"] if brought else []
    told += [version["tuned"]] if version["tuned"] else []
    return [*told, listed(names)] if names else told


COMMANDS = (versions, restore)
