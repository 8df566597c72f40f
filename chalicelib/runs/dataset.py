"""Lists the objects that a run trains on: those in the bucket when it first looked.

The list is stored, so that a repeated task prepares the same rows, and an erasure finds the runs that read a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import count, list_of, text
from chalicelib.edges import Edges
from chalicelib.errors import DatasetEmpty, TooManyObjects
from chalicelib.limits import OBJECTS
from chalicelib.registry.report import Imported
from chalicelib.settings.tasks import TaskSettings


class Object(Document):
    """An object of the data set, as the run first saw it."""

    key: str = holds(text)
    etag: str = holds(text)
    size_bytes: int = holds(count)

    def name(self, *, model: str) -> str:
        """Its key without the prefix of the data set."""
        return self.key.removeprefix(layout.dataset(model))


def find(edges: Edges, *, run: str) -> tuple[Object, ...] | None:
    """The run's stored list; None before the run looked."""
    found = documents.find(edges.store, layout.run_document(run, "dataset"), list_of(Object.misfit))
    return None if found is None else tuple(map(Object.of, found))


def take(edges: Edges, *, run: str, model: str) -> tuple[Object, ...]:
    """The run's data set, written down at the first call. Raises DatasetEmpty and TooManyObjects."""
    found = find(edges, run=run)
    if found is not None:
        return found
    where = f"s3://{edges.store.bucket}/{layout.dataset(model)}"
    listed = [each for each in edges.store.list(layout.dataset(model)) if not each.key.endswith("/")]
    if not listed:
        raise DatasetEmpty(f"no object lies below {where}: add one with nightswap data add FILE --model {model}")
    if len(listed) > OBJECTS:
        raise TooManyObjects(
            f"{len(listed):,} objects lie below {where}: {OBJECTS:,} are the most; put the rows of many nights into"
            " one file"
        )
    seen = [{"key": each.key, "etag": each.etag, "size_bytes": each.size_bytes} for each in listed]
    if edges.store.put_if_absent(layout.run_document(run, "dataset"), documents.in_one_line(seen)):
        return tuple(map(Object.of, seen))
    return take(edges, run=run, model=model)


def fingerprint(
    objects: Sequence[Object], *, recipe_sha256: str, settings: TaskSettings, imported: Imported | None = None
) -> str:
    """SHA-256, in hexadecimal, of what a model is made of: data, recipe, code of pipeline and serving function; and
    of a model that was imported, its file and the names of its classes."""
    parts = [[each.key, each.etag] for each in objects]
    whole: list[Any] = [parts, recipe_sha256, settings.code_sha256, settings.serving_sha256]
    if imported is not None:
        whole += [imported.sha256, imported.classes]
    return hashlib.sha256(documents.in_one_line(whole)).hexdigest()
