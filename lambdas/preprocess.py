"""Preprocess: takes the lease, tells whether there is anything new, and turns the data set into train and holdout."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from chalicelib import layout
from chalicelib.contracts import NOTHING_NEW, SUPERSEDED, TRAIN, Preprocessed, PreprocessTask
from chalicelib.documents import documents
from chalicelib.documents.shapes import Record, count, list_of, text
from chalicelib.edges import Edges, Stored
from chalicelib.errors import ColumnMissing, DatasetEmpty, ObjectUnreadable, TooManyObjects
from chalicelib.limits import OBJECTS
from chalicelib.registry import judged, registry
from chalicelib.registry.live import look
from chalicelib.registry.manifest import Source
from chalicelib.registry.pin import Pin, way_past
from chalicelib.registry.quarantine import Quarantine
from chalicelib.runs import outcomes, run_documents
from chalicelib.runs.lease import Lease
from chalicelib.runs.run_documents import DataProfile, Profile
from chalicelib.settings import TaskSettings
from lambdas import recipes, splits
from lambdas.intermediates import put_all
from lambdas.model.data import room
from lambdas.model.data.preparation import Piece, Prepared, prepare
from lambdas.model.reading.dataset import read_labels, read_text
from lambdas.model.reading.table import Labels, Reading
from lambdas.model.reading.unpacking import check_size, unpack
from lambdas.model.recipe import Recipe, Split
from lambdas.model.splitting.split import Draw
from lambdas.model.splitting.strata import groups_of
from lambdas.splits import Splits
from lambdas.step import Context, carry_out


@dataclass(frozen=True, kw_only=True)
class Object:
    """An object of the data set, as the run first saw it."""

    key: str
    etag: str
    size_bytes: int


_OBJECT = Record({"key": text, "etag": text, "size_bytes": count})
DATASET = list_of(_OBJECT)

Prepare = Callable[[Edges, str, Sequence[Object], Splits], Prepared]


def from_csv(edges: Edges, model: str, objects: Sequence[Object], known: Splits, *, memory_mb: int) -> Prepared:
    """Read and validate every object of the data set, and split each by itself, as it was first split."""
    recipe = recipes.load(model)
    pieces = []
    rows = table_bytes = 0
    for listed in objects:
        check_size(_name(model, listed), size_bytes=listed.size_bytes, model=model)
        stored = edges.store.find(listed.key)
        if stored is None or stored.etag != listed.etag:
            raise ObjectUnreadable(f"{listed.key} was taken away or replaced while it was to be read: retrain again")
        pieces.append(piece_of(_name(model, listed), stored=stored, recipe=recipe, known=known))
        table = pieces[-1].reading.table
        rows, table_bytes = rows + len(table), table_bytes + table.size_bytes
        room.check_size(room.PREPROCESS, rows=rows, table_bytes=table_bytes, memory_mb=memory_mb, recipe=recipe)
    return prepare(pieces, recipe=recipe)


def piece_of(name: str, *, stored: Stored, recipe: Recipe, known: Splits) -> Piece:
    """An object, unpacked and read once, with the draw that it was first split by."""
    text = unpack(name, content=stored.body, model=recipe.model)
    reading = read_text(name, text=text, recipe=recipe)
    draw = known.of(name, etag=stored.etag, text=reading.digest) or known.new(recipe.split, text=text)
    if not draw.label:
        draw = replace(draw, groups=draw.groups or groups_of(reading.labels, recipe=recipe), label=recipe.label)
    return Piece(name, reading, draw, _split_by(draw, name, text=text, reading=reading, recipe=recipe))


def _split_by(draw: Draw, name: str, *, text: bytes, reading: Reading, recipe: Recipe) -> Labels:
    """The labels that the object was first split by: the recipe may have taken its own from another column since."""
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


def run(task: PreprocessTask, edges: Edges, settings: TaskSettings, *, read: Prepare | None = None) -> Preprocessed:
    ended = outcomes.find(edges, run=task.run)
    if ended is not None:  # Step Functions had lost the execution, and somebody recorded its end
        return _without_data(SUPERSEDED, f"the run had ended {ended['outcome']} when it was started again", None)
    holder = Lease(edges, task.model).take(task.run)
    if holder != task.run:
        return _without_data(SUPERSEDED, f"run {holder} of the same model is going", None)
    objects = _objects(edges, task)
    recipe_sha256 = recipes.source_sha256(task.model)
    fingerprint = _fingerprint(objects, recipe_sha256, settings)
    quarantined = Quarantine(edges, task.model).find(fingerprint)
    if quarantined is not None:  # however it was asked for
        return _without_data(NOTHING_NEW, quarantined.in_words(), fingerprint)
    known = None if task.force else _known(edges, model=task.model, fingerprint=fingerprint)
    if known is not None:
        return _without_data(NOTHING_NEW, known, fingerprint)
    split = recipes.load(task.model).split
    first_split = splits.known(edges, model=task.model, split=split)
    prepare_all = read or partial(from_csv, memory_mb=settings.memory_mb)
    prepared = prepare_all(edges, task.model, objects, first_split)
    profile = Profile(
        fingerprint=fingerprint,
        recipe_sha256=recipe_sha256,
        code_sha256=settings.code_sha256,
        objects=tuple(_source(task.model, each, prepared) for each in objects),
        splits=first_split.and_of(_splits(task.model, objects, prepared)).to_document(),
        profile=DataProfile.of(prepared.profile),
    )
    run_documents.keep_profile(edges, profile, run=task.run)
    return Preprocessed(
        decision=TRAIN,
        reason=f"{prepared.profile['rows']} rows in {len(objects)} objects{_kept(prepared.draws, split)}",
        fingerprint=fingerprint,
        train_uri=put_all(edges, layout.work(task.run, "train/"), prepared.train.to_files()),
        holdout_uri=put_all(edges, layout.work(task.run, "holdout/"), prepared.holdout.to_files()),
    )


def _objects(edges: Edges, task: PreprocessTask) -> list[Object]:
    """The run's data set: what lay there when it first looked, so that a repeated task prepares the same rows."""
    key = layout.run_document(task.run, "dataset")
    found = documents.find(edges.store, key, DATASET)
    if found is None:
        listed = [each for each in edges.store.list(layout.dataset(task.model)) if not each.key.endswith("/")]
        if not listed:
            raise DatasetEmpty(
                f"no object lies below s3://{edges.store.bucket}/{layout.dataset(task.model)}:"
                f" add one with nightswap data add FILE --model {task.model}"
            )
        if len(listed) > OBJECTS:
            raise TooManyObjects(
                f"{len(listed):,} objects lie below s3://{edges.store.bucket}/{layout.dataset(task.model)}:"
                f" {OBJECTS:,} are the most; put the rows of many nights into one file"
            )
        objects = [asdict(Object(key=each.key, etag=each.etag, size_bytes=each.size_bytes)) for each in listed]
        edges.store.put_if_absent(key, documents.encode(objects))
        found = documents.find(edges.store, key, DATASET)
    return [Object(**_OBJECT.own(each)) for each in found]


def _known(edges: Edges, *, model: str, fingerprint: str) -> str | None:
    """Why training on this would tell nothing new; None when it would."""
    live = look(edges, model=model).version()
    if live is not None:
        manifest = registry.manifest(edges, model=model, model_version=live)
        if manifest.fingerprint == fingerprint:
            return f"data, recipe and code are those of the live model version {live}"
    last = judged.find(edges, model=model)
    if last is None or (last.fingerprint, last.champion) != (fingerprint, live):
        return None
    if last.waits_as is None:
        return f"data, recipe and code are those of the model that run {last.run} rejected"
    pinned = Pin(edges, model).find()
    if pinned is None:
        return None
    way_on = way_past(model, waiting=last.waits_as)
    return f"data, recipe and code are those of version {last.waits_as}, which waits: {pinned.in_words()}; {way_on}"


def _fingerprint(objects: Sequence[Object], recipe_sha256: str, settings: TaskSettings) -> str:
    parts = [[each.key, each.etag] for each in objects]
    whole = [parts, recipe_sha256, settings.code_sha256, settings.serving_sha256]
    return hashlib.sha256(documents.encode(whole)).hexdigest()


def _source(model: str, listed: Object, prepared: Prepared) -> Source:
    name = _name(model, listed)
    return Source(name=name, etag=listed.etag, bytes=listed.size_bytes, rule=prepared.draws[name].rule)


def _splits(model: str, objects: Sequence[Object], prepared: Prepared) -> Splits:
    names = {(_name(model, each), each.etag): _name(model, each) for each in objects}
    return Splits(
        {identity: prepared.draws[name] for identity, name in names.items()},
        {identity: prepared.digests[name] for identity, name in names.items() if name in prepared.digests},
    )


def _kept(draws: Mapping[str, Draw], split: Split) -> str:
    """Says that a changed Split is not what the older objects are split by."""
    asked_for = (split.holdout_ratio, split.seed)
    kept = sum((draw.holdout_ratio, draw.seed) != asked_for for draw in draws.values())
    return f"; {kept} of them keep the ratio and seed that they were first split by" if kept else ""


def _name(model: str, listed: Object) -> str:
    return listed.key.removeprefix(layout.dataset(model))


def _without_data(decision: str, reason: str, fingerprint: str | None) -> Preprocessed:
    return Preprocessed(decision=decision, reason=reason, fingerprint=fingerprint, train_uri=None, holdout_uri=None)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    return carry_out(PreprocessTask, event, context, state="preprocess", run=run)
