"""Reads an object of the data set: unpacks and validates it, and finds the draw that it was first split by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from chalicelib.cutting import listed
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
from lambdas.model.splitting.keys import read_group_keys, read_keys
from lambdas.model.splitting.row_hashes import Words
from lambdas.model.splitting.split import BY_KEYS, Draw, Groups
from lambdas.model.splitting.strata import groups_of
from lambdas.splits import Splits


def read_piece(edges: Edges, found: Object, *, recipe: Recipe, known: Splits, memory_mb: int) -> Piece:
    """Raises a DataError: DatasetTooLarge before an object is read that Preprocess has no memory for."""
    name = found.name(model=recipe.model)
    check_size(name, size_bytes=found.size_bytes, model=recipe.model)
    stored = edges.store.find(found.key)
    if stored is None or stored.etag != found.etag:
        raise ObjectUnreadable(f"{found.key} was removed or replaced before it was read: retrain again")
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
    keys = _keys(draw, name, text=text, recipe=recipe)
    counted = _counted(recipe.split.group, name, text=text, draw=draw, keys=keys, recipe=recipe)
    return Piece(
        name,
        reading,
        draw,
        labels,
        salt=salt,
        groups=groups,
        version_id=stored.version_id,
        keys=keys,
        counted=counted,
    )


def draw_of(name: str, *, etag: str, text: str, salt: str, groups: Groups, known: Splits, recipe: Recipe) -> Draw:
    """How an object is split: as it was first split, or else by the recipe.

    `text` is the digest of its lines, `salt` the SHA-256 of its text, `groups` are its raw labels by the recipe's
    classes.
    """
    draw = known.of(name, etag=etag, text=text) or known.new(recipe, salt=salt)
    return draw if draw.label else replace(draw, groups=draw.groups or groups, label=recipe.label)


def _split_by(draw: Draw, name: str, *, text: bytes, reading: Reading, recipe: Recipe) -> Labels:
    """The labels of the object's first split: the recipe's label may be another column since."""
    if draw.label == recipe.label or draw.rule in BY_KEYS:
        return reading.labels
    with _as_first_split(name, by=(draw.label,)):
        return read_labels(name, text=text, column=draw.label, model=recipe.model)


def _keys(draw: Draw, name: str, *, text: bytes, recipe: Recipe) -> Words | None:
    """None where the draw needs none."""
    own = {recipe.split.group, *(column.name for column in recipe.columns)}
    with nullcontext() if own.issuperset(draw.columns) else _as_first_split(name, by=draw.columns):
        return read_keys(name, text=text, draw=draw, model=recipe.model)


def _counted(
    group: str | None, name: str, *, text: bytes, draw: Draw, keys: Words | None, recipe: Recipe
) -> Words | None:
    """The keys of the groups that the recipe wants kept together, which an older object may not be split by."""
    if group is None or draw.columns == (group,):
        return keys if group is not None else None
    return read_group_keys(name, text=text, column=group, model=recipe.model)


@contextmanager
def _as_first_split(name: str, *, by: Sequence[str]) -> Iterator[None]:
    """Where a column is missing that the recipe no longer names."""
    try:
        yield
    except ColumnMissing as exc:
        columns = f"column {by[0]}" if len(by) == 1 else f"columns {listed(by)}"
        has = "has" if len(by) == 1 else "have"
        raise ColumnMissing(
            f"{name} was first split by its {columns}, and {has} to be as long as it is there, or rows that a"
            f" model was trained on would judge the next: {exc.message}",
            **exc.details,
        ) from exc
