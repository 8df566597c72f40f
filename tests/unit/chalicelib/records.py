"""A record to verify, and ways to put it out of order."""

from __future__ import annotations

from typing import Any

from chalicelib import documents, layout, promotion, registry
from chalicelib.verification import verify
from tests.fakes.edges import FakeOutside
from tests.unit.chalicelib.nights import MODEL, outside, promote, register, revision, shift


def silent(doing: str, done: int, total: int) -> None:
    """Nobody watches."""


def problems(night: FakeOutside) -> tuple[str, ...]:
    return verify(night.edges, model=MODEL, report=silent).problems


def two_nights() -> FakeOutside:
    night = outside()
    promote(night.edges, run="run-1")
    promote(night.edges, run="run-2", fingerprint="data-2")
    return night


def canary(*, run: str = "run-3") -> FakeOutside:
    """Version 3 has a tenth of the traffic of version 2."""
    night = two_nights()
    third = register(night.edges, run=run, fingerprint="data-3")
    promotion.move_alias(night.edges, shift(night.edges, third, run=run))
    return night


def rewrite(night: FakeOutside, key: str, **changes: Any) -> None:
    night.store.put(key, documents.encode({**documents.find(night.store, key), **changes}))


def by_hand(night: FakeOutside, function_version: str, **changes: Any) -> None:
    wanted: dict[str, Any] = {"weights": {}, "description": "by hand", "revision_id": revision(night.edges)}
    night.functions.update_alias(MODEL, function_version=function_version, **{**wanted, **changes})


def prune_by_hand(night: FakeOutside, number: int) -> None:
    for part in (registry.PACKAGE, registry.ARTIFACT, registry.REPLAY):
        night.store.delete(layout.version(MODEL, number, part))
    night.store.put(layout.version(MODEL, number, registry.PRUNED), b"{}")
