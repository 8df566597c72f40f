"""A record to verify, and ways to put it out of order."""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib import layout
from chalicelib.audit.verification import verify
from chalicelib.documents import documents
from chalicelib.evidence import evidence
from chalicelib.promotion import promotion
from chalicelib.registry import publishing, registry
from chalicelib.registry.manifest import SCORECARD_FILE
from tests.fakes.edges import FakeOutside
from tests.given import serving_code
from tests.given.nights import MODEL, PARTS, SCHEMA, outside, promote, register, revision, shift


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
    for part in (registry.PACKAGE, SCORECARD_FILE, registry.REPLAY):
        night.store.delete(layout.version(MODEL, number, part))
    night.store.put(layout.version(MODEL, number, registry.PRUNED), b"{}")


def forge(night: FakeOutside, number: int) -> None:
    """Another model in place of the version's: package, artifact, sample and manifest alike, as far as one can who
    writes the registry and nothing else.
    """
    artifact = documents.encode({"format": serving_code.FORMAT, "schema": SCHEMA, "run": "forged"})
    artifact_sha256 = hashlib.sha256(artifact).hexdigest()
    package = serving_code.package(
        run="forged",
        model=MODEL,
        model_version=number,
        artifact_sha256=artifact_sha256,
        behaviour=serving_code.SOUND,
    )
    for name, body in ((SCORECARD_FILE, artifact), (registry.PACKAGE, package)):
        night.store.put(layout.version(MODEL, number, name), body)
    key = layout.version(MODEL, number, registry.MANIFEST)
    manifest = documents.find(night.store, key)
    parts = {
        name: stored.body
        for name in PARTS
        if (stored := night.store.find(layout.version(MODEL, number, name))) is not None
    }
    named = {"parts": evidence.checksums(parts)} if "parts" in manifest else {}
    rewrite(night, key, artifact_sha256=artifact_sha256, code_sha256=publishing.code_sha256(package), **named)


def change_version(night: FakeOutside, number: int, *, splits: Any = None, **manifest: Any) -> None:
    """These facts in the version's manifest, and this as its record of the splits, where there is one."""
    key = layout.version(MODEL, number, registry.MANIFEST)
    if splits is not None:
        night.store.put(layout.version(MODEL, number, registry.SPLITS), documents.encode(splits))
        manifest = {"data": [{"name": "a", "etag": "1", "bytes": 1, "rule": 2}], **manifest}
    night.store.put(key, documents.encode({**documents.find(night.store, key), **manifest}))
