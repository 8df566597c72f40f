"""Gathers what is known of a model: what is live, its versions, their reports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from chalicelib.bodies import check_model
from chalicelib.cutting import quoted
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.serving_functions import Alias
from chalicelib.errors import RegistryIncomplete, VersionUnknown
from chalicelib.ledger.anchor import standing
from chalicelib.ledger.ledger import Ledger
from chalicelib.limits import LISTED_MODELS, LISTED_OBJECTS, LISTED_VERSIONS, VERSION_DIGITS
from chalicelib.registry import catalog, registry
from chalicelib.registry.live import Live, look
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.pin import Pin
from chalicelib.registry.quarantine import Quarantine
from chalicelib.registry.registry import Kept
from chalicelib.registry.report import Threshold

LISTED = ("model_version", "function_version", "run", "created_at", "ratios", "data")
"""The fields of a manifest in the list of versions."""
VERSION_NUMBER = re.compile(rf"[1-9][0-9]{{0,{VERSION_DIGITS - 1}}}")


def all_live(edges: Edges) -> dict[str, Any]:
    """The models, each with what is live and in words what is wrong with it, and how many more there are."""
    known = catalog.models(edges.store)
    found = [_standing(edges, model=model) for model in known[:LISTED_MODELS]]
    return {"models": found, "left_out": len(known) - len(found)}


def _standing(edges: Edges, *, model: str) -> dict[str, Any]:
    told: list[str] = []
    seen = look(edges, model=model)
    gone = documents.readable(lambda: way_back_to_life(edges, model=model), told=told) if seen.alias is None else None
    number = documents.readable(seen.version, told=told)
    live = _live(edges, model, alias=seen.alias, number=number, told=told) if seen.alias else None
    return {"model": model, "live": live, "problems": [*([gone] if gone else []), *told]}


def way_back_to_life(edges: Edges, *, model: str) -> str | None:
    """Of a model whose alias is gone, though the ledger knows a live version: what that is, and how it comes back.

    None of one that was never live.
    """
    last = Ledger(edges, model).last()
    if last is None:
        return None
    return (
        f"the alias of {model} is gone, and by entry {last.entry} of the ledger version {last.model_version} is"
        f" live: the next run puts it back, or at once nightswap restore {model}"
    )


def champion(edges: Edges, seen: Live, *, model: str) -> int | None:
    """The version that a new one is judged against; None where nothing was ever live.

    Raises RegistryIncomplete where that is not known: what were promoted then would have beaten nobody.
    """
    if seen.alias is None:
        gone = way_back_to_life(edges, model=model)
        if gone is not None:
            raise RegistryIncomplete(gone)
        return None
    found = seen.version()
    if found is None:
        raise RegistryIncomplete(
            f"{model} serves function version {seen.alias.function_version}, which the registry does not know:"
            f" put a registered one back with nightswap restore {model}"
        )
    return found


def anchor(edges: Edges, *, model: str) -> int | None:
    """The version that a new one is compared with beside the champion, by the ledger; None for none.

    One that is quarantined is none: then it is the one before it.
    """

    def is_quarantined(number: int) -> bool:
        told: list[str] = []  # of one that is damaged whoever compares with it tells
        read = partial(registry.find_manifest, edges, model=model, model_version=number)
        manifest = documents.readable(read, told=told)
        return manifest is not None and Quarantine(edges, model).holds(manifest.fingerprint)

    return standing(Ledger(edges, model), but=is_quarantined)


def describe(edges: Edges, *, model: str) -> dict[str, Any]:
    """What is live of one model: lineage, metrics, the schema of its features, the last move of its alias.

    Raises ModelUnknown.
    """
    check(edges, model=model)
    told = _standing(edges, model=model)
    live = told["live"]
    number = live["model_version"] if live else None
    manifest = _manifest(edges, model, number)
    last = Ledger(edges, model).last()
    return {
        **told,
        "schema": manifest and registry.schema(edges, manifest),
        "manifest": manifest and _told(manifest),
        "last_move": last.document if last else None,
    }


def newest_versions(edges: Edges, *, model: str) -> dict[str, Any]:
    """The newest of the complete versions, and how many more there are; raises ModelUnknown."""
    check(edges, model=model)
    kept = Kept(edges, model)
    found = _versions(edges, model=model, kept=kept, limit=LISTED_VERSIONS)
    left_out = len(kept.numbers()) - len(found)
    return {"versions": [documents.short(each, data=LISTED_OBJECTS) for each in found], "left_out": left_out}


def versions(edges: Edges, *, model: str) -> list[dict[str, Any]]:
    """The complete versions, newest first, each with what decided about it and how it stands now."""
    check(edges, model=model)
    return _versions(edges, model=model, kept=Kept(edges, model), limit=None)


def _versions(edges: Edges, *, model: str, kept: Kept, limit: int | None) -> list[dict[str, Any]]:
    told: list[str] = []
    seen = look(edges, model=model)
    live = documents.readable(seen.version, told=told)
    candidate = documents.readable(seen.candidate, told=told)
    shares = _shares(seen.alias, live=live, candidate=candidate) if seen.alias else {}
    pinned = documents.readable(lambda: Pin(edges, model).find(), told=told)
    anchored = documents.readable(lambda: anchor(edges, model=model), told=told)
    flags = {
        "live": {live} if live else set(),
        "anchor": {anchored} if anchored else set(),
        "pinned": {pinned.model_version} if pinned else set(),
        "pruned": set(kept.numbers(registry.PRUNED)),
    }
    quarantined = Quarantine(edges, model).fingerprints()

    def told_of(number: int) -> dict[str, Any]:
        told: list[str] = []
        manifest = documents.readable(lambda: registry.manifest(edges, model=model, model_version=number), told=told)
        known: Mapping[str, Any] = manifest.document if manifest else {"model_version": number}
        return {
            **{name: known.get(name) for name in LISTED},
            "metrics": dict(manifest.metrics) if manifest else {},
            "threshold": _operating_point(manifest.threshold) if manifest else None,
            "tuned": tuning.words if (tuning := manifest.tuning if manifest else None) else None,
            "imported": brought.document if (brought := manifest.imported if manifest else None) else None,
            **{flag: number in numbers for flag, numbers in flags.items()},
            "quarantined": known.get("fingerprint") in quarantined,
            "share": shares.get(number, 0.0),
            "damaged": "; ".join(told) or None,
        }

    return [told_of(number) for number in kept.numbers()[::-1][:limit]]


def _operating_point(threshold: Threshold | None) -> dict[str, Any] | None:
    """Without how it was chosen."""
    return {"positive": threshold.positive, "probability": threshold.probability} if threshold else None


def version(edges: Edges, *, model: str, model_version: str) -> dict[str, Any]:
    """One version's manifest and whole report; raises VersionUnknown."""
    check(edges, model=model)
    number = version_number(model_version)
    manifest = registry.manifest(edges, model=model, model_version=number)
    report = registry.report(edges, model=model, model_version=number).document
    return {"manifest": _told(manifest), "report": report}


def version_number(given: str) -> int:
    """Of a model version in a path; raises VersionUnknown for what can be none."""
    if not VERSION_NUMBER.fullmatch(given):
        raise VersionUnknown(
            f"a model version is a number, not {quoted(given)}", field="version", accepted="1, 2, ..."
        )
    return int(given)


def check(edges: Edges, *, model: str) -> None:
    """Raises ModelUnknown unless the stage has the model."""
    check_model(model, known=catalog.models(edges.store))


def _shares(alias: Alias, *, live: int | None, candidate: int | None) -> dict[int | None, float]:
    """By model version, of those that have traffic: how much of it, 0..1."""
    beside = sum(alias.weights.values())
    return {live: 1 - beside} if candidate is None else {candidate: beside, live: 1 - beside}


def _live(edges: Edges, model: str, *, alias: Alias, number: int | None, told: list[str]) -> dict[str, Any]:
    pinned = documents.readable(lambda: Pin(edges, model).find(), told=told)
    quarantined = documents.readable(lambda: Quarantine(edges, model).model_versions(), told=told)
    return {
        "model_version": number,
        "function_version": alias.function_version,
        "weights": dict(alias.weights),
        "pinned": pinned is not None and pinned.model_version == number,
        "quarantined": number in (quarantined or {}),
    }


def _manifest(edges: Edges, model: str, number: int | None) -> Manifest | None:
    return registry.manifest(edges, model=model, model_version=number) if number else None


def _told(manifest: Manifest) -> dict[str, Any]:
    """All but the schema, which `describe` tells beside it."""
    known = {name: value for name, value in manifest.document.items() if name != "artifact"}
    return documents.short(known, data=LISTED_OBJECTS)
