"""Defines the documents of a run's tasks: each task's state, Preprocess's profile of the data, Train's training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from chalicelib import layout
from chalicelib.contracts.decisions import OUTCOMES
from chalicelib.contracts.runs import RunOutcome
from chalicelib.documents import documents
from chalicelib.documents.frozen import Document, holds, holds_many, holds_one
from chalicelib.documents.shapes import (
    ByKind,
    Record,
    anything,
    count,
    filled,
    list_of,
    maybe,
    moment,
    number,
    number_from_1,
    one_of,
    table_of,
    text,
)
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete
from chalicelib.names import document_name
from chalicelib.quality.night import File
from chalicelib.registry import registry
from chalicelib.registry.manifest import SCORECARD, Source, Training
from chalicelib.registry.report import Erased

_COLUMN = ByKind(
    {
        "number": Record({"median": maybe(number)}),
        "date": Record({"median": maybe(text)}),
        "array": Record({"medians": list_of(maybe(number))}),
        "category": Record({"top": filled(table_of(count))}),
    }
)
"""Of the profile of one column: what an example of it is taken from."""
RUNNING, DONE, FAILED = "running", "done", "failed"
"""The status of a state."""


_RESULT = Record({}, perhaps={"reason": text, "model_version": maybe(number_from_1)})
"""What is read of a task's result: a reason, and the version that VersionModel made, or Preprocess took up."""


class State(Document):
    """How a state of the run goes, or went: `runs/RUN/STATE.json`, written by its task."""

    state: str = holds(text)
    status: str = holds(one_of(RUNNING, DONE, FAILED))
    started_at: str | None = holds(moment, default=None)
    finished_at: str | None = holds(moment, default=None)
    duration_ms: int | None = holds(count, default=None)
    peak_memory_bytes: int | None = holds(maybe(count), default=None)
    """None where Linux does not tell."""
    memory_mb: int | None = holds(count, default=None)
    """That the task's function has."""
    result: Mapping[str, Any] = holds(_RESULT, default=MappingProxyType({}))
    """Of a state that is done: what its task handed on."""
    error: str | None = holds(text, default=None)
    reason: str | None = holds(text, default=None)
    """Of a state that failed, as `error`."""

    @property
    def model_version(self) -> int | None:
        """That VersionModel made."""
        return self.result.get("model_version")

    @property
    def job(self) -> str | None:
        """The name of the training job that Preprocess described, if anything there can be one."""
        described = self.result.get("job")
        name = described.get("name") if isinstance(described, Mapping) else None
        return name if isinstance(name, str) else None

    @property
    def is_search(self) -> bool:
        """Whether that is a search, with a job for each trial."""
        described = self.result.get("job")
        return isinstance(described, Mapping) and described.get("tuning") is not None


class Outcome(Document):
    """The outcome of a run, with the time when it was recorded."""

    run: str = holds(text)
    model: str = holds(text)
    outcome: str = holds(one_of(*OUTCOMES))
    reason: str = holds(text)
    error: str | None = holds(maybe(text))
    """The name of the error, where the outcome is RetrainFailed."""
    finished_at: str | None = holds(moment, default=None)

    @property
    def as_ended(self) -> RunOutcome:
        """The outcome in the form of the execution's output."""
        return RunOutcome(run=self.run, model=self.model, outcome=self.outcome, reason=self.reason, error=self.error)


class DataProfile(Document):
    """What the rows are like, as `lambdas.model.data.profile` counts them."""

    rows: int = holds(count)
    columns: Mapping[str, Mapping[str, Any]] = holds(table_of(_COLUMN))
    other_labels: Mapping[str, int] = holds(table_of(count), default=MappingProxyType({}))
    """Texts that `classes` does not list, with their rows."""

    @property
    def example(self) -> dict[str, Any]:
        """An instance to try the model with: each column's median, or its most frequent category. A column without
        any number or date is left out: it is one that may be missing. An array has a median in each position."""
        every = {name: _example(column) for name, column in self.columns.items()}
        return {name: value for name, value in every.items() if value is not None}


class Arrived(Document):
    """The objects of a run that its live version was not trained on, and nobody scored yet: handed to Evaluate."""

    model_version: int = holds(number_from_1)
    """That was live when the run began."""
    objects: tuple[File, ...] = holds_many(File)
    rows: int = holds(count)
    parts: int = holds(count)
    """Below `work/RUN/sides/arrived/`."""
    bytes: int = holds(count, default=0)
    """Of the rows as arrays; 0 of a release that did not count them."""
    swapped: Mapping[str, Sequence[Sequence[str]]] = holds(
        table_of(list_of(list_of(text))), default=MappingProxyType({})
    )
    """By object the pairs of its columns whose values look as those of the other were, in the live version's data."""


def profile_of_version(edges: Edges, *, model: str, model_version: int | None) -> DataProfile | None:
    """What a version's data were like, by the profile of its run; None where nobody can tell."""

    def found() -> DataProfile | None:
        made = registry.find_manifest(edges, model=model, model_version=model_version) if model_version else None
        profile = find_profile(edges, run=made.run) if made else None
        return profile.profile if profile else None

    return documents.readable(found, told=[])


def columns_of_run(edges: Edges, *, run: str) -> Mapping[str, Mapping[str, Any]]:
    """What the columns of a run's data were like; nothing where nobody can tell."""

    def found() -> Mapping[str, Mapping[str, Any]]:
        profile = find_profile(edges, run=run)
        return profile.profile.columns if profile else {}

    return documents.readable(found, told=[]) or {}


class Profile(Document):
    """Of the data that a run trains on, written by Preprocess."""

    SCHEMA = 4
    IN_ONE_LINE = True

    fingerprint: str = holds(text)
    recipe_sha256: str = holds(text)
    code_sha256: str = holds(text)
    """Of the pipeline."""
    objects: tuple[Source, ...] = holds_many(Source)
    splits: Sequence[Mapping[str, Any]] | None = holds(anything, default=None)
    """As `lambdas.splits` writes and reads them; None of a Preprocess of before the second rule."""
    profile: DataProfile = holds_one(DataProfile)
    arrived: Arrived | None = holds_one(Arrived, default=None)
    """None where nothing was live, or nothing new came."""
    erased: tuple[Erased, ...] = holds_many(Erased, default=())


def keep_state(edges: Edges, state: State, *, run: str) -> None:
    edges.store.put(layout.run_document(run, document_name(state.state)), state.encode())


def find_state(edges: Edges, *, run: str, state: str) -> State | None:
    """None where the run did not come to that state."""
    return State.find(edges.store, layout.run_document(run, document_name(state)))


def keep_profile(edges: Edges, profile: Profile, *, run: str) -> None:
    edges.store.put(layout.run_document(run, "profile"), profile.encode())


def find_profile(edges: Edges, *, run: str) -> Profile | None:
    return Profile.find(edges.store, layout.run_document(run, "profile"))


def profile(edges: Edges, *, run: str) -> Profile:
    """Raises RegistryIncomplete when it is gone or damaged."""
    found = find_profile(edges, run=run)
    if found is None:
        key = layout.run_document(run, "profile")
        raise RegistryIncomplete(f"{key} is missing from bucket {edges.store.bucket}: retrain again", key=key)
    return found


def keep_training(edges: Edges, training: Training, *, run: str) -> None:
    edges.store.put(layout.run_document(run, "training"), training.encode())


def training(edges: Edges, *, run: str) -> Training | None:
    """None where Train did not measure it."""
    return Training.find(edges.store, layout.run_document(run, "training"))


def artifact_format(edges: Edges, *, run: str) -> str:
    """The name of the format that Train exported the estimator to."""
    made = training(edges, run=run)
    return made.artifact.format if made and made.artifact else SCORECARD


def _example(column: Mapping[str, Any]) -> Any:
    if column["kind"] == "category":
        return next(iter(column["top"]))
    return [_plain(each) for each in column["medians"]] if column["kind"] == "array" else _plain(column["median"])


def _plain(median: float | str | None) -> float | str | None:
    return int(median) if isinstance(median, float) and median.is_integer() else median
