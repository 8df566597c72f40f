"""What was rolled back is not tried again: `models/MODEL/quarantine/FINGERPRINT.json`.

The fingerprint stands for data, recipe and code, so any change of one of them is a new chance.
"""

from __future__ import annotations

from typing import Any

from chalicelib import documents, layout
from chalicelib.edges import Edges


def find(edges: Edges, *, model: str, fingerprint: str) -> dict[str, Any] | None:
    """model_version, fingerprint, who, why and at; None when the fingerprint is free."""
    found: dict[str, Any] | None = documents.find(edges.store, layout.quarantined(model, fingerprint))
    return found


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
    listed = edges.store.list(layout.quarantined(model))
    found = (documents.find(edges.store, each.key) for each in listed)
    return {each["model_version"]: each for each in found if each}


def in_words(quarantined: dict[str, Any]) -> str:
    """With what to do about it."""
    model, model_version = quarantined["model"], quarantined["model_version"]
    return (
        f"data, recipe and code are those of model version {model_version}, quarantined since"
        f" {quarantined['at']}: {quarantined['why']}; change one of them, or nightswap promote"
        f' {model_version} --model {model} --lift-quarantine --reason "..."'
    )
