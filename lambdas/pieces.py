"""Reads an object of the data set: unpacks and validates it, and finds the draw that it was first split by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from chalicelib.cutting import listed
from chalicelib.dates.nights import days_before, last_day
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Stored
from chalicelib.errors import ColumnMissing, ObjectEmpty, ObjectUnreadable
from chalicelib.runs.dataset import Object
from lambdas.horizon import NO_HORIZON, Horizon
from lambdas.model.data import room
from lambdas.model.data.preparation import Piece
from lambdas.model.reading.object_reader import read_labels, read_text
from lambdas.model.reading.table import Labels, Reading
from lambdas.model.reading.unpacking import check_size, ends_each_line_alike, unpack, way_out
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.days import read_days, up_to
from lambdas.model.splitting.keys import read_group_keys
from lambdas.model.splitting.row_hashes import Words
from lambdas.model.splitting.sides import held_out
from lambdas.model.splitting.split import BY_CLASSES, Draw, Groups, Mask
from lambdas.model.splitting.strata import groups_of
from lambdas.splits import Splits


def read_piece(
    edges: Edges, found: Object, *, recipe: Recipe, known: Splits, horizon: Horizon, memory_mb: int
) -> Piece:
    """Raises a DataError: DatasetTooLarge before an object is read that Preprocess has no memory for."""
    name = found.name(model=recipe.model)
    check_size(name, size_bytes=found.size_bytes, model=recipe.model)
    stored = edges.store.find(found.key)
    if stored is None or stored.etag != found.etag:
        raise ObjectUnreadable(f"{found.key} was removed or replaced before it was read: retrain again")
    last = last_day(edges.clock())
    return piece_of(name, stored=stored, recipe=recipe, known=known, horizon=horizon, memory_mb=memory_mb, last=last)


def piece_of(
    name: str,
    *,
    stored: Stored,
    recipe: Recipe,
    known: Splits,
    horizon: Horizon = NO_HORIZON,
    memory_mb: int = room.MEMORY_MB_MAX,
    last: str | None = None,
) -> Piece:
    """An object, unpacked and read once, with the draw that it was first split by; `last` is as in `read_text`."""
    text = unpack(name, content=stored.body, model=recipe.model)
    room.check_text(name, text=text, memory_mb=memory_mb, recipe=recipe)
    reading = read_text(name, text=text, recipe=recipe, last=last)
    rows = len(reading.table)
    room.check_object(name, rows=rows, table_bytes=reading.table.size_bytes, memory_mb=memory_mb, recipe=recipe)
    groups = groups_of(reading.labels, recipe=recipe)
    salt = _salt(text, reading=reading, known=known)
    draw = draw_of(
        name,
        etag=stored.etag,
        text=reading.digest,
        salt=salt,
        groups=groups,
        known=known,
        recipe=recipe,
        horizon=horizon,
    )
    piece = Piece(
        name,
        reading,
        draw,
        _split_by(draw, name, text=text, reading=reading, recipe=recipe),
        salt=salt,
        groups=groups,
        version_id=stored.version_id,
        chosen=_chosen(draw, name, text=text, rows=len(reading.labels.codes), recipe=recipe),
        inside=_inside(horizon.since_of(name), name, text=text, recipe=recipe),
        counted=_counted(name, text=text, recipe=recipe),
    )
    if not any(map(len, piece.rows)):
        raise ObjectEmpty(
            f"{name} has no good row in the recipe's window. {way_out(name, model=recipe.model)}", object=name
        )
    return piece


def _salt(text: bytes, *, reading: Reading, known: Splits) -> str:
    """That of earlier releases, the SHA-256 of the text as it is, where a version was made of rows drawn by it."""
    own = reading.salt if ends_each_line_alike(text) else hashlib.sha256(text).hexdigest()
    return own if known.has_salt(own) else reading.salt


def draw_of(
    name: str,
    *,
    etag: str,
    text: str,
    salt: str,
    groups: Groups,
    known: Splits,
    recipe: Recipe,
    horizon: Horizon = NO_HORIZON,
) -> Draw:
    """How an object is split: as it was first split, or else by the recipe; by time, up to the date of this run.

    `text` is the digest of its lines, `salt` what its rows are drawn by, `groups` are its raw labels by the recipe's
    classes.
    """
    draw = known.of(name, etag=etag, text=text) or known.new(recipe, salt=salt)
    draw = horizon.settled(draw, name=name)
    return draw if draw.label else replace(draw, groups=draw.groups or groups, label=recipe.label)


def _split_by(draw: Draw, name: str, *, text: bytes, reading: Reading, recipe: Recipe) -> Labels:
    """The labels of the object's first split: the recipe's label may be another column since."""
    if draw.label == recipe.label or draw.rule not in BY_CLASSES:
        return reading.labels
    with _as_first_split(name, by=(draw.label,)):
        return read_labels(name, text=text, column=draw.label, model=recipe.model)


def _chosen(draw: Draw, name: str, *, text: bytes, rows: int, recipe: Recipe) -> Mask | None:
    own = {recipe.split.group, recipe.split.column, *(column.name for column in recipe.single_columns)}
    with nullcontext() if own.issuperset(draw.columns) else _as_first_split(name, by=draw.columns):
        return held_out(name, text=text, draw=draw, rows=rows, model=recipe.model)


def _inside(since: str, name: str, *, text: bytes, recipe: Recipe) -> Mask | None:
    """None where all rows are."""
    if not since or recipe.window is None or recipe.window.column is None:
        return None
    days = read_days(name, text=text, column=recipe.window.column, model=recipe.model)
    return ~up_to(days_before(since, days=1), days=days)


def _counted(name: str, *, text: bytes, recipe: Recipe) -> Words | None:
    """The keys of the groups that the recipe wants kept together, which an older object may not be split by."""
    group = recipe.split.group
    return None if group is None else read_group_keys(name, text=text, column=group, model=recipe.model)


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
