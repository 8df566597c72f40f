"""Gives the judged model a number, and publishes it as an immutable version of its serving function.

    claim the number -> registry: artifact, report, package -> publish in one call -> evidence
                     -> registry: manifest (complete)

The package holds handler, artifact and manifest, so a function version is the whole model and needs nothing else. An
artifact that is too large for a package stays in the registry: the package's manifest says which version of which
object it is, and the function reads that.
Its report is the one that let it pass: where the champion changes later, the run keeps the second judging's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

from chalicelib import layout
from chalicelib.contracts.rollout import ModelVersioned, VersionModelTask
from chalicelib.documents import documents
from chalicelib.edges import Edges, serving_room
from chalicelib.errors import ArtifactInvalid
from chalicelib.evidence import evidence
from chalicelib.layout import Place
from chalicelib.limits import PACKAGED_BYTES
from chalicelib.quality import left_out
from chalicelib.registry import publishing, registry, run_documents
from chalicelib.registry.manifest import SCORECARD, SCORECARD_FILE, Manifest, Served, StoredArtifact
from chalicelib.registry.report import Report
from chalicelib.values import Value


class Parts(Value):
    """What was judged, as the run left it."""

    artifact: bytes
    report: bytes
    replay: bytes


class Build(Protocol):
    """Makes the package of a serving function; raises ArtifactInvalid when its manifest does not fit the artifact."""

    def __call__(self, *, artifact: bytes, manifest: Mapping[str, Any]) -> bytes: ...


class Hosting(Protocol):
    """How a version's endpoint is made."""

    def served(self, model_version: int) -> Served:
        """Its name and its keep, for the manifest."""

    def packages(self, package: bytes, *, manifest: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """From the package of a function that answers by itself to that of one that asks, and the data of the
        endpoint's model."""


def version(
    edges: Edges,
    task: VersionModelTask,
    *,
    artifact: bytes,
    report: bytes,
    replay: bytes,
    build: Build,
    hosting: Hosting | None = None,
    packaged_bytes: int = PACKAGED_BYTES,
) -> ModelVersioned:
    """Number and publish what was judged; a larger artifact than `packaged_bytes` does not go into the package.
    With `hosting` the function asks an endpoint. Repeating it is harmless.

    Raises ArtifactInvalid, EstimatorUnsupported for one that is too large for an endpoint, RegistryIncomplete,
    ServingChanged, LayersMissing, ServingTooSmall, and the TransientErrors of the edges.
    """
    if hashlib.sha256(artifact).hexdigest() != task.artifact_sha256:
        raise ArtifactInvalid(f"{task.artifact_uri} is not the artifact that was judged: its SHA-256 differs")
    if hosting is not None:
        serving_room.check_endpoint(len(artifact), model=task.model, most=packaged_bytes)
    number = registry.claim(edges, model=task.model, run=task.run)
    if registry.find_manifest(edges, model=task.model, model_version=number) is None:
        kept = Parts(artifact=artifact, report=report, replay=replay)
        _publish(edges, task, number=number, kept=kept, build=build, hosting=hosting, packaged_bytes=packaged_bytes)
    complete = registry.manifest(edges, model=task.model, model_version=number)
    return ModelVersioned(model_version=number, function_version=complete.function_version)


def _publish(
    edges: Edges,
    task: VersionModelTask,
    *,
    number: int,
    kept: Parts,
    build: Build,
    hosting: Hosting | None,
    packaged_bytes: int,
) -> None:
    lineage = run_documents.profile(edges, run=task.run)
    training = run_documents.training(edges, run=task.run)
    made = training.artifact if training else None
    form, file = (made.format, made.file) if made else (SCORECARD, SCORECARD_FILE)
    identity = {
        "model": task.model,
        "model_version": number,
        "run": task.run,
        "artifact_sha256": task.artifact_sha256,
        "format": form,
        "data": [each.name for each in lineage.objects],
    }
    judged = Report.read(kept.report, key=Place.parse(task.report_uri).key)
    stored = None
    if len(kept.artifact) > packaged_bytes:
        stored = _stored(edges, task, layout.version(task.model, number, file), artifact=kept.artifact)
        identity["stored"] = {"bucket": edges.store.bucket, **stored.document}
    package = build(artifact=kept.artifact, manifest=identity)
    data: dict[str, bytes] = {}
    if hosting is not None:
        package, data[registry.MODEL_DATA] = hosting.packages(package, manifest=identity)
    parts = {
        **data,
        **({} if stored else {file: kept.artifact}),
        registry.REPORT: kept.report,
        registry.REPLAY: kept.replay,
        registry.PACKAGE: package,
    }
    if lineage.splits is not None:
        parts[registry.SPLITS] = documents.in_one_line(lineage.splits)
    _keep(edges, parts, model=task.model, model_version=number)
    published = publishing.publish(
        edges,
        model=task.model,
        package=package,
        serving_sha256=task.serving_sha256,
        layers=made.layers if made and hosting is None else (),
        stored_bytes=stored.bytes if stored else 0,
    )
    told: dict[str, Any] = {"stored": stored} if stored else {}
    if gone := left_out.of_run(edges, run=task.run):
        told["left_out"] = gone
    if hosting is not None:
        told["endpoint"] = hosting.served(number)
    manifest = Manifest(
        model=task.model,
        model_version=number,
        run=task.run,
        created_at=documents.timestamp(edges.clock()),
        artifact_sha256=task.artifact_sha256,
        format=form,
        artifact=made,
        example=lineage.profile.example,
        parts={file: task.artifact_sha256, **evidence.checksums(parts)},
        function_version=published.function_version,
        code_sha256=published.code_sha256,
        configuration=published.configuration,
        fingerprint=task.fingerprint,
        data=lineage.objects,
        rows=lineage.profile.rows,
        **told,
        recipe_sha256=lineage.recipe_sha256,
        pipeline_sha256=lineage.code_sha256,
        training=training and training.without_artifact(),
        matrix=judged.matrix,
        ratios=judged.ratios or {},
        rules=judged.rules,
        reason=judged.reason,
    )
    stands = evidence.keep(edges, manifest)
    edges.store.put_if_absent(layout.version(task.model, number, registry.MANIFEST), stands)


def _stored(edges: Edges, task: VersionModelTask, key: str, *, artifact: bytes) -> StoredArtifact:
    """The artifact in the registry, where the published function reads it; raises ArtifactInvalid.

    What lies there is not read back as a whole: VersionModel has the memory for one of the largest, not for two.
    """
    edges.store.put_if_absent(key, artifact)
    found = edges.store.digest(key)
    if found is None or found.sha256 != task.artifact_sha256:
        raise ArtifactInvalid(f"{key} is not the artifact that was judged: retrain again")
    if found.version_id is None:
        raise ArtifactInvalid(
            f"bucket {edges.store.bucket} keeps no versions, so no function could tell that it reads {key} as it was"
            " judged: nightswap deploy switches them on"
        )
    return StoredArtifact(key=key, version_id=found.version_id, bytes=found.size_bytes)


def _keep(edges: Edges, parts: Mapping[str, bytes], *, model: str, model_version: int) -> None:
    """A number's parts are written once. Raises ArtifactInvalid when others lie there, as of an earlier try."""
    for name, body in parts.items():
        edges.store.put_if_absent(layout.version(model, model_version, name), body)
        if registry.part(edges, model=model, model_version=model_version, name=name) != body:
            raise ArtifactInvalid(
                f"version {model_version} of {model} was begun with another {name}: the task was repeated with other"
                " inputs; retrain again"
            )
