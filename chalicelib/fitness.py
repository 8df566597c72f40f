"""May this version be made live by hand? It is looked at as it lies in the registry, and asked as it is published.

A run proves its own version before it goes live. A version that an operator names was proved long ago: since then its
parts may have been pruned or damaged, and Lambda may have lost what was published.
"""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib import publishing, quarantine, registry, replaying
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, ServingChanged, VersionUnfit


def verify(edges: Edges, *, model: str, model_version: int, function_version: str | None = None) -> str:
    """The function version that holds the model version, which answers as it was judged.

    `function_version` is the one to look at; None takes the one that was judged, or publishes the same package again
    where Lambda lost it. Raises VersionUnknown, VersionUnfit with the reason, and the TransientErrors of the edges.
    """
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    _check_kept(edges, manifest)
    try:
        package = _package(edges, manifest)
        _check_artifact(edges, manifest)
        holding = _holding(edges, manifest, function_version or manifest["function_version"])
        if holding is None:
            holding = publishing.publish(edges, model=model, package=package, serving_sha256=None).function_version
    except (RegistryIncomplete, ServingChanged) as exc:
        raise _lost(manifest, exc.message) from exc
    _check_answers(edges, manifest, holding)
    _check_kept(edges, manifest)  # again: a prune may have begun meanwhile
    return holding


def check_free(edges: Edges, *, model: str, model_version: int) -> None:
    """Raises VersionUnfit when the version, or another of the same data, recipe and code, is quarantined."""
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    found = quarantine.find(edges, model=model, fingerprint=manifest["fingerprint"])
    if found is not None:
        raise _unfit(
            manifest,
            f"it is quarantined since {found['at']} by {found['who']}: {found['why']}; to use it all the same:"
            f" nightswap promote {model_version} --model {model} --lift-quarantine --reason ...",
        )


def _check_kept(edges: Edges, manifest: dict[str, Any]) -> None:
    if registry.is_pruned(edges, model=manifest["model"], model_version=manifest["model_version"]):
        raise _lost(manifest, "it was pruned: its package is gone, its manifest and its report alone are kept")


def _package(edges: Edges, manifest: dict[str, Any]) -> bytes:
    package = registry.part(
        edges, model=manifest["model"], model_version=manifest["model_version"], name=registry.PACKAGE
    )
    if publishing.code_sha256(package) != manifest["code_sha256"]:
        raise _lost(manifest, "the package in the registry is not the one that was published")
    return package


def _check_artifact(edges: Edges, manifest: dict[str, Any]) -> None:
    """The next run judges against it, so a live version without it would be the last one."""
    artifact = registry.part(
        edges, model=manifest["model"], model_version=manifest["model_version"], name=registry.ARTIFACT
    )
    if hashlib.sha256(artifact).hexdigest() != manifest["artifact_sha256"]:
        raise _lost(manifest, "the artifact in the registry is not the one that was judged")


def _holding(edges: Edges, manifest: dict[str, Any], function_version: str) -> str | None:
    """The function version, if it holds the manifest's package: a rebuilt stage may have given its number anew."""
    found = edges.functions.version(manifest["model"], function_version)
    return function_version if found and found.code_sha256 == manifest["code_sha256"] else None


def _check_answers(edges: Edges, manifest: dict[str, Any], function_version: str) -> None:
    model, number = manifest["model"], manifest["model_version"]
    subject = replaying.subject(edges, model=model, model_version=number, function_version=function_version)
    (asked,) = replaying.replay(edges, model=model, subjects=[subject])
    if asked.problems:
        said = "; ".join(asked.problems[: replaying.PROBLEMS_SHOWN])
        raise _lost(manifest, f"function version {function_version} does not answer as it was judged: {said}")


def _lost(manifest: dict[str, Any], why: str) -> VersionUnfit:
    """Of a version that nothing makes fit again."""
    model = manifest["model"]
    return _unfit(
        manifest,
        f"{why}. Take another one, of nightswap versions {model}, or train a new one: nightswap retrain --model"
        f" {model} --force",
    )


def _unfit(manifest: dict[str, Any], why: str) -> VersionUnfit:
    model, number = manifest["model"], manifest["model_version"]
    return VersionUnfit(f"version {number} of {model} cannot go live: {why}", model=model, model_version=number)
