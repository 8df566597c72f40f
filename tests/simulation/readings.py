"""What invariants read out of a world's history: moves, documents, results, and who was running meanwhile."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from chalicelib import layout, promotion
from chalicelib.stamp import Stamp
from tests.fakes.history import Effect
from tests.simulation.world import MODEL, World


def moves(world: World) -> Iterator[tuple[Effect, Stamp]]:
    """Every move of the alias with its stamp, in order."""
    for effect in world.history.of("create_alias", "update_alias"):
        stamp = Stamp.parse(effect.facts["description"])
        assert stamp, f"a move without a stamp: {effect}"
        yield effect, stamp


def promotions(world: World) -> Iterator[tuple[Effect, Stamp]]:
    return ((effect, stamp) for effect, stamp in moves(world) if stamp.step == promotion.SWAP)


def documents_at(world: World, pattern: str) -> Iterator[tuple[Effect, re.Match[str], Any]]:
    """Every JSON document written to a key of this pattern, in order."""
    for effect in world.history.of("put"):
        match = re.fullmatch(pattern, effect.subject)
        if match:
            yield effect, match, json.loads(effect.facts["body"])


def manifests(world: World) -> Iterator[tuple[Effect, int, Any]]:
    pattern = rf"{layout.versions(MODEL)}(\d+)/manifest\.json"
    return ((effect, int(match[1]), body) for effect, match, body in documents_at(world, pattern))


def evaluations(world: World) -> Iterator[tuple[Effect, str, Any]]:
    """Every result of Evaluate, as the task's document has it, with its run."""
    for effect, match, document in documents_at(world, r"runs/([^/]+)/evaluate\.json"):
        if document["status"] == "done":
            yield effect, match[1], document["result"]


def with_running(world: World) -> Iterator[tuple[Effect, frozenset[str]]]:
    """Every effect with the runs whose executions were RUNNING before it."""
    running: frozenset[str] = frozenset()
    for effect in world.history.effects:
        yield effect, running
        if effect.operation == "start":
            running |= {effect.subject}
        elif effect.operation in {"finish", "forget"}:
            running -= {effect.subject}


def outcomes(world: World) -> dict[str, str]:
    """The recorded outcome of every run."""
    pattern = r"runs/([^/]+)/outcome\.json"
    return {match[1]: body["outcome"] for _, match, body in documents_at(world, pattern)}
