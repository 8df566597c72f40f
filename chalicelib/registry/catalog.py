"""Lists the models of a stage: a document that every deployment writes, once their serving functions are there.

Without it Lambda would list all functions of the account, fifty at a time, from a quota that everybody shares.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib import layout
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import list_of, text
from chalicelib.edges.object_store import ObjectStore
from chalicelib.errors import StackMissing
from chalicelib.names import stage_of_bucket


class Catalog(Document):
    """The names of the models that the last deployment made."""

    models: Sequence[str] = holds(list_of(text))


def models(store: ObjectStore) -> Sequence[str]:
    """The names of the models, in alphabetical order; raises StackMissing where no deployment has told them."""
    found = Catalog.find(store, layout.catalog())
    if found is None:
        raise StackMissing(
            f"the list of the stage's models is missing: {layout.catalog()} is not in bucket {store.bucket}."
            " A deployment writes it, one by an earlier release did not:"
            f" nightswap deploy --stage {stage_of_bucket(store.bucket)}"
        )
    return sorted(found.models)


def write(store: ObjectStore, models: Sequence[str]) -> None:
    store.put(layout.catalog(), document(models))


def document(models: Sequence[str]) -> bytes:
    return Catalog(models=sorted(models)).encode()
