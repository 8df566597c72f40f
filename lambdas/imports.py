"""Reads a model that was trained elsewhere from the bucket, in the place of a fit."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from chalicelib.edges import Edges
from chalicelib.errors import ImportRefused
from chalicelib.layout import Place
from chalicelib.registry.report import Imported
from lambdas.intermediates import read
from lambdas.model.formats.fitted import Fitted
from lambdas.model.recipe import Recipe
from lambdas.model.training import imported as models
from lambdas.parts import PartList


def is_brought(edges: Edges, train_uri: str) -> bool:
    """Whether the run brings a model along. Raises ArtifactInvalid when the record of its training part is gone."""
    return PartList.read(read(edges, train_uri), key=Place.parse(train_uri).key).imported is not None


def content(edges: Edges, asked: Imported) -> bytes:
    """The file that the run was started with. Raises ImportRefused when it is gone or is another one."""
    stored = edges.store.find(asked.key)
    if stored is None:
        raise ImportRefused(f"{asked.file} is gone from {asked.key} of the bucket: import it again")
    found = hashlib.sha256(stored.body).hexdigest()
    if found != asked.sha256:
        raise ImportRefused(
            f"{asked.key} has SHA-256 {found}, imported was {asked.sha256}: import {asked.file} again"
        )
    return stored.body


def fitted(body: bytes, asked: Imported, *, recipe: Recipe) -> Fitted:
    """The model in this file; its facts say where it came from. Raises ImportRefused."""
    made = models.fitted(body, recipe=recipe, classes=asked.classes)
    return replace(made, facts={**made.facts, "imported": dict(asked.document)})
