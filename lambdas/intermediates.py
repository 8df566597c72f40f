"""Reads and writes the files that the tasks of a run hand to one another, by their S3 URIs."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.layout import Place

GONE = "the run was ended, or its intermediates expired; retrain again"


def read(edges: Edges, uri: str) -> bytes:
    """Read one object; raises ArtifactInvalid when it is gone."""
    stored = edges.store.find(Place.parse(uri).key)
    if stored is None:
        raise ArtifactInvalid(f"{uri} is gone: {GONE}")
    return stored.body


def read_all(edges: Edges, uri: str, *, names: Sequence[str]) -> dict[str, bytes]:
    """Read objects below a prefix; returns contents by name. Raises ArtifactInvalid when one is gone."""
    return {name: read(edges, f"{uri}{name}") for name in names}


def put_all(edges: Edges, prefix: str, files: dict[str, bytes]) -> str:
    """Write files below a prefix; returns its URI."""
    for name, body in files.items():
        edges.store.put(f"{prefix}{name}", body)
    return str(Place(edges.store.bucket, prefix))
