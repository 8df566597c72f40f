"""Hands the rows that the live version has never seen from Preprocess to Evaluate, in parts that fit into memory.

A row counts as seen if its object has the name or the content of one that the version was trained on, or that was
scored on an earlier night: a corrected file mostly holds the same rows. So each object is scored once, by the version
that was live when it came; if that run broke before it was scored, by the one that is live in the next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.layout import Place
from chalicelib.log import log
from chalicelib.quality.night import File
from chalicelib.quality.series import Series
from chalicelib.registry import registry, run_documents
from chalicelib.registry.live import look
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.run_documents import Arrived
from chalicelib.runs.dataset import Object
from lambdas.intermediates import put_all, read_all
from lambdas.model.data.part import Part
from lambdas.model.data.swapped import swapped as find_swapped
from lambdas.model.reading import table
from lambdas.model.reading.table import Table
from lambdas.model.recipe import Recipe
from lambdas.parts import Prepared
from lambdas.splits import Splits

PART_ROWS = 10_000
PART_BYTES = 8_000_000
"""Of the rows' arrays. Evaluate scores a part at a time, which takes several times as much."""


@dataclass(frozen=True)
class Unseen:
    """By their names, tags and texts: the objects of a run that are new to the live version; none without one."""

    live: int | None = None
    run: str = ""
    """That made the live version."""
    objects: tuple[File, ...] = ()
    texts: frozenset[str] = field(default_factory=frozenset)
    """The digests of what the live version was trained on, under whatever name."""

    def but(self, left_out: Collection[str]) -> Unseen:
        """Without the objects of these names."""
        return replace(self, objects=tuple(each for each in self.objects if each.name not in left_out))

    @property
    def names(self) -> Collection[str]:
        return {each.name for each in self.objects}


def unseen(edges: Edges, *, model: str, objects: Sequence[Object], known: Splits) -> Unseen:
    """Raises the TransientErrors of the edges. A live version that nobody can tell of has seen everything."""
    told: list[str] = []
    live = documents.readable(lambda: _live(edges, model=model), told=told)
    for damage in told:
        log("document_damaged", reason=damage)
    if live is None:
        return Unseen()
    scored = [each for night in Series(edges, model).since(live.created_at) for each in night.objects]
    names = {each.name for each in live.data} | {each.name for each in scored}
    etags = {each.etag for each in live.data} | {each.etag for each in scored}
    found = ((each.name(model=model), each.etag) for each in objects)
    new = tuple(File(name=name, etag=etag) for name, etag in found if name not in names and etag not in etags)
    trained_on = {known.texts.get((each.name, each.etag)) for each in live.data}
    return Unseen(live.model_version, live.run, new, frozenset(text for text in trained_on if text))


def _live(edges: Edges, *, model: str) -> Manifest | None:
    number = look(edges, model=model).version()
    return registry.manifest(edges, model=model, model_version=number) if number else None


def hand_over(edges: Edges, new: Unseen, prepared: Prepared, *, recipe: Recipe, run: str) -> Arrived | None:
    """Write the rows of the new objects for Evaluate, and tell what there is; None for none.

    Of each object the first rows, which are drawn, tell whether two of its columns look swapped: that is told, and
    decides nothing.
    """
    objects = tuple(each for each in new.objects if prepared.digests.get(each.name) not in new.texts)
    rows = parts = size = 0
    before = run_documents.columns_of_run(edges, run=new.run) if objects else {}
    swapped: dict[str, list[list[str]]] = {}
    for each in objects:
        for place, part in enumerate(_parts(prepared.new_rows_of(each.name))):
            if place == 0 and (pairs := find_swapped(part, recipe=recipe, earlier=before)):
                swapped[each.name] = [*map(list, pairs)]
                log("columns_swapped", run=run, model=recipe.model, object=each.name, columns=pairs)
            put_all(edges, _prefix(run, parts), part.to_files())
            rows, parts, size = rows + len(part), parts + 1, size + part.size_bytes
    if new.live is None or not rows:
        return None
    return Arrived(model_version=new.live, objects=objects, rows=rows, parts=parts, bytes=size, swapped=swapped)


def parts(edges: Edges, arrived: Arrived, *, run: str) -> Iterator[Table]:
    """Each part, read when it is asked for; raises ArtifactInvalid when one is gone."""
    for number in range(arrived.parts):
        uri = str(Place(edges.store.bucket, _prefix(run, number)))
        yield Table.from_files(read_all(edges, uri, names=table.FILES))


def _prefix(run: str, part: int) -> str:
    return layout.work(run, f"sides/arrived/{part}/")


def _parts(rows: Part | None) -> Iterator[Table]:
    for some in rows.slices(PART_ROWS) if rows is not None else ():
        table = some.table()
        yield from table.parts(max(1, min(PART_ROWS, PART_BYTES * len(table) // table.size_bytes)))
