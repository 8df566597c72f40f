"""Unpacks the package of a model version: from the registry, from a file, or as a folder that it lies in already."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from chalicelib.cutting import quoted
from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.registry import registry
from workflows.safe_paths import inside

DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What the reading of a zip raises that is damaged, locked by a password, or packed in an unknown way."""
CODE, MANIFEST = "serve/handler.py", "manifest.json"


def published(edges: Edges, *, model: str, model_version: int) -> tuple[bytes, dict[str, bytes]]:
    """The package of a version as it was published, and its files; with them the artifact where the package is
    without it, because the function reads it from the bucket.

    Raises VersionUnknown, RegistryIncomplete, or ArtifactInvalid for a package that is none, or whose artifact is
    not the one that the registry tells of.
    """
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    if manifest.endpoint is not None:  # its function's package has neither code nor artifact of its own
        data = registry.part(edges, model=model, model_version=model_version, name=registry.MODEL_DATA)
        package = _as_a_package(data)
    else:
        package = registry.part(edges, model=model, model_version=model_version, name=registry.PACKAGE)
    artifact = manifest.artifact_file
    files = unpacked(package, named="the version's package", needed=set() if manifest.stored else {artifact})
    if manifest.stored:
        files[artifact] = registry.part(edges, model=model, model_version=model_version, name=artifact)
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
            files = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    except DAMAGE as exc:
        raise ArtifactInvalid(f"{named} cannot be unpacked ({exc}): retrain the model") from exc
    if missing := ({CODE, MANIFEST} | needed) - files.keys():
        raise ArtifactInvalid(f"{named} lacks {', '.join(sorted(missing))}: retrain the model")
    return files


def _as_a_package(data: bytes) -> bytes:
    """The data of an endpoint's model, as a function that scores by itself has them. Raises ArtifactInvalid."""
    content = io.BytesIO()
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive, zipfile.ZipFile(content, "w") as package:
            for member in archive:
                if (file := archive.extractfile(member)) is not None:
                    package.writestr(member.name, file.read())
    except (tarfile.TarError, *DAMAGE) as exc:
        raise ArtifactInvalid(f"the data of the endpoint cannot be unpacked ({exc}): retrain the model") from exc
    return content.getvalue()


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Readable by all, whatever this machine's umask: an image keeps the mode, and Lambda reads as another user.

    Raises ArtifactInvalid, before anything is written, for a name that leads out of the folder, and for one that is a
    folder of another.
    """
    paths = {name: _path(name, folder) for name in files}
    folders = {parent for path in paths.values() for parent in path.parents}
    for name in (name for name, path in paths.items() if path in folders):
        raise ArtifactInvalid(f"the package has a file {quoted(name)} with files below it: retrain the model")
    for name, content in files.items():
        path = paths[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o755)
        path.write_bytes(content)
        path.chmod(0o644)


def _path(name: str, folder: Path) -> Path:
    try:
        return inside(folder, name)
    except ValueError as exc:
        raise ArtifactInvalid(
            f"the package has a file named {quoted(name)}, which would lie elsewhere: retrain the model"
        ) from exc


def _told(files: Mapping[str, bytes]) -> dict[str, object]:
    try:
        told = json.loads(files[MANIFEST])
    except ValueError as exc:
        raise ArtifactInvalid(f"the version's package has a {MANIFEST} that is no JSON: retrain the model") from exc
    return told if isinstance(told, dict) else {}
