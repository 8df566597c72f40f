"""Unpacks the package of a model version: from the registry, from a file, or as a folder that it lies in already."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.registry import registry

CODE, MANIFEST = "serve/handler.py", "manifest.json"


def published(edges: Edges, *, model: str, model_version: int) -> tuple[bytes, dict[str, bytes]]:
    """The package of a version as it was published, and its files.

    Raises VersionUnknown, RegistryIncomplete, or ArtifactInvalid for a package that is none, or whose artifact is
    not the one that the registry tells of.
    """
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    package = registry.part(edges, model=model, model_version=model_version, name=registry.PACKAGE)
    files = unpacked(package, named="the version's package", needed={manifest.artifact_file})
    if (found := _told(files).get("artifact_sha256")) != manifest.artifact_sha256:
        raise ArtifactInvalid(
            f"the version's package has an artifact of SHA-256 {found}, the registry tells of"
            f" {manifest.artifact_sha256}: retrain the model"
        )
    return package, files


def unpacked(package: bytes, *, named: str, needed: set[str]) -> dict[str, bytes]:
    """The files of a package by their names; raises ArtifactInvalid."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as exc:
        raise ArtifactInvalid(f"{named} cannot be unpacked ({exc}): retrain the model") from exc
    if missing := ({CODE, MANIFEST} | needed) - files.keys():
        raise ArtifactInvalid(f"{named} lacks {', '.join(sorted(missing))}: retrain the model")
    return files


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Readable by all, whatever this machine's umask: an image keeps the mode, and Lambda reads as another user."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o755)
        path.write_bytes(content)
        path.chmod(0o644)


def _told(files: Mapping[str, bytes]) -> dict[str, object]:
    try:
        told = json.loads(files[MANIFEST])
    except ValueError as exc:
        raise ArtifactInvalid(f"the version's package has a {MANIFEST} that is no JSON: retrain the model") from exc
    return told if isinstance(told, dict) else {}
