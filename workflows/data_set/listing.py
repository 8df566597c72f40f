"""Lists the files of a data set, and those taken out, with what is recorded of them: no file is read for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.edges.object_store import Listed
from chalicelib.quality import left_out
from chalicelib.quality.left_out import LeftOut
from chalicelib.registry import registry
from chalicelib.registry.live import look
from chalicelib.registry.manifest import Manifest
from chalicelib.runs import row_counts
from chalicelib.runs.row_counts import CountedObject
from lambdas import recipes
from workflows.checking.outside import outside
from workflows.data_set.objects import name, objects

if TYPE_CHECKING:
    from lambdas.model.recipe import Recipe

NEW, TRAINED_ON, REPLACED, REMOVED = "new", "trained on", "replaced", "removed"
QUARANTINED = "quarantined"
OUTSIDE = "outside the window"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A file that is, or was, in the data set."""

    name: str
    size_bytes: int
    modified_at: datetime
    """When it was added; of a removed one, when it was removed."""
    state: str
    """REPLACED means that the live version is trained on other content of this name; OUTSIDE that no run would use
    the file, whatever the live version was trained on."""
    trained_by: int | None
    """The live version, if it is trained on this content, under whatever name."""
    rows: int | None
    """As the last run counted them, or else the run of the live version; None where that is not recorded."""
    classes: Mapping[str, int] | None
    """The rows of each class of the recipe; None too where dates decide which rows of a file are used."""
    rows_left_out: int | None
    """The bad rows that the last run left out; None for none, and for a file that is left out whole."""
    why_left_out: str | None
    left_out_since: str | None


@dataclass(frozen=True)
class Listing:
    """`live` is the version that is live, None where none is, or where that cannot be told."""

    live: int | None
    entries: tuple[Entry, ...]
    damaged: tuple[str, ...]


def listing(edges: Edges, *, model: str, load: Callable[[str], Recipe] = recipes.load) -> Listing:
    """The files of the data set, then those taken out, each in the order of their names."""
    told: list[str] = []
    live = documents.readable(partial(_live, edges, model), told=told)
    rows_of = documents.readable(partial(row_counts.by_etag, edges, model=model), told=told) or {}
    bad = documents.readable(partial(left_out.of_model, edges, model=model), told=told) or ()
    gone = {(each.name, each.etag): each for each in bad}
    there = objects(edges, model=model)
    names = {name(each, model=model) for each in there}
    beyond = documents.readable(partial(outside, edges, there, model=model, load=load), told=told) or frozenset()
    found = []
    for each in there:
        state = OUTSIDE if each.key in beyond else None
        found.append(_entry(each, name(each, model=model), live=live, rows_of=rows_of, gone=gone, state=state))
    for each in edges.store.list(layout.removed(model)):
        of = each.key.removeprefix(layout.removed(model))
        if of not in names:
            found.append(_entry(each, of, live=live, rows_of=rows_of, gone={}, state=REMOVED))
    return Listing(live.model_version if live else None, tuple(found), tuple(told))


def _live(edges: Edges, model: str) -> Manifest | None:
    number = look(edges, model=model).version()
    return None if number is None else registry.find_manifest(edges, model=model, model_version=number)


def _entry(
    found: Listed,
    of: str,
    *,
    live: Manifest | None,
    rows_of: Mapping[str, CountedObject],
    gone: Mapping[tuple[str, str], LeftOut],
    state: str | None = None,
) -> Entry:
    data = live.data if live else ()
    same_name = [each for each in data if each.name == of]
    # The oldest manifests have no entity tags: there the name has to do.
    used = [each for each in data if each.etag == found.etag] or [each for each in same_name if each.etag is None]
    is_trained_on = bool(used)
    kept, bad = rows_of.get(found.etag), gone.get((of, found.etag))
    if bad is not None and bad.is_whole:
        state = QUARANTINED
    return Entry(
        name=of,
        size_bytes=found.size_bytes,
        modified_at=found.modified_at,
        state=state or (TRAINED_ON if is_trained_on else REPLACED if same_name else NEW),
        trained_by=live.model_version if live and is_trained_on else None,
        rows=kept.rows if kept else used[0].rows if used else None,
        classes=kept.classes if kept else None,
        rows_left_out=bad.rows if bad else None,
        why_left_out=(f"{bad.error}: {bad.why}" if bad.error else bad.why) if bad else None,
        left_out_since=bad.since if bad else None,
    )
