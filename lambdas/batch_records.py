"""Reads the records of a batch's file: CSV as a data set's, JSON lines as POST /predict's instances, or an array.

It decides of a record only whether it can be read. Whether its values are right is the version's to say: what is no
number in a column of numbers goes there as the text that it is.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from string import whitespace
from typing import Any, BinaryIO

from chalicelib import bodies
from chalicelib.api import responses
from chalicelib.batches import batch_arrays, batch_limits
from chalicelib.batches.batch_arrays import Rows
from chalicelib.batches.batch_chunks import BatchRecord
from chalicelib.cutting import listed
from chalicelib.errors import BadRequest, ObjectUnreadable
from chalicelib.limits import BATCH_BYTES, NUMBER_CHARACTERS, PREDICT_BODY_BYTES
from chalicelib.registry.manifest import Manifest
from chalicelib.values import Value
from lambdas.model.formats.listed_columns import single_columns
from lambdas.model.reading.records import Malformed, count_lines, is_blank, records_in
from lambdas.serve.schema import ARRAY, NUMBER
from lambdas.serve.seldom.array_columns import as_request, names_in

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BEYOND_FLOATS = 10**390
"""Stands for a number that is too large for a float: JSON has no infinity, and the version refuses both alike. With
its sign it is no longer than a number may be that the server of an endpoint reads."""
NPY = ".npy"
AN_INSTANCE = "an object of features, as one of POST /predict's instances"


class Truth(Value):
    """Where a file tells the true class: in the recipe's label."""

    label: str
    class_of: Callable[[str], str | None]
    """Of a raw label; None for one that the recipe does not know."""


def unpacked(content: bytes, *, key: str) -> bytes:
    """UTF-8 text without a byte order mark, or an array as it is; raises ObjectUnreadable, or BodyTooLarge."""
    text = _unzipped(content, key=key) if key.endswith(".gz") else content
    batch_limits.check_bytes(len(text), named=key)
    if key.endswith(NPY):
        return text
    try:
        text.isascii() or text.decode()
    except UnicodeDecodeError as exc:
        raise ObjectUnreadable(f"{key} is not UTF-8 from byte {exc.start:,} on: save it in UTF-8") from exc
    return text.removeprefix(BYTE_ORDER_MARK)


def read(text: bytes, *, key: str, manifest: Manifest, truth: Truth) -> tuple[Iterator[BatchRecord], int]:
    """The records in the order of the file, and about how many there are.

    Raises BodyTooLarge for too many, ObjectUnreadable for a header that lacks a column, and while they are read where
    CSV cannot be.
    """
    if key.endswith(NPY):
        rows = batch_arrays.read(text, named=key)
        batch_limits.check_lines(rows.count, named=key, of="rows")
        return rows_in(rows, key=key, manifest=manifest), rows.count
    lines = count_lines(text)
    batch_limits.check_lines(lines, named=key)
    found = records_of(io.BytesIO(text), key=key, manifest=manifest, truth=truth)
    return found, lines if is_json_lines(key) else max(lines - 1, 0)


def is_json_lines(key: str) -> bool:
    return key.removesuffix(".gz").endswith(".jsonl")


def records_of(stream: BinaryIO, *, key: str, manifest: Manifest, truth: Truth) -> Iterator[BatchRecord]:
    """The records of a text of whatever length, which is read as they are asked for; raises ObjectUnreadable."""
    if is_json_lines(key):
        return _of_json_lines(stream, truth=truth)
    return _of_csv(stream, key=key, features=_features(manifest), truth=truth)


def rows_in(rows: Rows, *, key: str, manifest: Manifest) -> Iterator[BatchRecord]:
    """The records of an array; raises ObjectUnreadable."""
    return _of_array(rows, key=key, features=_features(manifest))


def _unzipped(content: bytes, *, key: str) -> bytes:
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(content)).read(BATCH_BYTES + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise ObjectUnreadable(f"{key} is a truncated or corrupt gzip file") from exc


def _features(manifest: Manifest) -> Sequence[Mapping[str, Any]]:
    if manifest.artifact is None:
        raise ObjectUnreadable(
            f"version {manifest.model_version} of {manifest.model} is of a release that does not tell its columns:"
            " send JSON lines (.jsonl), or retrain"
        )
    features: Sequence[Mapping[str, Any]] = manifest.artifact.schema["columns"]
    return features


def _arrays(features: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The names of the columns of each array."""
    return {each["name"]: names_in(each["name"], each["size"]) for each in features if each["kind"] == ARRAY}


def _of_csv(
    text: BinaryIO, *, key: str, features: Sequence[Mapping[str, Any]], truth: Truth
) -> Iterator[BatchRecord]:
    """A line of the header, then the records. Columns that the model does not take are ignored, as by a run."""
    arrays, columns = _arrays(features), single_columns(features)
    rows = ((line, fields) for line, fields in records_in(text) if not is_blank(fields))
    try:
        header = [name.strip() for name in next(rows, (1, []))[1]]
        _check_header(header, key=key, columns=columns)
        wanted = [(header.index(each["name"]), each) for each in columns if each["name"] in header]
        told = header.index(truth.label) if truth.label in header else None
        for number, (line, fields) in enumerate(rows, start=1):
            if len(fields) != len(header):
                words = f"has {len(fields):,} fields, the header has {len(header):,}"
                yield _unreadable(number, line, words, accepted="as many fields as the header")
                continue
            instance = {each["name"]: value for at, each in wanted if (value := _cell(fields[at], each)) is not None}
            label = None if told is None else fields[told]
            whole = as_request(instance, arrays) if arrays else instance
            yield _record(number, line, whole, truth=truth.class_of(label) if label else None)
    except Malformed as exc:
        raise ObjectUnreadable(f"{key}: {exc}. Correct the file, and send it again") from exc


def _check_header(header: Sequence[str], *, key: str, columns: Sequence[Mapping[str, Any]]) -> None:
    names = [each["name"] for each in columns]
    missing = [each["name"] for each in columns if each["name"] not in header and each.get("missing") is None]
    if missing or not {*names} & {*header}:
        raise ObjectUnreadable(
            f"{key} has no column {listed(missing or names)}. Its first line, the header, reads: {listed(header)}"
        )
    twice = [name for name in names if header.count(name) > 1]
    if twice:
        raise ObjectUnreadable(f"{key} names the column {listed(twice)} more than once in its header")


def _cell(text: str, column: Mapping[str, Any]) -> object:
    """The value as JSON has it; None for a missing number or date, which is left out. Spaces around are ignored."""
    if column["kind"] == "category":
        return text
    stripped = text.strip(whitespace)
    if not stripped or (column.get("missing") is not None and stripped in column.get("absent", ())):
        return None
    if column["kind"] != "number" or len(stripped) > NUMBER_CHARACTERS or not NUMBER.fullmatch(stripped):
        return stripped  # a date, or what the version refuses
    number = float(stripped)
    return number if math.isfinite(number) else BEYOND_FLOATS


def _of_array(rows: Rows, *, key: str, features: Sequence[Mapping[str, Any]]) -> Iterator[BatchRecord]:
    """A record in each row, with the columns in the recipe's order; NaN is a missing number. It has no labels."""
    arrays, columns = _arrays(features), single_columns(features)
    texts = [each["name"] for each in columns if each["kind"] != "number"]
    if texts:
        raise ObjectUnreadable(f"{key} holds numbers alone, and the model takes texts in {listed(texts)}: send CSV")
    names = [each["name"] for each in columns]
    if rows.width != len(names):
        raise ObjectUnreadable(
            f"{key} has {rows.width:,} columns, and the model takes {len(names):,}, in this order: {listed(names)}"
        )
    for number, row in enumerate(rows, start=1):
        instance = {
            name: value if math.isfinite(value) else BEYOND_FLOATS if value > 0 else -BEYOND_FLOATS
            for name, value in zip(names, row, strict=True)
            if value == value  # NaN alone differs from itself
        }
        yield _record(number, number, as_request(instance, arrays) if arrays else instance, truth=None)


def _of_json_lines(text: BinaryIO, *, truth: Truth) -> Iterator[BatchRecord]:
    """An instance in each line that is not blank, read as strictly as a body of POST /predict."""
    number = 0
    for line, content in enumerate(text, start=1):
        if not content.strip():
            continue
        number += 1
        try:
            instance = bodies.parse(content, accepted=AN_INSTANCE)
        except BadRequest as exc:
            yield BatchRecord(number, line, None, responses.of_error(exc)[1])
            continue
        label = instance.pop(truth.label, None) if isinstance(instance, dict) else None
        raw = label if isinstance(label, str) else json.dumps(label)
        yield _record(number, line, instance, truth=None if label is None else truth.class_of(raw))


def _record(number: int, line: int, instance: object, *, truth: str | None) -> BatchRecord:
    encoded = json.dumps(instance, separators=(",", ":")).encode()
    if len(encoded) > PREDICT_BODY_BYTES:
        return _unreadable(number, line, f"has {len(encoded):,} bytes", accepted=f"at most {PREDICT_BODY_BYTES:,}")
    return BatchRecord(number, line, encoded, truth=truth)


def _unreadable(number: int, line: int, words: str, *, accepted: str) -> BatchRecord:
    return BatchRecord(
        number, line, None, responses.of_error(BadRequest(f"the record {words}", accepted=accepted))[1]
    )
