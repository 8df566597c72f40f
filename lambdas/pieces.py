"""Reads a data set: unpacks and validates each object, and splits it by itself, as it was first split."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from chalicelib.edges import Edges
from chalicelib.edges.object_store import Stored
from chalicelib.errors import ColumnMissing, ObjectUnreadable
from chalicelib.runs.dataset import Object
from lambdas import recipes
from lambdas.model.data import room
from lambdas.model.data.preparation import Piece, Prepared, prepare
from lambdas.model.reading.dataset import read_labels, read_text
from lambdas.model.reading.table import Labels, Reading
from lambdas.model.reading.unpacking import check_size, unpack
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.split import Draw
from lambdas.model.splitting.strata import groups_of
from lambdas.splits import Splits

Prepare = Callable[[Edges, str, Sequence[Object], Splits], Prepared]


def from_csv(
    edges: Edges, model: str, objects: Sequence[Object], known: Splits, *, memory_mb: int, keep: Collection[str] = ()
) -> Prepared:
    """Read and validate every object of the data set, and split each by itself, as it was first split.

    All rows of the objects `keep` are kept beside their parts.
    """
    recipe = recipes.load(model)
    pieces = []
    rows = table_bytes = 0
    for listed in objects:
        name = listed.name(model=model)
        check_size(name, size_bytes=listed.size_bytes, model=model)
        stored = edges.store.find(listed.key)
        if stored is None or stored.etag != listed.etag:
            raise ObjectUnreadable(f"{listed.key} was removed or replaced before it was read: retrain again")
        pieces.append(piece_of(name, stored=stored, recipe=recipe, known=known))
        table = pieces[-1].reading.table
        rows, table_bytes = rows + len(table), table_bytes + table.size_bytes
        room.check_size(room.PREPROCESS, rows=rows, table_bytes=table_bytes, memory_mb=memory_mb, recipe=recipe)
    return prepare(pieces, recipe=recipe, keep=keep)


def piece_of(name: str, *, stored: Stored, recipe: Recipe, known: Splits) -> Piece:
    """An object, unpacked and read once, with the draw that it was first split by."""
    text = unpack(name, content=stored.body, model=recipe.model)
    reading = read_text(name, text=text, recipe=recipe)
    draw = known.of(name, etag=stored.etag, text=reading.digest) or known.new(recipe.split, text=text)
    if not draw.label:
        draw = replace(draw, groups=draw.groups or groups_of(reading.labels, recipe=recipe), label=recipe.label)
    return Piece(name, reading, draw, _split_by(draw, name, text=text, reading=reading, recipe=recipe))


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
