"""Scores the records of a file chunk by chunk.

The files of a chunk come first and its tally last, and each tally counts all chunks before it too. So whoever begins
again finds how far the batch came, and goes on behind it. A chunk that was cut short is written once more: the
version and the file are the same, so the bytes are too, and two that work at the same time do no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from chalicelib import layout
from chalicelib.batches import batch_answers
from chalicelib.batches.batch_documents import BatchEnded, BatchRequest, Tally
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import ObjectUnreadable
from chalicelib.limits import BATCH_RECORDS, BATCH_REFUSED
from chalicelib.one_by_one import Answers, Said
from chalicelib.values import Value


class BatchRecord(Value):
    """A record of a file."""

    number: int
    """From 1, in the order of the file."""
    line: int
    """That it begins on."""
    instance: bytes | None
    """As JSON; None for a record that cannot be read."""
    refusal: Said | None = None
    """Why it cannot be read, in the form of an error of the API."""
    truth: str | None = None
    """Its true class; None where the file does not tell."""


class Batch(Value):
    """A batch that is being carried out."""

    edges: Edges
    name: str
    request: BatchRequest
    chunk_records: int = BATCH_RECORDS


def latest(edges: Edges, name: str) -> Tally | None:
    """How far the batch came; None where it did not begin."""
    chunks = edges.store.list(layout.batch_chunk(name))
    return Tally.find(edges.store, chunks[-1].key) if chunks else None


def begin(batch: Batch, *, lines: int) -> Tally:
    """How far the batch came. One that did not begin shows a sign of life from now on."""
    tally = latest(batch.edges, batch.name)
    if tally is None:
        tally = Tally.none_yet(lines=lines)
        batch.edges.store.put(layout.batch_chunk(batch.name, 0), tally.encode())
    return tally


def carry_out(batch: Batch, records: Iterator[BatchRecord], *, lines: int) -> Tally:
    """Score all records from where the batch stands; `lines` are those of the file.

    Raises ObjectUnreadable for a file without a record, or with too many refused ones; and as
    `batch_answers.ask` does.
    """
    tally = begin(batch, lines=lines)
    left = islice(records, tally.records, None)
    while chunk := list(islice(left, batch.chunk_records)):
        tally = _carry_out_chunk(batch, chunk, tally)
    if not tally.records:
        raise ObjectUnreadable(f"{batch.request.key} holds no record")
    return tally


def end(batch: Batch, *, tally: Tally | None, error: str | None, reason: str) -> BatchEnded:
    """Write down how it ended, unless that is written already; returns what stands."""
    at = documents.timestamp(batch.edges.clock())
    ended = BatchEnded(at=at, error=error, reason=reason, tally=tally)
    return ended.put_if_absent(batch.edges.store, layout.batch(batch.name, "ended"))


def _carry_out_chunk(batch: Batch, chunk: list[BatchRecord], before: Tally) -> Tally:
    instances = [(each.number, each.instance) for each in chunk if each.instance is not None]
    answers = batch_answers.ask(batch.edges.functions, batch.request, instances)
    refused = refusals(chunk, answers)
    number, store = before.chunk + 1, batch.edges.store
    store.put(layout.batch_chunk(batch.name, number, of="predictions"), predictions_of(answers))
    if refused:
        store.put(layout.batch_chunk(batch.name, number, of="errors"), errors_of(chunk, refused))
    tally = counted(before, chunk, answers, refused=len(refused))
    if tally.refused > BATCH_REFUSED:
        first = refused[min(refused)]
        raise ObjectUnreadable(
            f"{batch.request.key} holds more than {BATCH_REFUSED:,} records that are refused, record {min(refused):,}"
            f" among them: {first['Message']}. Correct the file, and send it again"
        )
    store.put(layout.batch_chunk(batch.name, number), tally.encode())
    return tally


def refusals(chunk: Sequence[BatchRecord], answers: Answers) -> Mapping[int, Said]:
    """What is refused of a chunk, by the number of the record: by the reader, or by the version."""
    return {**answers.refusals, **{each.number: each.refusal for each in chunk if each.refusal is not None}}


def predictions_of(answers: Answers) -> bytes:
    """The lines of a chunk's predictions."""
    return _lines({"record": each, **answers.predictions[each]} for each in sorted(answers.predictions))


def errors_of(chunk: Sequence[BatchRecord], refused: Mapping[int, Said]) -> bytes:
    """The lines of a chunk's refused records."""
    return _lines(
        {"record": each.number, "line": each.line, **refused[each.number]} for each in chunk if each.number in refused
    )


def counted(before: Tally, chunk: Sequence[BatchRecord], answers: Answers, *, refused: int) -> Tally:
    """What came of the records of this chunk too."""
    labels = dict(before.labels)
    matrix = {true: dict(predicted) for true, predicted in before.matrix.items()}
    for each in chunk:
        prediction = answers.predictions.get(each.number)
        if prediction is None:
            continue
        label = prediction["label"]
        labels[label] = labels.get(label, 0) + 1
        if each.truth is not None:
            row = matrix.setdefault(each.truth, {})
            row[label] = row.get(label, 0) + 1
    return before.but(
        chunk=before.chunk + 1,
        records=before.records + len(chunk),
        refused=before.refused + refused,
        labels=labels,
        matrix=matrix,
        warnings=_together(before.warnings, answers.warnings),
    )


def _together(*several: Iterable[Said]) -> list[dict[str, Any]]:
    """One warning for each column and code; those that an answer left out are counted nowhere."""
    found: dict[tuple[str, str, str], int] = {}
    for each in (warning for warnings in several for warning in warnings if warning.get("Field") is not None):
        key = (each["Code"], each["Field"], each["Message"])
        found[key] = found.get(key, 0) + each["Count"]
    return [
        {"Code": code, "Field": field, "Message": message, "Count": count}
        for (code, field, message), count in sorted(found.items())
    ]


def _lines(said: Iterable[Mapping[str, Any]]) -> bytes:
    """JSON lines."""
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in said)
