"""Finds of which dates the rows of each object are, by a column: the first of two passes over an object that is new.

What was found is kept in `parts/MODEL/dates.json`, by the object's entity tag, so that no later run reads an object
again for that, and none at all that lies outside of the recipe's window.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from chalicelib.dates import recorded
from chalicelib.dates.nights import Span, last_day
from chalicelib.dates.recorded import Dates
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import DataError, ObjectUnreadable
from chalicelib.log import log
from chalicelib.runs.dataset import Object
from lambdas import reader
from lambdas.bad_files import is_of_the_file
from lambdas.model.reading.unpacking import check_size, unpack
from lambdas.model.splitting.days import read_span


def extents(edges: Edges, objects: Sequence[Object], *, column: str, model: str) -> dict[str, Span]:
    """By name the first date and the last one, of the objects that have one. The others are bad, which is told of
    when they are read as a whole; where all are, raises the DataError of the first one."""
    told: list[str] = []
    kept = documents.readable(partial(recorded.find_dates, edges, model=model), told=told)
    for damage in told:
        log("document_damaged", reason=damage)
    kept = kept if kept is not None and kept.reader == reader.sha256() else Dates(reader=reader.sha256(), columns={})
    spans = kept.spans(column)
    new = [each for each in objects if each.etag not in spans]
    errors: list[DataError] = []
    try:
        for each in new:
            try:
                spans[each.etag] = _read(edges, each, column=column, model=model)
            except DataError as error:
                if not is_of_the_file(error):
                    raise
                errors.append(error)
    finally:
        if new:
            there = {each.etag for each in objects}
            found = {etag: list(span) for etag, span in spans.items() if etag in there}
            recorded.keep_dates(
                edges, Dates(reader=kept.reader, columns={**kept.columns, column: found}), model=model
            )
    if errors and len(errors) == len(objects):
        raise errors[0]
    return {each.name(model=model): spans[each.etag] for each in objects if each.etag in spans}


def _read(edges: Edges, listed: Object, *, column: str, model: str) -> Span:
    name = listed.name(model=model)
    check_size(name, size_bytes=listed.size_bytes, model=model)
    stored = edges.store.find(listed.key)
    if stored is None or stored.etag != listed.etag:
        raise ObjectUnreadable(f"{listed.key} was removed or replaced before it was read: retrain again")
    text = unpack(name, content=stored.body, model=model)
    return read_span(name, text=text, column=column, model=model, last=last_day(edges.clock()))
