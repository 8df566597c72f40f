"""A pinned version stays live: runs train and judge as ever, but move nothing until it is unpinned.

Whoever pins moves the alias too, if only onto the version that it points to: that gives it a new RevisionId, so a run
that read "not pinned" a moment before loses its compare-and-swap.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib import documents, layout
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.shapes import Record, moment, number_from_1, text

SHAPE = Record({"model_version": number_from_1, "who": text, "why": text}, perhaps={"at": moment})
UNKNOWN = "nobody known"
"""Who pinned, where the record is damaged."""


def find(edges: Edges, *, model: str) -> dict[str, Any] | None:
    """model_version, who, why and at; None when nothing is pinned."""
    try:
        found: dict[str, Any] | None = documents.find(edges.store, layout.pin(model), SHAPE)
    except RegistryIncomplete as damage:
        way_out = f'nightswap unpin --model {model} --reason "..."'
        raise RegistryIncomplete(
            f"{damage.message}; or let go of what it holds: {way_out}", **damage.details
        ) from damage
    return found


def find_or_guess(edges: Edges, *, model: str, live: int | None) -> dict[str, Any] | None:
    """The same; a damaged pin holds what is live, and nobody knows by whom. So an operator can go on from it.

    Raises RegistryIncomplete for a damaged one where nothing is live.
    """
    try:
        return find(edges, model=model)
    except RegistryIncomplete:
        if live is None:
            raise
        return {"model_version": live, "who": UNKNOWN, "why": f"{layout.pin(model)} is damaged"}


def is_guessed(pinned: Mapping[str, Any]) -> bool:
    return bool(pinned["who"] == UNKNOWN)


def claim(edges: Edges, *, model: str, model_version: int, who: str, why: str) -> bool:
    """Pin it, unless there is a pin; says whether it is this version that is pinned."""
    pinned = _pinned(edges, model_version=model_version, who=who, why=why)
    edges.store.put_if_absent(layout.pin(model), documents.encode(pinned))
    stands = find(edges, model=model)
    return stands is not None and stands["model_version"] == model_version


def follow(edges: Edges, *, model: str, model_version: int, who: str, why: str) -> None:
    """Let the pin, if there still is one, hold another version: an operator made that one live."""
    stored = edges.store.find(layout.pin(model))
    if stored is not None:
        moved = _pinned(edges, model_version=model_version, who=who, why=why)
        edges.store.put_if_match(layout.pin(model), documents.encode(moved), etag=stored.etag)


def remove(edges: Edges, *, model: str, pinned: Mapping[str, Any]) -> None:
    """Remove the pin of this version, by this person, for this reason; another one stays.

    Of a damaged one nobody knows any of it: it goes when it was damaged before.
    """
    stored = edges.store.find(layout.pin(model))
    if stored is None:
        return
    try:
        is_this = _mark(documents.read(stored.body, key=layout.pin(model), shape=SHAPE)) == _mark(pinned)
    except RegistryIncomplete:
        is_this = is_guessed(pinned)
        if not is_this:
            raise
    if is_this:
        edges.store.delete_if_match(layout.pin(model), etag=stored.etag)


def in_words(pinned: dict[str, Any]) -> str:
    return f"version {pinned['model_version']} is pinned by {pinned['who']}: {pinned['why']}"


def way_past(model: str, *, waiting: int) -> str:
    """What makes the version live that waits for the end of the pin."""
    return (
        f'nightswap unpin --model {model} --reason "...", then nightswap promote {waiting} --model {model}'
        ' --reason "..."'
    )


def _pinned(edges: Edges, *, model_version: int, who: str, why: str) -> dict[str, Any]:
    return {"model_version": model_version, "who": who, "why": why, "at": documents.timestamp(edges.clock())}


def _mark(pinned: Mapping[str, Any]) -> tuple[Any, ...]:
    """Without the time: a request that is repeated pins again."""
    return pinned["model_version"], pinned["who"], pinned["why"]
