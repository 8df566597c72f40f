"""Gathers how a model stands: what is live, what waits for approval, the anchor, the last night's live quality."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from chalicelib.approval import refusals
from chalicelib.approval.waiting import Approvals, Waiting
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.names import stage_of_bucket
from chalicelib.quality.night import Night
from chalicelib.quality.series import Series
from chalicelib.registry import models


def all_live(edges: Edges) -> dict[str, Any]:
    """The models, each with what is live, the version that waits, and in words what is wrong with it."""
    found = models.all_live(edges)
    return {**found, "models": [_with_what_waits(edges, each, tell=_briefly) for each in found["models"]]}


def describe(edges: Edges, *, model: str) -> dict[str, Any]:
    """All that `models.describe` tells, and what waits, the anchor, and the last night's live quality.

    Raises ModelUnknown.
    """
    found = _with_what_waits(edges, models.describe(edges, model=model), tell=partial(_told, edges))
    night = next(Series(edges, model).newest_first(), None)
    return {
        **found,
        "anchor": models.anchor(edges, model=model),
        "live_quality": _told_of_night(night) if night else None,
    }


def versions(edges: Edges, *, model: str) -> list[dict[str, Any]]:
    """The complete versions, newest first, with how each stands now; raises ModelUnknown."""
    return _marked(edges, models.versions(edges, model=model), model=model)


def newest_versions(edges: Edges, *, model: str) -> dict[str, Any]:
    """The newest of them, and how many more there are; raises ModelUnknown."""
    found = models.newest_versions(edges, model=model)
    return {**found, "versions": _marked(edges, found["versions"], model=model)}


def open_of(edges: Edges, *, model: str, told: list[str]) -> Waiting | None:
    """The version that waits; `told` learns of a note that is damaged."""
    return documents.readable(Approvals(edges, model).open, told=told)


def _marked(edges: Edges, versions: list[dict[str, Any]], *, model: str) -> list[dict[str, Any]]:
    waiting = open_of(edges, model=model, told=[])
    number = waiting.model_version if waiting else None
    return [{**each, "waits": each["model_version"] == number} for each in versions]


def _with_what_waits(
    edges: Edges, standing: dict[str, Any], *, tell: Callable[[Waiting], dict[str, Any]]
) -> dict[str, Any]:
    told: list[str] = []
    waiting = open_of(edges, model=standing["model"], told=told)
    waits = documents.readable(lambda: tell(waiting), told=told) if waiting else None
    return {**standing, "waits": waits, "problems": list(dict.fromkeys([*standing["problems"], *told]))}


def _briefly(waiting: Waiting) -> dict[str, Any]:
    return {"run": waiting.run, "model_version": waiting.model_version, "until": waiting.until}


def _told(edges: Edges, waiting: Waiting) -> dict[str, Any]:
    """`closed` is why it cannot be approved just now, None where it can; then the command to do it."""
    run, stage = waiting.run, stage_of_bucket(edges.store.bucket)
    names = ("run", "model_version", "champion", "verdict", "since", "until", "otherwise")
    return {
        **{name: getattr(waiting, name) for name in names},
        "closed": refusals.of_approval(edges, model=waiting.model, run=waiting.run),
        "approve": f'nightswap approve {run} --stage {stage} --reason "..."',
        "reject": f'nightswap reject {run} --stage {stage} --reason "..."',
    }


def _told_of_night(night: Night) -> dict[str, Any]:
    """Without the names of the files and the matrix, which the run's report has."""
    ratios = [
        {
            "name": each.name,
            "value": each.value,
            "interval": each.interval.document if each.interval else None,
            "then": each.then,
            "fell": each.fell,
            "words": each.words,
        }
        for each in night.ratios
    ]
    told = {"run": night.run, "at": night.at, "model_version": night.model_version}
    return {**told, "rows": night.rows, "files": night.files, "ratios": ratios}
