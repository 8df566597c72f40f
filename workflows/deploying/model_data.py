"""Deletes all that a stage's bucket holds of one model, for good: data, versions, ledger, and every older content.

It is for a model that is off the air. What went is told nowhere in the bucket; the ledger goes too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from chalicelib import layout, names
from chalicelib.edges import Edges
from chalicelib.edges.object_versions import ObjectVersion, ObjectVersions
from chalicelib.errors import RequestConflict
from chalicelib.promotion.lease import Lease


def refuse_while_running(edges: Edges, *, model: str) -> None:
    """Raises RequestConflict: a run writes into what is being deleted."""
    holder = Lease(edges, model).running_holder()
    if holder is not None:
        raise RequestConflict(
            f"run {holder} of {model} is going: stop it with nightswap stop {holder}, or wait for its end"
        )


def find(versions: ObjectVersions, *, model: str) -> list[ObjectVersion]:
    """All contents, older ones and marks of deletions too, in order of the prefixes."""
    return [*_below(versions, model=model), *_of_runs(versions, model=model), *_moves(versions, model=model)]


def _below(versions: ObjectVersions, *, model: str) -> Iterator[ObjectVersion]:
    for prefix in layout.of_model(model):
        yield from versions.list(prefix)
    yield from (each for each in versions.list(layout.lease(model)) if each.key == layout.lease(model))


def _of_runs(versions: ObjectVersions, *, model: str) -> Iterator[ObjectVersion]:
    for prefix in (layout.RUNS, layout.WORK):
        for each in versions.list(f"{prefix}{model}-"):
            run = names.RUN_NAME.fullmatch(each.key.removeprefix(prefix).partition("/")[0])
            if run and run["model"] == model:
                yield each


def _moves(versions: ObjectVersions, *, model: str) -> Iterator[ObjectVersion]:
    """A move's name does not tell its model, its document does."""
    every = versions.list(layout.MOVES)
    moved = {each.key.removesuffix(".json") for each in every if not each.is_mark and _is_of(versions, each, model)}
    for each in every:
        if any(each.key == f"{name}.json" or each.key.startswith(f"{name}/") for name in moved):
            yield each


def _is_of(versions: ObjectVersions, version: ObjectVersion, model: str) -> bool:
    """A damaged document is nobody's: it stays."""
    try:
        return bool(json.loads(versions.read(version) or b"null")["asked"]["model"] == model)
    except (ValueError, TypeError, LookupError):
        return False
