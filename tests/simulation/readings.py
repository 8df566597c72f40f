"""Reads moves, documents, results and running executions from a world's history, for the invariants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from chalicelib import layout
from chalicelib.edges.serving_functions import Alias
from chalicelib.ledger.stamp import Stamp
from chalicelib.promotion import promotion
from tests.fakes.history import Effect
from tests.simulation.world import HAND, MODEL, World


def moves(world: World) -> Iterator[tuple[Effect, Stamp]]:
    """Every move of the alias with its stamp, in order."""
    for effect in world.history.of("create_alias", "update_alias"):
        stamp = Stamp.parse(effect.facts["description"])
        assert stamp, f"a move without a stamp: {effect}"
        yield effect, stamp


def lasting(world: World) -> Iterator[tuple[Effect, Stamp]]:
    """The moves that something is left of: all, but one whose author died before its entry, and whose alias, the only
    other record of it, was deleted by a hand before anybody came by. Its author may then make that move anew, from no
    alias.
    """
    entries = documents_at(world, rf"{layout.ledger(MODEL)}\d+\.json")
    written = {(entry["run"], entry["step"], entry["from_function_version"]) for _, _, entry in entries}
    deleted = [effect.index for effect in world.history.of("delete_alias")]
    made = list(moves(world))
    ends = [*(effect.index for effect, _ in made[1:]), len(world.history.effects)]
    for (effect, stamp), end in zip(made, ends, strict=False):
        before: Alias | None = effect.facts["before"]
        told = (stamp.run, stamp.step, before.function_version if before else None)
        if told in written or not any(effect.index < each < end for each in deleted):
            yield effect, stamp


def moves_of_runs(world: World, *kinds: str) -> Iterator[tuple[Effect, Stamp]]:
    """The moves of these kinds that runs made, not operators."""
    runs = {effect.subject for effect in world.history.of("start")}
    return ((effect, stamp) for effect, stamp in moves(world) if stamp.kind in kinds and stamp.run in runs)


def promotions(world: World) -> Iterator[tuple[Effect, Stamp]]:
    """The swaps of runs."""
    return moves_of_runs(world, promotion.PROMOTED)


def judging_of(stamp: Stamp) -> int:
    """Which of its run's judgings a shift or a swap belongs to."""
    if stamp.kind == promotion.PROMOTED:
        return stamp.step - promotion.SWAP + 1
    return 1 + (stamp.step - 1) // promotion.SHIFTS_MAX


def stamp_before(effect: Effect) -> Stamp | None:
    """The stamp of the alias that a move replaced."""
    before: Alias | None = effect.facts["before"]
    return Stamp.parse(before.description) if before else None


def documents_at(world: World, pattern: str) -> Iterator[tuple[Effect, re.Match[str], Any]]:
    """Every JSON document that the product wrote to a key of this pattern, in order."""
    for effect in world.history.of("put"):
        match = effect.actor != HAND and re.fullmatch(pattern, effect.subject)
        if match:
            yield effect, match, json.loads(effect.facts["body"])


def manifests(world: World) -> Iterator[tuple[Effect, int, Any]]:
    pattern = rf"{layout.versions(MODEL)}(\d+)/manifest\.json"
    return ((effect, int(match[1]), body) for effect, match, body in documents_at(world, pattern))


def registered(world: World) -> dict[int, Any]:
    """The manifests by model version."""
    return {number: manifest for _, number, manifest in manifests(world)}


def artifacts(world: World) -> dict[int, Any]:
    """The artifacts by model version, those of versions that are not complete too."""
    pattern = rf"{layout.versions(MODEL)}(\d+)/model\.(?:json|trees|onnx)"
    return {int(match[1]): body for _, match, body in documents_at(world, pattern)}


def evaluations(world: World) -> Iterator[tuple[Effect, str, Any]]:
    """Every result of Evaluate, as the task's document has it, with its run."""
    for effect, match, document in documents_at(world, r"runs/([^/]+)/evaluate\.json"):
        if document["status"] == "done":
            yield effect, match[1], document["result"]


def takings(world: World) -> Iterator[tuple[Effect, str, Any]]:
    """Every result of a Preprocess that took up an approved version, with its run."""
    for effect, match, document in documents_at(world, r"runs/([^/]+)/preprocess\.json"):
        if document["status"] == "done" and document["result"]["is_approved"]:
            yield effect, match[1], document["result"]


def waited(world: World) -> Iterator[tuple[Effect, Any]]:
    """What waited for approval, and what was decided about it, in order."""
    return ((effect, body) for effect, _, body in documents_at(world, re.escape(layout.waiting(MODEL))))


def swap_decisions(world: World) -> dict[tuple[str, int], tuple[Effect, Any]]:
    """Of every run and judging the swap that it was committed to, with the effect that decided it."""
    found = documents_at(world, r"runs/([^/]+)/decision_swap_(\d)\.json")
    return {(match[1], int(match[2])): (effect, body["move"]) for effect, match, body in found if body["move"]}


def begun(world: World, effect: Effect, state: str) -> Effect:
    """The beginning of the try of a task that caused the effect: `state` is the state in snake case."""
    for earlier in reversed(world.history.effects[: effect.index + 1]):
        document = earlier.operation == "put" and re.fullmatch(rf"runs/[^/]+/{state}\.json", earlier.subject)
        if earlier.actor == effect.actor and document and b'"running"' in earlier.facts["body"]:
            return earlier
    raise AssertionError(f"nobody began {state}: {effect}")


def stands_throughout(world: World, key: str, since: int, until: int) -> bool:
    """Whether the object was there all the time between two places in the history."""
    return all(_stands(world, key, since, until))


def is_ever_there(world: World, key: str, since: int, until: int) -> bool:
    """Whether the object was there at any time between two places in the history."""
    return any(_stands(world, key, since, until))


def _stands(world: World, key: str, since: int, until: int) -> Iterator[bool]:
    """Whether the object is there, after each effect from one place in the history to another."""
    there = False
    for effect in world.history.effects[: until + 1]:
        if effect.subject == key and effect.operation in {"put", "delete"}:
            there = effect.operation == "put"
        if effect.index >= since:
            yield there


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
