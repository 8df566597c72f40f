"""Finds the content that a version was trained on, whatever became of the file since."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib import layout
from chalicelib.edges.object_versions import ObjectVersion, ObjectVersions
from chalicelib.errors import CommandFailed
from chalicelib.registry.manifest import Source


def read(versions: ObjectVersions, source: Source, *, model: str, model_version: int) -> bytes:
    """By its version ID, or, where that is gone or was not kept, any version with the same entity tag.

    Raises CommandFailed when the content is gone for good.
    """
    for each in _candidates(versions, source, model=model):
        body = versions.read(each)
        if body is not None:
            return body
    raise CommandFailed(
        f"{source.name} is gone as version {model_version} of {model} was trained on it: it was erased, or its older"
        " versions have expired"
    )


def _candidates(versions: ObjectVersions, source: Source, *, model: str) -> Iterator[ObjectVersion]:
    """The very version first; then those of the same content."""
    keys = (layout.dataset(model, source.name), layout.removed(model, source.name))
    found = [each for key in keys for each in versions.list(key) if each.key == key and not each.is_mark]
    yield from (each for each in found if each.version_id == source.version_id and each.key == keys[0])
    yield from (each for each in found if source.etag is not None and each.etag == source.etag)
