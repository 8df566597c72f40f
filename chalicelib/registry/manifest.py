"""Describes a numbered version and its origin: `manifest.json`, and the same bytes as its evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.documents import documents
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
from chalicelib.limits import LISTED_LEVELS
from chalicelib.quality.left_out import LeftOut
from chalicelib.quality.trials import Tuning
from chalicelib.registry.report import RATIOS, Imported, Rule, Threshold

SCORECARD, SCORECARD_FILE = "scorecard", "model.json"
"""The one artifact format of releases whose manifests and trainings do not tell the artifact, and its file."""
LISTED_FILLS = 20
AGAINST = ", against the "
"""In the names of rules that compare with another version."""
_COLUMN = Record({"name": text, "kind": text}, perhaps=dict.fromkeys(("levels", "allowed"), maybe(list_of(anything))))
SCHEMA = Record({"columns": list_of(_COLUMN)})


def listed_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of each column so many levels and allowed categories as are listed, and of an array so many numbers that take
    the place of missing ones; and how many were left out."""
    return {**schema, "columns": [_listed(each) for each in schema["columns"]]}


def _listed(column: Mapping[str, Any]) -> dict[str, Any]:
    fills = {"missing": LISTED_FILLS} if isinstance(column.get("missing"), list) else {}
    return documents.short(column, levels=LISTED_LEVELS, allowed=LISTED_LEVELS, **fills)


class Source(Document):
    """An object of the data set, as the run first saw it."""

    name: str = holds(text)
    """Its key without the prefix of the data set."""
    etag: str | None = holds(maybe(text), default=None)
    """None in the oldest manifests."""
    bytes: int | None = holds(count, default=None)
    version_id: str | None = holds(text, default=None)
    """Of this content in S3; None of a release that did not keep it."""
    rule: int | None = holds(anything, default=None)
    """Of `lambdas.model.splitting.split`, by which it was split; None before there was a second one."""
    rows: int | None = holds(count, default=None)
    """That were trained on or held out; None of a release that did not count them."""
    rows_left_out: int = holds(count, default=0)
    """The bad ones, which the recipe tolerates."""


class Artifact(Document):
    """What an artifact is, so that nobody has to read it for that. Its own format alone knows how to."""

    format: str = holds(text)
    """As `lambdas.model.formats.all_formats` knows it."""
    file: str = holds(text)
    """Its name among a run's intermediates, in the registry and in the package."""
    schema: Mapping[str, Any] = holds(SCHEMA)
    """As `listed_schema` makes it."""
    layers: Sequence[str] = holds(list_of(text), default=())
    """That its serving function needs, by name; none of an earlier release."""


class StoredArtifact(Document):
    """Where the published function reads an artifact that is too large for its package."""

    key: str = holds(text)
    version_id: str = holds(text)
    """Of the object in S3: the function reads this version of it and no other."""
    bytes: int = holds(count)


class Served(Document):
    """The endpoint that answers for a version, in the place of its function."""

    name: str = holds(text)
    keep_hours: int = holds(count)
    """How long it stays once the alias has left it."""
    words: str = holds(text)
    """What it is and costs."""


class Training(Document):
    """How a fit went, as Train measured it; what else an estimator tells of itself is in the document."""

    artifact: Artifact | None = holds_one(Artifact, default=None)
    """What Train made; None of an earlier release."""
    imported: Imported | None = holds_one(Imported, default=None)
    """None of a model that was trained here."""
    threshold: Threshold | None = holds_one(Threshold, default=None)
    """None of a model that answers the more probable class."""
    tuning: Tuning | None = holds_one(Tuning, default=None)
    """None where no parameters were searched."""
    train_rows: int | None = holds(count, default=None)
    fit_seconds: float | None = holds(number, default=None)

    def without_artifact(self) -> Training:
        """As it goes into the manifest, which has that on its own."""
        return Training.of({name: value for name, value in self.document.items() if name != "artifact"})


class Manifest(Document):
    """Written once, by VersionModel."""

    model: str = holds(text)
    model_version: int = holds(number_from_1)
    run: str = holds(text)
    """That made it."""
    created_at: str = holds(moment)

    artifact_sha256: str = holds(sha256)
    format: str = holds(text)
    artifact: Artifact | None = holds_one(Artifact, default=None)
    """None of an earlier release, whose artifacts are scorecards all of them."""
    stored: StoredArtifact | None = holds_one(StoredArtifact, default=None)
    """None where the package holds the artifact."""
    endpoint: Served | None = holds_one(Served, default=None)
    """None where its function answers by itself."""
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
    left_out: tuple[LeftOut, ...] = holds_many(LeftOut, default=())
    """The files that were left out because they are bad, whole or some of their rows."""
    recipe_sha256: str | None = holds(text, default=None)
    pipeline_sha256: str | None = holds(text, default=None)
    training: Training | None = holds_one(Training, default=None)

    matrix: Sequence[Sequence[float]] | None = holds(list_of(list_of(number)), default=None)
    """The confusion matrix, as in the report: rows true, columns predicted."""
    ratios: Mapping[str, Mapping[str, float | None]] = holds(RATIOS)
    rules: tuple[Rule, ...] | None = holds_many(Rule, default=None)
    reason: str = holds(text)
    """Of the gate's verdict."""

    @property
    def metrics(self) -> Mapping[str, float | None]:
        """The values that the gate judged the version by, by rule, such as "recall of attack"; None if undefined.

        A rule about the artifact, such as its largest difference from the estimator, tells nothing of the model; one
        against the champion or the anchor judges a value that another rule judges too.
        """
        return {
            rule.name: rule.value
            for rule in self.rules or ()
            if rule.name and " " not in rule.name.partition(" of ")[0] and AGAINST not in rule.name
        }

    @property
    def artifact_file(self) -> str:
        """The name of the artifact among the parts."""
        return self.artifact.file if self.artifact else SCORECARD_FILE

    @property
    def imported(self) -> Imported | None:
        """None of a version that was trained here."""
        return self.training.imported if self.training else None

    @property
    def threshold(self) -> Threshold | None:
        """The operating point; None of a version that answers the more probable class."""
        return self.training.threshold if self.training else None

    @property
    def tuning(self) -> Tuning | None:
        """None of a version whose parameters were not searched."""
        return self.training.tuning if self.training else None

    @property
    def stored_bytes(self) -> int:
        """Of the artifact that its function reads from the bucket; 0 where the package holds it."""
        return self.stored.bytes if self.stored else 0

    @property
    def layers(self) -> Sequence[str]:
        """That the serving function needs; none where it asks an endpoint, whose image has the library."""
        return self.artifact.layers if self.artifact and self.endpoint is None else ()
