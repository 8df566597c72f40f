"""Reads an object of the data set: unpacks and validates it, and finds the draw that it was first split by."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from chalicelib.edges import Edges
from chalicelib.edges.object_store import Stored
from chalicelib.errors import ColumnMissing, ObjectUnreadable
from chalicelib.runs.dataset import Object
from lambdas.model.data import room
from lambdas.model.data.preparation import Piece
from lambdas.model.reading.dataset import read_labels, read_text
from lambdas.model.reading.table import Labels, Reading
from lambdas.model.reading.unpacking import check_size, unpack
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import Draw, Groups
from lambdas.model.splitting.strata import groups_of
from lambdas.splits import Splits


def read_piece(edges: Edges, listed: Object, *, recipe: Recipe, known: Splits, memory_mb: int) -> Piece:
    """Raises a DataError: DatasetTooLarge before an object is read that Preprocess has no memory for."""
    name = listed.name(model=recipe.model)
    check_size(name, size_bytes=listed.size_bytes, model=recipe.model)
    stored = edges.store.find(listed.key)
    if stored is None or stored.etag != listed.etag:
        raise ObjectUnreadable(f"{listed.key} was removed or replaced before it was read: retrain again")
    return piece_of(name, stored=stored, recipe=recipe, known=known, memory_mb=memory_mb)


def piece_of(
    name: str, *, stored: Stored, recipe: Recipe, known: Splits, memory_mb: int = room.MEMORY_MB_MAX
) -> Piece:
    """An object, unpacked and read once, with the draw that it was first split by."""
    text = unpack(name, content=stored.body, model=recipe.model)
    room.check_text(name, text=text, memory_mb=memory_mb, recipe=recipe)
    reading = read_text(name, text=text, recipe=recipe)
    rows = len(reading.table)
    room.check_object(name, rows=rows, table_bytes=reading.table.size_bytes, memory_mb=memory_mb, recipe=recipe)
    salt, groups = hashlib.sha256(text).hexdigest(), groups_of(reading.labels, recipe=recipe)
    draw = draw_of(name, etag=stored.etag, text=reading.digest, salt=salt, groups=groups, known=known, recipe=recipe)
    labels = _split_by(draw, name, text=text, reading=reading, recipe=recipe)
    return Piece(name, reading, draw, labels, salt=salt, groups=groups)


def draw_of(name: str, *, etag: str, text: str, salt: str, groups: Groups, known: Splits, recipe: Recipe) -> Draw:
    """How an object is split: as it was first split, or else by the recipe.

    `text` is the digest of its lines, `salt` the SHA-256 of its text, `groups` are its raw labels by the recipe's
    classes.
    """
    draw = known.of(name, etag=etag, text=text) or known.new(recipe.split, salt=salt)
    return draw if draw.label else replace(draw, groups=draw.groups or groups, label=recipe.label)


def _split_by(draw: Draw, name: str, *, text: bytes, reading: Reading, recipe: Recipe) -> Labels:
    """The labels of the object's first split: the recipe's label may be another column since."""
    if draw.label == recipe.label:
        return reading.labels
    try:
        return read_labels(name, text=text, column=draw.label, model=recipe.model)
    except ColumnMissing as exc:
        raise ColumnMissing(
            f"{name} was first split by its column {draw.label}, and has to be as long as it is there, or rows that a"
            f" model was trained on would judge the next: {exc.message}",
            **exc.details,
        ) from exc
