"""What the tasks of a run leave for one another beside their own documents: the profile of the data, the training."""

from __future__ import annotations

from typing import Any

from chalicelib import documents, layout
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.shapes import Record, anything, count, list_of, maybe, number, one_of, table_of, text

_NUMBERS = Record({"kind": one_of("number"), "median": number})
_TEXTS = Record({"kind": one_of("category"), "top": table_of(count)})


def _column(value: Any) -> str | None:
    """Of the profile of one column: what an example of it is taken from."""
    if isinstance(value, dict) and value.get("kind") == "number":
        return _NUMBERS(value)
    return _TEXTS(value) or (None if value["top"] else ".top is empty")


PROFILE = Record(
    {
        **dict.fromkeys(("fingerprint", "recipe_sha256", "code_sha256"), text),
        "objects": list_of(Record({"name": text})),
        "profile": Record({"rows": count, "columns": table_of(_column)}),
    }
)
TRAINING = table_of(anything)


def profile(edges: Edges, *, run: str) -> dict[str, Any]:
    """Of the data that the run trains on. Raises RegistryIncomplete when it is gone or damaged."""
    key = layout.run_document(run, "profile")
    found: dict[str, Any] | None = documents.find(edges.store, key, PROFILE)
    if found is None:
        raise RegistryIncomplete(f"{key} is missing from bucket {edges.store.bucket}: retrain again", key=key)
    return found


def training(edges: Edges, *, run: str) -> dict[str, Any] | None:
    """How the fit went, as Train measured it."""
    found: dict[str, Any] | None = documents.find(edges.store, layout.run_document(run, "training"), maybe(TRAINING))
    return found
