"""Records of what a batch keeps in the bucket: its request, its estimate, how far it came, how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.documents.frozen import Document, holds, holds_one
from chalicelib.documents.shapes import (
    Record,
    count,
    digits,
    list_of,
    maybe,
    moment,
    number,
    number_from_1,
    sha256,
    table_of,
    text,
)

WARNED = Record({"Code": text, "Field": text, "Message": text, "Count": count})


class BatchRequest(Document):
    """`batches/out/BATCH/request.json`: written once, by whoever asks first."""

    model: str = holds(text)
    model_version: int = holds(number_from_1)
    """The one that was live: every record is scored on it."""
    function_version: str = holds(digits)
    key: str = holds(text)
    """Of the file, in the stage's bucket."""
    etag: str = holds(text)
    """Of its content as it was asked for."""
    size_bytes: int = holds(count)
    who: str = holds(text)
    attempt: str = holds(text)
    """Of whoever wrote this: tells him that it is his own."""
    requested_at: str = holds(moment)


class TransformRequest(Document):
    """`batches/transform/BATCH/request.json`: written once, by whoever asks first."""

    model: str = holds(text)
    model_version: int = holds(number_from_1)
    """The one that was live: every record is scored on it."""
    function_version: str = holds(digits)
    sagemaker_model: str = holds(text)
    """Of that version, which its endpoint runs."""
    file: str = holds(text)
    """Its name on the machine of whoever asked; its content stays there."""
    file_sha256: str = holds(sha256)
    who: str = holds(text)
    requested_at: str = holds(moment)


class BatchEstimate(Document):
    """`batches/out/BATCH/estimate.json`: written once, before anything of a larger file is scored."""

    seconds: float = holds(number)
    """That scoring all of its records is about to take."""


class Tally(Document):
    """`batches/out/BATCH/chunks/N.json`: what came of the records of the first N chunks, all together."""

    chunk: int = holds(count)
    """0 before there is one."""
    records: int = holds(count)
    refused: int = holds(count)
    lines: int = holds(count)
    """Of the whole file: about as many as its records."""
    labels: Mapping[str, int] = holds(table_of(count))
    """How often each was predicted."""
    matrix: Mapping[str, Mapping[str, int]] = holds(table_of(table_of(count)))
    """The confusion matrix of the scored records whose true class the file tells: true, then predicted."""
    warnings: Sequence[Mapping[str, Any]] = holds(list_of(WARNED))
    """What the model took in the place of what the records say, as POST /predict tells it."""

    @classmethod
    def none_yet(cls, *, lines: int) -> Tally:
        return cls(chunk=0, records=0, refused=0, lines=lines, labels={}, matrix={}, warnings=[])

    @property
    def labelled(self) -> int:
        """The scored records whose true class is known."""
        return sum(sum(predicted.values()) for predicted in self.matrix.values())

    @property
    def accuracy(self) -> float | None:
        """The share of them whose predicted class is the true one; None where there are none."""
        right = sum(predicted.get(true, 0) for true, predicted in self.matrix.items())
        return right / self.labelled if self.labelled else None


class BatchEnded(Document):
    """`batches/out/BATCH/ended.json`: written once."""

    at: str = holds(moment)
    error: str | None = holds(maybe(text))
    """The class of what ended it early; None where every record was scored or refused."""
    reason: str = holds(text)
    tally: Tally | None = holds_one(Tally, default=None)
    """None where it ended before its first record."""
