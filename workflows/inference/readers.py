"""Turns a body into instances. What is wrong with a value is the service's to say; here a body cannot be read at all.

application/json        {"instances": [{"duration": 0, ...}, ...], "why": 3}, as POST /predict takes it
application/jsonlines   an instance in each line
text/csv                a row for each instance, in the order of the model's columns or as a header names them

and the event of a serving function that has an endpoint
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib import bodies
from chalicelib.api.prediction import FORM
from chalicelib.bodies import check_model
from chalicelib.cutting import listed
from chalicelib.errors import BadRequest
from chalicelib.limits import NUMBER_CHARACTERS

from .media_types import ABSENT, CSV, HEADER, JSON, JSON_LINES, PRESENT, MediaType
from .package import Column, Service, as_request, columns

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
"""As in `lambdas/serve/schema.py`: a number as text."""
AN_INSTANCE = "an object of features, such as one of POST /predict's instances"


def read(body: bytes, *, of: MediaType, service: Service) -> Mapping[str, Any]:
    """The event that the service takes: instances, and what is asked beside them. Raises BadRequest, ModelUnknown."""
    return READERS[of.name](body, of, service)


def read_each(body: bytes, *, of: MediaType, service: Service) -> Mapping[str, Any]:
    """The same, but a line of JSON lines that is no instance stands among them as the BadRequest that says why."""
    if of.name == JSON_LINES:
        return {"instances": [found for _, found in _lines(body)]}
    return read(body, of=of, service=service)


def event(body: bytes) -> object:
    """What a serving function was asked, to be answered as it would be. Raises BadRequest for what is no JSON."""
    return bodies.parse(body, accepted="an event of a serving function")


def _of_json(body: bytes, _of: MediaType, service: Service) -> Mapping[str, Any]:
    fields = FORM.read(body)
    check_model(fields.pop("model", service.model), known=[service.model])
    return fields


def _of_json_lines(body: bytes, _of: MediaType, _service: Service) -> Mapping[str, Any]:
    instances = []
    for number, found in _lines(body):
        if isinstance(found, BadRequest):
            raise BadRequest(f"line {number:,}: {found.message}", **found.details) from found
        instances.append(found)
    return {"instances": instances}


def _lines(body: bytes) -> Iterator[tuple[int, Any]]:
    """Each line that is not blank, with its number: an instance, or the BadRequest of what is none."""
    for number, line in enumerate(io.BytesIO(body), start=1):
        if not line.strip():
            continue
        try:
            found = bodies.parse(line, accepted=AN_INSTANCE)
        except BadRequest as exc:
            found = exc
        yield number, found


def _of_csv(body: bytes, of: MediaType, service: Service) -> Mapping[str, Any]:
    header = of.parameters.get(HEADER)
    if header not in (None, PRESENT, ABSENT):
        raise BadRequest(
            "header is neither present nor absent", field="Content-Type", accepted=f"{CSV}; header={PRESENT}"
        )
    rows = _rows(body)
    first = next(rows, None)
    if first is None:
        return {"instances": []}
    known = {column.name: column for column in columns(service)}
    names = [cell.strip() for cell in first[1]]
    if header == PRESENT or (header is None and {*names} <= known.keys()):
        _check_header(names)
        found = [_instance(each, names, known) for each in rows]
    else:
        found = [_instance(each, list(known), known) for each in (first, *rows)]
    return {"instances": [as_request(service, each) for each in found]}


def _rows(body: bytes) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with the number of its last line."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadRequest(f"the body is not UTF-8 from byte {exc.start:,} on", accepted="UTF-8") from exc
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as exc:
        raise BadRequest(f"line {reader.line_num:,} is not CSV: {exc}", accepted=CSV) from exc


def _check_header(names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadRequest(
            f"the header names {listed(twice)} more than once", field=twice[0], accepted="each name once"
        )


def _instance(row: tuple[int, list[str]], names: Sequence[str], known: Mapping[str, Column]) -> dict[str, Any]:
    line, cells = row
    if len(cells) != len(names):
        raise BadRequest(f"line {line:,} has {len(cells):,} fields, expected {len(names):,}", accepted=listed(names))
    pairs = ((name, _value(cell, known.get(name))) for name, cell in zip(names, cells, strict=True))
    return {name: value for name, value in pairs if value is not None}


def _value(cell: str, column: Column | None) -> object:
    """As JSON has it; None for a missing number or date, which is left out. Spaces around either are ignored."""
    if hasattr(column, "levels"):
        return cell
    text = cell.strip()
    if not text or (column is not None and column.missing is not None and text in column.absent):
        return None
    return float(text) if len(text) <= NUMBER_CHARACTERS and NUMBER.fullmatch(text) else text


READERS: Mapping[str, Callable[[bytes, MediaType, Service], Mapping[str, Any]]] = {
    JSON: _of_json,
    JSON_LINES: _of_json_lines,
    CSV: _of_csv,
}
