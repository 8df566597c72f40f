"""Stores the numbered versions of a model: `models/MODEL/versions/000007/`.

A run claims a number with `claim.json` before it publishes, and `manifest.json`, written last, marks the version
complete. Numbers never repeat, and a number whose run died stays a claim without a manifest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import Kind, anything, count, list_of, moment, text
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, VersionUnknown
from chalicelib.registry.manifest import SCHEMA, SCORECARD_FILE, Manifest, listed_schema
from chalicelib.registry.replay_sample import Sample
from chalicelib.registry.report import Report

MANIFEST = "manifest.json"
PACKAGE = "package.zip"
MODEL_DATA = "endpoint.tar.gz"
"""What the endpoint of a version runs, where it has one: code and artifact."""
ARTIFACT_STEM = "model."
"""What an artifact's name begins with, among a run's intermediates too; `Manifest.artifact_file` is a version's."""
REPORT = "report.json"
REPLAY = "replay.json"
"""Rows of the holdout with the answers that the version has to give."""
QUOTING = (REPLAY, REPORT)
"""The parts of a version that quote rows of its data."""
SPLITS = "splits.json"
"""How every object was first split that this version, or one before it, was made of."""
CLAIM = "claim.json"
NUMBER = re.compile(r"\d{6,}")

PRUNED = "pruned.json"
"""Written before the parts of a version go that weigh most: it is never live again, what it was stays on record."""


class Pruned(Document):
    """By whom and when the version gave up its heaviest parts, or is about to. That it is there is what counts."""

    at: str = holds(moment)
    who: str = holds(text)
    bytes: int | None = holds(count, default=None)
    """Of its function versions, where pruning took it."""
    files: Sequence[str] | None = holds(list_of(text), default=None)
    """Those that were erased, where an erasure took it."""


class Claim(Document):
    """Who works at a version of that number: the run that put it there first."""

    holder: str = holds(text)
    claimed_at: str | None = holds(moment, default=None)


class _Scorecard(Document):
    """What is read of an artifact whose manifest does not tell its schema."""

    schema: Mapping[str, Any] = holds(SCHEMA)


SHAPES: Mapping[str, Kind] = {
    CLAIM: Claim.misfit,
    MANIFEST: Manifest.misfit,
    REPORT: Report.misfit,
    SCORECARD_FILE: _Scorecard.misfit,
    REPLAY: Sample.misfit,
    SPLITS: anything,
}
"""Of the documents of a version, by their names."""


class Kept:
    """What is kept of all versions of a model, by one listing of the bucket."""

    def __init__(self, edges: Edges, model: str) -> None:
        self._model = model
        self.keys = frozenset(listed.key for listed in edges.store.list(layout.versions(model)))

    def has(self, model_version: int, name: str) -> bool:
        return layout.version(self._model, model_version, name) in self.keys

    def numbers(self, name: str = MANIFEST) -> list[int]:
        """Of the versions that have this part, oldest first; by their manifests those that are complete."""
        marker, prefix = f"/{name}", layout.versions(self._model)
        named = [key.removeprefix(prefix).removesuffix(marker) for key in self.keys if key.endswith(marker)]
        return sorted(int(each) for each in named if NUMBER.fullmatch(each))


def numbers(edges: Edges, *, model: str, complete: bool) -> list[int]:
    """The claimed, or the complete, version numbers, oldest first."""
    return Kept(edges, model).numbers(MANIFEST if complete else CLAIM)


def is_pruned(edges: Edges, *, model: str, model_version: int) -> bool:
    """Whether the version gave up its package, or is about to: it can never be live again."""
    return edges.store.find(layout.version(model, model_version, PRUNED)) is not None


def claim(edges: Edges, *, model: str, run: str) -> int:
    """The run's version number: the one it has claimed already, or the next free one."""
    claimed = numbers(edges, model=model, complete=False)
    for number in reversed(claimed):
        if _claimant(edges, model=model, model_version=number) == run:
            return number
        if edges.store.find(layout.version(model, number, MANIFEST)):
            break  # complete: what lies before it belongs to runs that ended before this one began
    number = claimed[-1] if claimed else 0
    mine = Claim(holder=run, claimed_at=documents.timestamp(edges.clock())).encode()
    while True:
        number += 1
        if edges.store.put_if_absent(layout.version(model, number, CLAIM), mine):
            return number
        if _claimant(edges, model=model, model_version=number) == run:
            return number


def _claimant(edges: Edges, *, model: str, model_version: int) -> str | None:
    found = find_claim(edges, model=model, model_version=model_version)
    return found.holder if found else None


def find_claim(edges: Edges, *, model: str, model_version: int) -> Claim | None:
    """None where nobody claimed the number."""
    return Claim.find(edges.store, layout.version(model, model_version, CLAIM))


def find_manifest(edges: Edges, *, model: str, model_version: int) -> Manifest | None:
    """None when there is no complete version of that number."""
    key = layout.version(model, model_version, MANIFEST)
    found = Manifest.find(edges.store, key)
    if found is not None and (found.model, found.model_version) != (model, model_version):
        raise documents.damaged(key, f"it is of version {found.model_version} of {found.model:.60}")
    return found


def manifest(edges: Edges, *, model: str, model_version: int) -> Manifest:
    """Raises VersionUnknown when there is no complete version of that number."""
    found = find_manifest(edges, model=model, model_version=model_version)
    if found is None:
        key = layout.version(model, model_version, MANIFEST)
        raise VersionUnknown(
            f"{model} has no version {model_version}: {key} is not in the bucket. nightswap versions {model} lists"
            f" those that are; if it was deleted, {documents.put_back(key)}",
            model=model,
            model_version=model_version,
        )
    return found


def is_twin(edges: Edges, *, model: str, of: int | None, model_version: int, fingerprint: str) -> bool:
    """Whether a version, with its fingerprint, is made of the data, recipe and code of another one, as a forced run
    makes it. To quarantine it would lock that one too."""
    other = None if of in (None, model_version) else find_manifest(edges, model=model, model_version=of)
    return other is not None and other.fingerprint == fingerprint


def part(edges: Edges, *, model: str, model_version: int, name: str) -> bytes:
    """One of a complete version's files; raises RegistryIncomplete when it is gone."""
    key = layout.version(model, model_version, name)
    stored = edges.store.find(key)
    if stored is None:
        raise RegistryIncomplete(
            f"{key} is missing from bucket {edges.store.bucket}: {documents.put_back(key)}", key=key
        )
    return stored.body


def report(edges: Edges, *, model: str, model_version: int) -> Report:
    """Of the evaluation that a complete version passed; raises RegistryIncomplete when it is gone or damaged."""
    body = part(edges, model=model, model_version=model_version, name=REPORT)
    return Report.read(body, key=layout.version(model, model_version, REPORT))


def schema(edges: Edges, manifest: Manifest) -> Mapping[str, Any]:
    """The columns that the version takes, as `manifest.Artifact` has them.

    Raises RegistryIncomplete when the manifest does not tell, and the scorecard that would is gone or damaged.
    """
    if manifest.artifact is not None:
        return manifest.artifact.schema
    body = part(edges, model=manifest.model, model_version=manifest.model_version, name=SCORECARD_FILE)
    key = layout.version(manifest.model, manifest.model_version, SCORECARD_FILE)
    return listed_schema(_Scorecard.read(body, key=key).schema)


def mark_pruned(edges: Edges, pruned: Pruned, *, model: str, model_version: int) -> None:
    """The first mark stands."""
    edges.store.put_if_absent(layout.version(model, model_version, PRUNED), pruned.encode())


def find_sample(edges: Edges, *, model: str, model_version: int) -> Sample | None:
    """The rows that the version is asked for; None when there are none."""
    return Sample.find(edges.store, layout.version(model, model_version, REPLAY))


def with_code(edges: Edges, *, model: str, code_sha256: str) -> Manifest | None:
    """The manifest of the newest version whose package has this checksum, in Lambda's spelling; None for none."""
    return _newest(edges, model=model, is_it=lambda each: each.code_sha256 == code_sha256)


def of_run(edges: Edges, *, model: str, run: str) -> Manifest | None:
    """The manifest of the version that the run made; None when it made none."""
    return _newest(edges, model=model, is_it=lambda each: each.run == run)


def _newest(edges: Edges, *, model: str, is_it: Callable[[Manifest], bool]) -> Manifest | None:
    """Past what is damaged, unless it may be the one: then RegistryIncomplete names it."""
    damage: RegistryIncomplete | None = None
    for each in reversed(numbers(edges, model=model, complete=True)):
        try:
            found = manifest(edges, model=model, model_version=each)
        except RegistryIncomplete as exc:
            damage = damage or exc
            continue
        if is_it(found):
            return found
    if damage is not None:
        raise damage
    return None
