"""Finds what stored batches hold of rows that are to be erased: their files, predictions and refused records.

A batch lasts for days, and so would a row that was erased everywhere else. One that scored such a row goes whole,
with its file: whoever asks again has the file. A refused record is quoted among its errors, so a batch of the model
whose file is gone or cannot be read goes too.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib import layout
from chalicelib.batches import batch_reports
from chalicelib.batches.batch_documents import BatchRequest
from chalicelib.edges import Edges
from chalicelib.edges.object_versions import ObjectVersion, ObjectVersions
from chalicelib.errors import BodyTooLarge, ObjectUnreadable, RequestConflict
from chalicelib.registry import registry
from chalicelib.registry.manifest import Manifest
from lambdas import batch_records
from lambdas.batch_records import Truth
from lambdas.serve.seldom.array_columns import names_in
from workflows.checking.rows import Row, how_read, row
from workflows.checking.same_content import Progress
from workflows.data_set.batches import transforms
from workflows.data_set.redacting import IsGone

NO_LABELS = Truth("", lambda _: None)


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The batches that hold such rows, the keys of such files, and all versions of the objects of both."""

    batches: tuple[str, ...]
    transforms: tuple[str, ...]
    """The same of those that SageMaker transformed."""
    files: tuple[str, ...]
    versions: tuple[ObjectVersion, ...]


def look(edges: Edges, versions: ObjectVersions, *, model: str, is_gone: IsGone, progress: Progress) -> Holding:
    """Of the batches of the model; and of files that no batch was asked for, as the model's newest version reads
    them."""
    kept: dict[str, list[ObjectVersion]] = defaultdict(list)
    for each in versions.list(layout.BATCHES):
        kept[each.key].append(each)
    requests = dict(_requests(edges, kept))
    newest = registry.numbers(edges, model=model, complete=True)[-1:]
    going, files = set(), [key for key in kept if key.startswith(layout.BATCH_FILES)]
    for done, key in enumerate(files):
        progress("reading the files of batches", done, len(files))
        asked = [each for each in requests.values() if each.key == key]
        numbers = sorted({each.model_version for each in asked if each.model == model} if asked else newest)
        if any(_holds(edges, versions, kept[key], model=model, number=each, is_gone=is_gone) for each in numbers):
            going.add(key)
    gone = [
        name for name, each in requests.items() if each.model == model and (each.key in going or each.key not in kept)
    ]

    def holds(key: str, number: int) -> bool:
        return _holds(edges, versions, kept[key], model=model, number=number, is_gone=is_gone)

    transformed = tuple(transforms.look(edges, kept, model=model, holds=holds))
    prefixes = (*map(layout.batch, gone), *map(layout.transform, transformed))
    keys = sorted(key for key in kept if key in going or key.startswith(prefixes))
    return Holding(
        batches=tuple(gone),
        transforms=transformed,
        files=tuple(sorted(going)),
        versions=tuple(each for key in keys for each in kept[key]),
    )


def refuse_while_scored(edges: Edges, batches: Sequence[str]) -> None:
    """Raises RequestConflict: a batch has the rows in its memory, and would write what it makes of them."""
    for name in batches:
        if batch_reports.describe(edges, name)["status"] == batch_reports.RUNNING:
            raise RequestConflict(f"batch {name} is scoring these rows: wait for its end, then repeat the command")


def _requests(edges: Edges, keys: Mapping[str, object]) -> Iterator[tuple[str, BatchRequest]]:
    for key in keys:
        name = key.removeprefix(layout.BATCH_RESULTS).partition("/")[0]
        if key == layout.batch(name, "request"):
            request = BatchRequest.find(edges.store, key)
            if request is not None:
                yield name, request


def _holds(
    edges: Edges,
    versions: ObjectVersions,
    kept: Sequence[ObjectVersion],
    *,
    model: str,
    number: int,
    is_gone: IsGone,
) -> bool:
    """Whether any content that S3 keeps of the file holds such a row; True too where it cannot be read."""
    manifest = registry.find_manifest(edges, model=model, model_version=number)
    if manifest is None:
        return True
    bodies = ((each.key, versions.read(each)) for each in kept)
    try:
        return any(
            is_gone(each) for key, body in bodies if body is not None for each in _rows(key, body, manifest=manifest)
        )
    except (ObjectUnreadable, BodyTooLarge):
        return True


def _rows(key: str, body: bytes, *, manifest: Manifest) -> Iterator[Row]:
    """What can be a row of a data set: what a record tells of the model's columns."""
    columns = manifest.artifact.schema["columns"] if manifest.artifact else None
    names = None if columns is None else {*how_read(columns)}
    text = batch_records.unpacked(body, key=key)
    for record in batch_records.read(text, key=key, manifest=manifest, truth=NO_LABELS)[0]:
        features = dict(_features(record.instance))
        taken = {name: features[name] for name in features if names is None or name in names}
        if taken:
            yield row(taken)


def _features(instance: bytes | None) -> Iterator[tuple[str, float | str | None]]:
    """The columns of an array by their own names, as a data set has them. A number beyond floats is in no row."""
    given = json.loads(instance) if instance is not None else None
    for name, value in given.items() if isinstance(given, dict) else ():
        arrays = names_in(name, len(value)) if isinstance(value, list) else None
        for column, each in zip(arrays, value, strict=True) if arrays is not None else [(name, value)]:
            if each is None or isinstance(each, str | float):
                yield column, each
            elif isinstance(each, int) and abs(each) <= sys.float_info.max:
                yield column, float(each)
