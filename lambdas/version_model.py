"""VersionModel: gives the judged model a number, and publishes it as an immutable version of its serving function.

    claim the number -> registry: artifact, report, package -> publish in one call -> registry: manifest (complete)

The package holds handler, artifact and manifest, so a function version is the whole model and needs nothing else.
Its report is the one that let it pass: where the champion changes later, the run keeps the second judging's.
"""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib import documents, layout, publishing, registry
from chalicelib.contracts import ModelVersioned, VersionModelTask
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.settings import TaskSettings
from lambdas.intermediates import read
from lambdas.model.package import build_package
from lambdas.step import Context, carry_out


def run(task: VersionModelTask, edges: Edges, _: TaskSettings) -> ModelVersioned:
    artifact, report = read(edges, task.artifact_uri), read(edges, task.report_uri)
    if hashlib.sha256(artifact).hexdigest() != task.artifact_sha256:
        raise ArtifactInvalid(f"{task.artifact_uri} is not the artifact that was judged: its SHA-256 differs")
    number = registry.claim(edges, model=task.model, run=task.run)
    complete = documents.find(edges.store, layout.version(task.model, number, registry.MANIFEST))
    if complete is not None:  # this task was repeated
        return ModelVersioned(model_version=number, function_version=complete["function_version"])
    lineage = documents.find(edges.store, layout.run_document(task.run, "profile"))
    identity = {
        "model": task.model,
        "model_version": number,
        "run": task.run,
        "artifact_sha256": task.artifact_sha256,
        "format": documents.decode(artifact)["format"],
        "data": [each["name"] for each in lineage["objects"]],
    }
    package = build_package(artifact=artifact, manifest=identity)
    parts = {
        registry.ARTIFACT: artifact,
        registry.REPORT: report,
        registry.REPLAY: read(edges, task.replay_uri),
        registry.PACKAGE: package,
    }
    if "splits" in lineage:  # not from a Preprocess of before the second rule
        parts[registry.SPLITS] = documents.encode(lineage["splits"])
    for name, body in parts.items():
        edges.store.put_if_absent(layout.version(task.model, number, name), body)
    _check_what_stands(edges, model=task.model, model_version=number, package=package)
    published = publishing.publish(edges, model=task.model, package=package, serving_sha256=task.serving_sha256)
    judged = documents.decode(report)
    manifest = {
        **identity,
        "function_version": published.function_version,
        "code_sha256": published.code_sha256,
        "configuration": published.configuration,
        "fingerprint": task.fingerprint,
        "data": lineage["objects"],
        "rows": lineage["profile"]["rows"],
        "recipe_sha256": lineage["recipe_sha256"],
        "pipeline_sha256": lineage["code_sha256"],
        "training": documents.find(edges.store, layout.run_document(task.run, "training")),
        "example": _example(lineage["profile"]["columns"]),
        "matrix": judged["matrix"],
        "ratios": judged["ratios"],
        "rules": judged["rules"],
        "reason": judged["reason"],
        "created_at": documents.timestamp(edges.clock()),
    }
    edges.store.put_if_absent(layout.version(task.model, number, registry.MANIFEST), documents.encode(manifest))
    return ModelVersioned(model_version=number, function_version=published.function_version)


def _check_what_stands(edges: Edges, *, model: str, model_version: int, package: bytes) -> None:
    """A number's parts are written once. Raises ArtifactInvalid when an earlier try wrote another package."""
    stands = registry.part(edges, model=model, model_version=model_version, name=registry.PACKAGE)
    if stands != package:
        raise ArtifactInvalid(
            f"version {model_version} of {model} was begun with another package: the task was repeated with other"
            " inputs; retrain again"
        )


def _example(columns: dict[str, Any]) -> dict[str, Any]:
    """An instance to try the model with: each column's median, or its most frequent category."""
    return {
        name: _plain(column["median"]) if column["kind"] == "number" else next(iter(column["top"]))
        for name, column in columns.items()
    }


def _plain(number: float) -> float:
    return int(number) if number.is_integer() else number


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(VersionModelTask, event, context, state="version_model", run=run)
