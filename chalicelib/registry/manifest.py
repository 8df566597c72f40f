"""What a numbered version is and where it comes from: `manifest.json`, and the same bytes as its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.documents.frozen import Document, holds, holds_many, holds_one
from chalicelib.documents.shapes import (
    Record,
    anything,
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
from chalicelib.registry.report import RATIOS, Rule


class Source(Document):
    """An object of the data set, as the run first saw it."""

    name: str = holds(text)
    """Its key without the prefix of the data set."""
    etag: str | None = holds(maybe(text), default=None)
    """None in the oldest manifests."""
    bytes: int | None = holds(count, default=None)
    rule: int | None = holds(anything, default=None)
    """Of `lambdas.model.splitting.split`, by which it was split; None before there was a second one."""


class Training(Document):
    """How a fit went, as Train measured it; what else an estimator tells of itself is in the document."""

    train_rows: int | None = holds(count, default=None)
    fit_seconds: float | None = holds(number, default=None)


class Manifest(Document):
    """Written once, by VersionModel. Where a field more of the artifact is recorded, it is declared below `format`,
    with a default for the versions that lack it, and written in `lambdas.version_model`."""

    model: str = holds(text)
    model_version: int = holds(number_from_1)
    run: str = holds(text)
    """That made it."""
    created_at: str = holds(moment)

    artifact_sha256: str = holds(sha256)
    format: str = holds(text)
    """Of the artifact, as `lambdas.serve` knows it."""
    example: Mapping[str, Any] | None = holds(table_of(anything), default=None)
    """An instance to try the model with."""
    parts: Mapping[str, str] | None = holds(table_of(sha256), default=None)
    """The SHA-256 of each file of the version; None of a release that kept no evidence."""

    function_version: str = holds(digits)
    """That Lambda published it as."""
    code_sha256: str = holds(text)
    """Of the package, in Lambda's spelling."""
    configuration: Mapping[str, Any] = holds(Record({"Role": text}))
    """Of that function version."""

    fingerprint: str = holds(text)
    """Of data, recipe, code and serving configuration."""
    data: tuple[Source, ...] = holds_many(Source)
    rows: int | None = holds(count, default=None)
    """Of the data set: training and holdout."""
    recipe_sha256: str | None = holds(text, default=None)
    pipeline_sha256: str | None = holds(text, default=None)
    training: Training | None = holds_one(Training, default=None)

    matrix: Sequence[Sequence[float]] | None = holds(list_of(list_of(number)), default=None)
    """The confusion matrix, as in the report: rows true, columns predicted."""
    ratios: Mapping[str, Mapping[str, float | None]] = holds(RATIOS)
    rules: tuple[Rule, ...] | None = holds_many(Rule, default=None)
    reason: str = holds(text)
    """Of the gate's verdict."""
