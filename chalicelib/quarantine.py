"""What was rolled back is not tried again: `models/MODEL/quarantine/FINGERPRINT.json`.

The fingerprint stands for data, recipe and code, so any change of one of them is a new chance.
"""

from __future__ import annotations

from typing import Any

from chalicelib import documents, layout
from chalicelib.edges import Edges
from chalicelib.shapes import Record, moment, number_from_1, text

SHAPE = Record(
    {"model": text, "model_version": number_from_1, "fingerprint": text, "who": text, "why": text, "at": moment}
)


def find(edges: Edges, *, model: str, fingerprint: str) -> dict[str, Any] | None:
    """model_version, fingerprint, who, why and at; None when the fingerprint is free."""
    found: dict[str, Any] | None = documents.find(edges.store, layout.quarantined(model, fingerprint), SHAPE)
    return found


def holds(edges: Edges, *, model: str, fingerprint: str) -> bool:
    """Whether it is quarantined, for whatever reason: a document that is damaged still holds its version back."""
    return edges.store.find(layout.quarantined(model, fingerprint)) is not None


def put(edges: Edges, *, model: str, fingerprint: str, model_version: int, who: str, why: str) -> None:
    """Quarantine it; the first reason stands."""
    quarantined = {
        "model": model,
        "model_version": model_version,
        "fingerprint": fingerprint,
        "who": who,
        "why": why,
        "at": documents.timestamp(edges.clock()),
    }
    edges.store.put_if_absent(layout.quarantined(model, fingerprint), documents.encode(quarantined))


def lift(edges: Edges, *, model: str, fingerprint: str) -> None:
    """An operator takes the version back into service; harmless when it was free."""
    edges.store.delete(layout.quarantined(model, fingerprint))


def model_versions(edges: Edges, *, model: str) -> dict[int, dict[str, Any]]:
    """All that are quarantined, by model version."""
    found = (documents.find(edges.store, key, SHAPE) for key in keys(edges, model=model))
    return {each["model_version"]: each for each in found if each}


def keys(edges: Edges, *, model: str) -> list[str]:
    """Where all that are quarantined lie."""
    return [listed.key for listed in edges.store.list(layout.quarantined(model))]


def fingerprints(edges: Edges, *, model: str) -> set[str]:
    """All that are quarantined, by their keys alone: a document that is damaged still holds its version back."""
    prefix = layout.quarantined(model)
    return {key.removeprefix(prefix).removesuffix(".json") for key in keys(edges, model=model)}


def in_words(quarantined: dict[str, Any]) -> str:
    """With what to do about it."""
    model, model_version = quarantined["model"], quarantined["model_version"]
    return (
        f"data, recipe and code are those of model version {model_version}, quarantined since"
        f" {quarantined['at']}: {quarantined['why']}; change one of them, or nightswap promote"
        f' {model_version} --model {model} --lift-quarantine --reason "..."'
    )
