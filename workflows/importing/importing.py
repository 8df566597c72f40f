"""Brings a model that was trained elsewhere: checks its file as Train will, and puts it into the bucket.

It lies there under its SHA-256. The run that takes it is one of the state machine like any other, with the same gate,
replay, canary and ledger; only that Train takes the file in the place of a fit. So there is one way to live.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import layout
from chalicelib.edges import Edges, serving_layers
from chalicelib.errors import CommandFailed
from chalicelib.registry.report import Imported
from lambdas import recipes
from lambdas.model.recipe import Recipe


@dataclass(frozen=True)
class Checked:
    """A file that Train would take."""

    classes: tuple[str, ...]
    """The names of its classes 0, 1 and so on."""
    warnings: tuple[str, ...]
    """What has to be known of this one, beside what is true of every import."""


def check(
    edges: Edges, content: bytes, *, model: str, classes: Sequence[str], train_mb: int, evaluate_mb: int
) -> Checked:
    """`train_mb` and `evaluate_mb` are the memory of the two tasks that hold the model.

    Raises what they would: ImportRefused, LayersMissing, EstimatorUnsupported for one that is too large to serve,
    DatasetTooLarge for one that they have no memory for, and the errors of a recipe.
    """
    from lambdas.model.data import room
    from lambdas.model.formats.all_formats import format_of
    from lambdas.model.training import imported

    made = format_of(imported.format_for(content))
    recipe = recipes.load(model)
    if made.stored:
        for demand, memory_mb in ((room.TRAIN, train_mb), (room.EVALUATE, evaluate_mb)):
            room.check_graphs(demand, [len(content)], memory_mb=memory_mb, recipe=recipe)
    fitted = imported.fitted(content, recipe=recipe, classes=classes)
    given = layers_for(edges, recipe)
    serving_layers.check(made.layers, given=given, model=model, way_out=serving_layers.OF_AN_IMPORT)
    exported = made.code().export(fitted)
    told = (each for each in (*fitted.facts["warnings"], *exported.warnings) if each != imported.SEEN)
    return Checked(fitted.classes, tuple(told))


def layers_for(edges: Edges, recipe: Recipe) -> tuple[str, ...]:
    """The layers for the recipe's format that the stage was deployed with. The function of one with endpoints has
    none, so what counts is what the tasks were given for the recipe; Train looks once more."""
    from lambdas.model.formats.all_formats import FORMATS
    from workflows.checking.file import format_for

    if recipe.endpoint is None:
        return serving_layers.of(edges.functions.configuration(recipe.model))
    name = format_for(recipe)
    return FORMATS[name].layers if name in FORMATS else ()


def bring(edges: Edges, content: bytes, *, file: str, model: str, classes: Sequence[str]) -> Imported:
    """Put the file into the bucket, once, and say where it is. `file` is its name, `classes` those that it tells
    apart.

    Raises CommandFailed when something else lies in its place.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    key = layout.imported(model, sha256)
    edges.store.put_if_absent(key, content)
    stored = edges.store.digest(key)
    if stored is None or stored.sha256 != sha256:
        raise CommandFailed(f"{key} of bucket {edges.store.bucket} is not what was written: remove it, and try again")
    known = {} if stored.version_id is None else {"version_id": stored.version_id}
    return Imported(file=file, key=key, sha256=sha256, bytes=len(content), classes=[*classes], **known)
