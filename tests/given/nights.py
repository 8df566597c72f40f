"""Registers versions, a live one, and runs that go on or are over: what earlier nights left."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.evidence import evidence
from chalicelib.ledger import stamp
from chalicelib.ledger.ledger import Ledger
from chalicelib.promotion import commitment, promotion
from chalicelib.promotion.promotion import Move
from chalicelib.registry import publishing, registry
from chalicelib.registry.manifest import (
    SCORECARD_FILE,
    Artifact,
    Manifest,
    Source,
    StoredArtifact,
    Training,
    listed_schema,
)
from chalicelib.registry.report import Rule
from tests.fakes.edges import FakeOutside
from tests.given import serving_code
from tests.given.serving_code import FORMAT, SAMPLE, SOUND, ServingCode

MODEL = "kdd99-http"
PARTS = (SCORECARD_FILE, registry.PACKAGE, registry.REPORT, registry.REPLAY)
"""What a version can be made live by, and judged by again."""
GIVEN_UP = (registry.PACKAGE, SCORECARD_FILE, registry.REPLAY)
"""What a pruned version gives up."""
SCHEMA = {"columns": [{"kind": "number", "name": "duration", "example": 0.0}]}

EXAMPLE = {"duration": 0}


@dataclass(frozen=True)
class Registered:
    model_version: int
    function_version: str


def outside(*models: str) -> FakeOutside:
    """An account with these models' serving functions, or MODEL's alone; their versions answer as they should."""
    code = ServingCode()
    night = FakeOutside(*(models or (MODEL,)), handler=code)
    code.sleep = night.clock.sleep
    return night


def register(
    edges: Edges,
    *,
    run: str,
    model: str = MODEL,
    fingerprint: str = "data-1",
    behaviour: str = SOUND,
    schema: Mapping[str, Any] = SCHEMA,
    data: Sequence[Mapping[str, Any]] = ({"name": "night-1.csv"},),
    report: Mapping[str, Any] | None = None,
    sample: Mapping[str, Any] = SAMPLE,
    rules: Sequence[Mapping[str, Any]] = (),
    form: str = FORMAT,
    file: str | None = SCORECARD_FILE,
    layers: Sequence[str] = (),
    example: Mapping[str, Any] = EXAMPLE,
    training: Mapping[str, Any] | None = None,
    stored: bool = False,
    more_parts: Mapping[str, bytes] | None = None,
) -> Registered:
    """A complete, published version that is not live; `behaviour` is one of `serving_code`'s, `form` its format, and
    `layers` are what that needs.

    `file` is the artifact's name; None as an early release wrote it, whose manifests do not tell it. With `stored`
    its function reads the artifact from the bucket.
    """
    number = registry.claim(edges, model=model, run=run)
    artifact = documents.encode({"format": form, "schema": schema, "run": run})
    artifact_sha256 = hashlib.sha256(artifact).hexdigest()
    package = serving_code.package(
        run=run, model=model, model_version=number, artifact_sha256=artifact_sha256, behaviour=behaviour
    )
    parts = {
        file or SCORECARD_FILE: artifact,
        registry.REPORT: documents.encode(report or report_of(run)),
        registry.REPLAY: documents.encode(sample),
        registry.PACKAGE: package,
        **(more_parts or {}),
    }
    for name, body in parts.items():
        edges.store.put(layout.version(model, number, name), body)
    published = publishing.publish(edges, model=model, package=package, serving_sha256=None, layers=layers)
    needed = {"layers": list(layers)} if layers else {}
    made = file and Artifact(format=form, file=file, schema=listed_schema(schema), **needed)
    told: dict[str, Any] = {"artifact": made} if made else {}
    if stored:
        key = layout.version(model, number, file or SCORECARD_FILE)
        found = edges.store.digest(key)
        assert found is not None and found.version_id is not None
        told["stored"] = StoredArtifact(key=key, version_id=found.version_id, bytes=found.size_bytes)
    manifest = Manifest(
        **told,
        format=form,
        model=model,
        model_version=number,
        run=run,
        function_version=published.function_version,
        code_sha256=published.code_sha256,
        configuration=published.configuration,
        artifact_sha256=artifact_sha256,
        fingerprint=fingerprint,
        data=tuple(map(Source.of, data)),
        ratios={"attack": {"recall": 1.0}},
        rules=tuple(map(Rule.of, rules)),
        reason="every rule passed",
        example=example,
        training=Training.of(training) if training else None,
        parts=evidence.checksums(parts),
        created_at=documents.timestamp(edges.clock()),
    )
    edges.store.put(layout.version(model, number, registry.MANIFEST), evidence.keep(edges, manifest))
    return Registered(number, published.function_version)


def forget_evidence(night: FakeOutside, number: int) -> None:
    """Leave the version as a release would have made it that kept no evidence."""
    night.store.delete(layout.evidence(MODEL, number))
    key = layout.version(MODEL, number, registry.MANIFEST)
    manifest = registry.manifest(night.edges, model=MODEL, model_version=number).document
    night.store.put(key, documents.encode({name: value for name, value in manifest.items() if name != "parts"}))


def report_of(run: str) -> dict[str, Any]:
    """What its evaluation found, as far as it is read."""
    return {"run": run, "passed": True, "reason": "every rule passed", "rules": []}


def swap(edges: Edges, registered: Registered, *, run: str, expected: str | None = None, **changes: Any) -> Move:
    """The move that makes a registered version live, as SwapAlias wishes it; `expected` is the RevisionId seen."""
    wanted: dict[str, Any] = {
        "model": MODEL,
        "run": run,
        "step": promotion.SWAP,
        "kind": promotion.PROMOTED,
        "function_version": registered.function_version,
        "model_version": registered.model_version,
        "expected": expected,
        "who": run,
        "why": "every rule passed",
    }
    return Move(**{**wanted, **changes})


def promote(
    edges: Edges,
    *,
    run: str,
    model: str = MODEL,
    fingerprint: str = "data-1",
    behaviour: str = SOUND,
    is_anchor: bool = True,
    **beside: Any,
) -> Registered:
    """A version registered and made live; with `is_anchor` it is proved better than the anchor, and is the next."""
    registered = register(edges, run=run, model=model, fingerprint=fingerprint, behaviour=behaviour, **beside)
    next_entry = Ledger(edges, model).next_entry()
    move = swap(
        edges,
        registered,
        run=run,
        expected=revision(edges, model),
        next_entry=next_entry,
        model=model,
        anchor=registered.model_version if is_anchor else None,
    )
    commitment.commit(edges, move, what=commitment.SWAP, judging=1)
    promotion.move_alias(edges, move)
    return registered


def shift(edges: Edges, registered: Registered, *, run: str, share: float = 0.1, **changes: Any) -> Move:
    """The move that gives a registered version a share of the traffic, as ShiftTraffic wishes it."""
    champion = edges.functions.alias(MODEL)
    left = stamp.of(champion)
    if champion is None or left is None:
        raise AssertionError("promote a version first: there is nothing to shift traffic from")
    wanted: dict[str, Any] = {
        "step": promotion.shift_step(1, judging=1),
        "kind": promotion.SHIFTED,
        "function_version": champion.function_version,
        "model_version": left.model_version,
        "weights": {registered.function_version: share},
        "candidate": registered.model_version,
        "why": "canary",
    }
    return swap(edges, registered, run=run, expected=champion.revision_id, **{**wanted, **changes})


def revision(edges: Edges, model: str = MODEL) -> str | None:
    """The RevisionId that a run sees now."""
    alias = edges.functions.alias(model)
    return alias.revision_id if alias else None


def going(night: FakeOutside, run: str, *, model: str = MODEL) -> str:
    """A run that is RUNNING, and was asked for."""
    asked = {"model": model, "force": False, "reason": "nightly", "requested_at": documents.timestamp(night.clock())}
    night.store.put(layout.run_document(run, "request"), documents.encode(asked))
    night.executions.start(run, "{}")
    return run


def content(night: FakeOutside) -> dict[str, bytes]:
    """Every object that the bucket got since the deployment."""
    since = [listed.key for listed in night.store.list("") if listed.key != layout.catalog()]
    found = {key: night.store.find(key) for key in since}
    return {key: stored.body for key, stored in found.items() if stored}


def ledger_of(night: FakeOutside, model: str = MODEL) -> list[tuple[int, str, str | None, str, bool]]:
    """Of each entry: number, run, from, to, repaired."""
    found = [documents.find(night.store, listed.key) for listed in night.store.list(layout.ledger(model))]
    return [
        (each["entry"], each["run"], each["from_function_version"], each["to_function_version"], each["repaired"])
        for each in found
    ]
