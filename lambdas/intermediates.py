"""Reads what an earlier task of the run left, by the S3 URI that the state machine handed on."""

from __future__ import annotations

from chalicelib.edges import Edges
from chalicelib.errors import ArtifactInvalid
from chalicelib.layout import Place


def read(edges: Edges, uri: str) -> bytes:
    """One object; raises ArtifactInvalid when it is gone."""
    stored = edges.store.find(Place.parse(uri).key)
    if stored is None:
        raise ArtifactInvalid(f"{uri} is gone: the run was ended, or its intermediates expired; retrain again")
    return stored.body


def read_all(edges: Edges, uri: str) -> dict[str, bytes]:
    """Every object below a prefix, by its name there."""
    prefix = Place.parse(uri).key
    return {
        listed.key.removeprefix(prefix): read(edges, str(Place(edges.store.bucket, listed.key)))
        for listed in edges.store.list(prefix)
    }


def put_all(edges: Edges, prefix: str, files: dict[str, bytes]) -> str:
    """Write files below a prefix; returns its URI."""
    for name, body in files.items():
        edges.store.put(f"{prefix}{name}", body)
    return str(Place(edges.store.bucket, prefix))
