"""Keeps what was judged where a writer of the registry cannot change it: `evidence/MODEL/000007.json`.

It is the manifest as VersionModel wrote it, with the SHA-256 of every part, put there before it marks the version
complete. The bucket's policy lets nobody overwrite or delete it, as it does with the ledger. So a version is what was
judged when its manifest is the same here and there and its parts have these checksums. A part that lost rows has the
checksum that the erasure names (`chalicelib.evidence.erasures`).

Releases before this one kept none, and their manifests name no parts. Only its package identifies such a version,
while Lambda still holds that as a function version, which nobody can change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document
from chalicelib.edges import Edges, serving_layers
from chalicelib.errors import ArtifactInvalid, RegistryIncomplete
from chalicelib.evidence import erasures
from chalicelib.registry import publishing, registry
from chalicelib.registry.manifest import Manifest
from chalicelib.values import Value

Found = TypeVar("Found", bound=Document)


class JudgedVersion(Value):
    """A complete version. `is_vouched_for` is False for one of an earlier release."""

    manifest: Manifest
    is_vouched_for: bool

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all that belongs to it: what it can be made live by, and judged by again, and the rest."""
        needed = (self.manifest.artifact_file, registry.PACKAGE, registry.REPORT, registry.REPLAY)
        return tuple(dict.fromkeys((*needed, *(self.manifest.parts or ()))))

    @property
    def model(self) -> str:
        return self.manifest.model

    @property
    def model_version(self) -> int:
        return self.manifest.model_version


def checksums(parts: Mapping[str, bytes]) -> dict[str, str]:
    """By name, in hexadecimal."""
    return {name: hashlib.sha256(body).hexdigest() for name, body in parts.items()}


def keep(edges: Edges, manifest: Manifest) -> bytes:
    """Put the manifest out of reach; returns what stands, which may be what an earlier try of the task had put there.

    Raises ArtifactInvalid when that was of other parts.
    """
    key = layout.evidence(manifest.model, manifest.model_version)
    edges.store.put_if_absent(key, manifest.encode())
    stored = edges.store.find(key)
    stands = Manifest.read(stored.body if stored else b"", key=key)
    if stored is None or stands.parts != manifest.parts:
        raise ArtifactInvalid(
            f"{key} is the evidence of other parts: the task was repeated with other inputs; retrain again"
        )
    return stored.body


def numbers(edges: Edges, *, model: str) -> list[int]:
    """Of the versions that something vouches for, oldest first."""
    prefix = layout.all_evidence(model)
    named = [listed.key.removeprefix(prefix).removesuffix(".json") for listed in edges.store.list(prefix)]
    return [int(each) for each in named if registry.NUMBER.fullmatch(each)]


def judged(edges: Edges, *, model: str, model_version: int) -> JudgedVersion:
    """The version as it was judged. Raises VersionUnknown, and RegistryIncomplete when nothing vouches for it."""
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    key = layout.evidence(model, model_version)
    kept = Manifest.find(edges.store, key)
    if kept == manifest:
        return JudgedVersion(manifest, is_vouched_for=True)
    if kept is not None:
        differs = layout.version(model, model_version, registry.MANIFEST)
        raise RegistryIncomplete(
            f"{differs} is not what was judged: {key} is; {documents.put_back(differs)}", key=key
        )
    if manifest.parts is not None:
        raise RegistryIncomplete(
            f"{key} is missing from bucket {edges.store.bucket}: nothing vouches for version {model_version} of"
            f" {model}; {documents.put_back(key)}",
            key=key,
        )
    return JudgedVersion(manifest, is_vouched_for=False)


def is_held(edges: Edges, version: JudgedVersion, *, function_version: str) -> bool:
    """Whether that function version holds it, with the layers that it needs: Lambda may have lost it, or a rebuilt
    stage given its number anew."""
    published = edges.functions.version(version.model, function_version)
    return (
        published is not None
        and published.code_sha256 == version.manifest.code_sha256
        and {*version.manifest.layers} <= {*serving_layers.of(published.configuration)}
    )


def part(edges: Edges, version: JudgedVersion, name: str) -> bytes:
    """One of its parts, as it was judged, or as an erasure left it.

    Raises RegistryIncomplete when it is gone, or another one.
    """
    key = layout.version(version.model, version.model_version, name)
    stored = edges.store.find(key)
    if stored is not None and _is(stored.body, name, version.manifest):
        return stored.body
    erasure = _erasure(edges, version, name, body=stored.body if stored else None)
    if erasure is None:
        registry.part(edges, model=version.model, model_version=version.model_version, name=name)  # raises: gone
        was = "published" if name == registry.PACKAGE else "judged"
        raise RegistryIncomplete(f"{key} is not the one that was {was}: {documents.put_back(key)}", key=key)
    if stored is None:
        raise RegistryIncomplete(f"{key} was {erasure.in_words()}: nothing brings it back", key=key)
    return stored.body


def check_artifact(edges: Edges, version: JudgedVersion) -> None:
    """Raises RegistryIncomplete when its artifact is gone, or another one, and as `check_stored` does."""
    if version.manifest.stored:
        check_stored(edges, version)
    else:
        part(edges, version, version.manifest.artifact_file)


def check_stored(edges: Edges, version: JudgedVersion) -> None:
    """Raises RegistryIncomplete when the published function would not find in the bucket the artifact that it reads
    from there; nothing where its package holds it.

    Where the object's version is the one that was judged nothing is read, for no version of an object changes:
    somebody waits, and to read 240 MB took longer than a move has. The function checks the SHA-256 itself.
    """
    stored = version.manifest.stored
    if stored is None or edges.store.version_id(stored.key) == stored.version_id:
        return
    said = _stored_problem(edges, version)
    if said is not None:
        key = stored.key
        raise RegistryIncomplete(
            f"{key} {said}, and the function of version {version.model_version} of {version.model} reads it:"
            f" {documents.put_back(key)}",
            key=key,
        )


def check_parts(edges: Edges, version: JudgedVersion) -> None:
    """Raises RegistryIncomplete when any of its parts is gone, or another one, and no erasure left it so.

    An artifact that lies in the bucket is for `check_stored`: it may be too large to be read while somebody waits.
    """
    in_bucket = version.manifest.artifact_file if version.manifest.stored else None
    for name in version.parts:
        if name == in_bucket:
            continue
        said = problem(edges, version, name)
        if said is not None:
            key = layout.version(version.model, version.model_version, name)
            raise RegistryIncomplete(
                f"{key} {said}, and version {version.model_version} of {version.model} cannot go live without it:"
                f" {documents.put_back(key)}",
                key=key,
            )


def record(edges: Edges, version: JudgedVersion, name: str, kind: type[Found]) -> Found:
    """One of its parts that are documents, as a record of this kind; raises RegistryIncomplete as `part` does."""
    return kind.read(part(edges, version, name), key=layout.version(version.model, version.model_version, name))


def problem(edges: Edges, version: JudgedVersion, name: str) -> str | None:
    """What is wrong with one of its parts, in words that follow its key; None when it is what was judged."""
    if version.manifest.stored and name == version.manifest.artifact_file:
        return _stored_problem(edges, version)
    stored = edges.store.find(layout.version(version.model, version.model_version, name))
    as_judged = stored is not None and _is(stored.body, name, version.manifest)
    if not as_judged and _erasure(edges, version, name, body=stored.body if stored else None) is not None:
        return None
    if stored is None:
        return "is gone"
    if not as_judged:
        return "is not what the manifest says"
    told: list[str] = []
    if name in registry.SHAPES:  # of an earlier release, whose manifest says nothing of it
        read = partial(documents.read, stored.body, key="it", shape=registry.SHAPES[name])
        documents.readable(read, told=told)
    return "is no document of its kind" if told else None


def _stored_problem(edges: Edges, version: JudgedVersion) -> str | None:
    """What is wrong with the object that the published function reads. It has to be the object's current version:
    what was replaced goes after a month."""
    stored = version.manifest.stored
    if stored is None:
        return None
    found = edges.store.digest(stored.key)
    if found is None:
        return "is gone"
    if found.sha256 != version.manifest.artifact_sha256:
        return "is not what the manifest says"
    if found.version_id != stored.version_id:
        return f"is not the version of the object that its function reads (delete those after {stored.version_id})"
    return None


def _erasure(edges: Edges, version: JudgedVersion, name: str, *, body: bytes | None) -> erasures.Erasure | None:
    """The erasure that left the part so; None where none did: of what is no quotation nothing is ever left."""
    if body is not None and name not in registry.QUOTING:
        return None
    left = None if body is None else hashlib.sha256(body).hexdigest()
    told = erasures.Erasures(edges, version.model).readable(told=[])
    return erasures.of_part(told, model_version=version.model_version, name=name, left=left)


def _is(body: bytes, name: str, manifest: Manifest) -> bool:
    """Whether this is the part that the manifest names, as far as it does."""
    sha256 = hashlib.sha256(body).hexdigest()
    wanted = {manifest.artifact_file: manifest.artifact_sha256, **(manifest.parts or {})}.get(name, sha256)
    return sha256 == wanted and (name != registry.PACKAGE or publishing.code_sha256(body) == manifest.code_sha256)
