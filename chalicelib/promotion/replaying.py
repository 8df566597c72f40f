"""Asks published function versions, by their numbers, for rows of the holdout: do they answer as they were judged?

It needs no traffic, it warms the version that is about to go live, and it measures several versions in turns, so that
a slow moment of the machine affects them alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from statistics import median
from typing import Any

from chalicelib.cutting import cut
from chalicelib.documents.frozen import Document, holds, holds_many
from chalicelib.documents.shapes import count, digits, list_of, maybe, number, number_from_1, text
from chalicelib.edges import Edges, failed_calls
from chalicelib.evidence import erasures
from chalicelib.exact import PROBABILITY_TOLERANCE, exact, in_whole
from chalicelib.limits import WORDS_CHARACTERS
from chalicelib.registry import registry
from chalicelib.registry.manifest import Manifest
from chalicelib.registry.replay_sample import Expected, Sample

UNASKED = "the registry has no rows of the holdout to ask it for"
ERASED = "the rows of the holdout that the registry had to ask it for were "

ROWS_A_CALL = 25
PROBLEMS_SHOWN = 5
FACTOR, SLACK_MS = 2.0, 50.0
"""A version may take as long as this times the live one's median and so much more."""


class Asked(Document):
    """The result of asking one version."""

    model_version: int = holds(number_from_1)
    function_version: str = holds(digits)
    rows: int = holds(count)
    """How many it was asked for."""
    first_ms: float | None = holds(maybe(number), default=None)
    """The first call, which may have started the environment."""
    median_ms: float | None = holds(maybe(number))
    """Of the calls after it, of ROWS_A_CALL rows each."""
    problems: Sequence[str] = holds(list_of(text), default=())


class ReplayReport(Document):
    """What Replay writes: `runs/RUN/replayed.json`."""

    versions: tuple[Asked, ...] = holds_many(Asked)
    """The candidate, and what is live beside it."""
    problems: Sequence[str] = holds(list_of(text))
    """All problems of the candidate."""

    @classmethod
    def misfit(cls, value: Any) -> str | None:
        return super().misfit(value) or (None if value["versions"] else ".versions is empty")


@dataclass(kw_only=True)
class Replayed:
    """One version that is being asked."""

    model_version: int
    function_version: str
    rows: int = 0
    """How many it was asked for."""
    first_ms: float | None = None
    """The first call, which may have started the environment."""
    calls_ms: list[float] = field(default_factory=list)
    """The calls after it, of ROWS_A_CALL rows each."""
    problems: list[str] = field(default_factory=list)
    silent: bool = False
    """It did not answer once, and is not asked again: each such call can take the function's whole time."""

    @property
    def median_ms(self) -> float | None:
        return median(self.calls_ms) if self.calls_ms else None

    def asked(self) -> Asked:
        return Asked(
            model_version=self.model_version,
            function_version=self.function_version,
            rows=self.rows,
            first_ms=self.first_ms,
            median_ms=self.median_ms,
            problems=self.problems[:PROBLEMS_SHOWN],
        )


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A version to ask. Without a sample it is only asked who it is."""

    model_version: int
    function_version: str
    artifact_sha256: str
    format: str
    """Of the artifact, as `lambdas.serve` knows it."""
    sample: Sample | None


def subject(edges: Edges, *, model: str, model_version: int, function_version: str) -> Subject:
    """A complete version with the sample that the registry keeps of it."""
    manifest = registry.manifest(edges, model=model, model_version=model_version)
    sample = registry.find_sample(edges, model=model, model_version=model_version)
    return asking(manifest, function_version=function_version, sample=sample)


def asking(manifest: Manifest, *, function_version: str, sample: Sample | None) -> Subject:
    return Subject(
        model_version=manifest.model_version,
        function_version=function_version,
        artifact_sha256=manifest.artifact_sha256,
        format=manifest.format,
        sample=sample,
    )


def replay(edges: Edges, *, model: str, subjects: Sequence[Subject]) -> list[Replayed]:
    """Ask them all, in turns; raises the TransientErrors of Lambda."""
    asked = [Replayed(model_version=each.model_version, function_version=each.function_version) for each in subjects]
    for each, found in zip(subjects, asked, strict=True):
        answered, found.first_ms = _ask(edges, model, found, {"warm": True})
        if answered is not None:
            found.problems += _identity_problems(each, answered)
    for turn in zip_longest(*(_chunks(each.sample) for each in subjects)):
        for found, chunk in zip(asked, turn, strict=True):
            if chunk is not None and not found.silent:
                _replay_rows(edges, model, found, *chunk)
    return asked


def doubts(candidate: Replayed, *, live: Replayed | None) -> list[str]:
    """The problems of a candidate, compared with the live version if there is one."""
    unasked = None if candidate.rows else UNASKED
    slow = latency_problem(candidate, live=live) if live else None
    return [*candidate.problems, *(each for each in (unasked, slow) if each)]


def unasked(sample: Sample | None) -> str:
    """Why a version is asked for no rows: there never were any, or they were erased."""
    return f"{ERASED}{erasures.in_words(sample.erased[-1])}" if sample and sample.erased else UNASKED


def latency_problem(candidate: Replayed, *, live: Replayed) -> str | None:
    """The problem of the candidate's latency beside the live version's; None within bounds, or without both."""
    if candidate.median_ms is None or live.median_ms is None:
        return None
    bound = bound_ms(live.median_ms)
    if candidate.median_ms <= bound:
        return None
    took, at_most = in_whole(candidate.median_ms, bound)
    return f"it took {took} ms for {ROWS_A_CALL} rows, the live version {live.median_ms:.0f} ms: at most {at_most} ms"


def bound_ms(live_ms: float) -> float:
    """How long a new version may take where the live one takes so long."""
    return FACTOR * live_ms + SLACK_MS


def _replay_rows(
    edges: Edges, model: str, found: Replayed, instances: Sequence[Mapping[str, Any]], expected: Sequence[Expected]
) -> None:
    first, found.rows = found.rows, found.rows + len(expected)
    answered, took_ms = _ask(edges, model, found, {"instances": instances})
    found.calls_ms.append(took_ms)
    if answered is None:
        return
    predictions = answered.get("predictions")
    if not isinstance(predictions, list) or len(predictions) != len(expected):
        found.problems.append(f"rows {first} to {found.rows - 1} of the replay did not get an answer each")
        return
    for row, (said, wanted) in enumerate(zip(predictions, expected, strict=True), start=first):
        if not _equal(said, wanted):
            found.problems.append(
                f"row {row} of the replay is {_shown(said)}, judged was"
                f" {wanted.label} with {wanted.probabilities[wanted.label]}"
            )


def _ask(edges: Edges, model: str, found: Replayed, event: Mapping[str, Any]) -> tuple[dict[str, Any] | None, float]:
    """The body of a good answer, or None and a problem more; and how long it took, in milliseconds."""
    asked_at = edges.clock()
    answer = edges.functions.invoke(model, json.dumps(event).encode(), qualifier=found.function_version)
    took_ms = 1000 * (edges.clock() - asked_at).total_seconds()
    if answer.function_error is not None:
        found.problems.append(f"it did not answer: it {_failure(answer.payload)}")
        found.silent = True
        return None, took_ms
    try:
        said = json.loads(answer.payload)
        if said["status"] == 200:
            return dict(said["body"]), took_ms
        problem = _short(said["body"]["Message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        problem = "its reply is not the answer of a serving function"
    found.problems.append(f"it did not answer: {problem}")
    found.silent = True
    return None, took_ms


def _failure(report: bytes) -> str:
    failure = failed_calls.read(report)
    return f"{failure.happened}: {failure.way_out}" if failure.more else failure.happened


def _short(said: Any) -> str:
    return cut(str(said), WORDS_CHARACTERS)


def _identity_problems(wanted: Subject, answered: Mapping[str, Any]) -> Iterator[str]:
    if answered.get("model_version") != wanted.model_version:
        yield f"it says that it is model version {_short(answered.get('model_version'))}"
    if answered.get("artifact_sha256") != wanted.artifact_sha256:
        said = _short(answered.get("artifact_sha256"))
        yield f"its artifact has SHA-256 {said}, the registry's {wanted.artifact_sha256}"
    if answered.get("format") != wanted.format:
        yield f"its artifact is of format {_short(answered.get('format'))}, the registry's is a {wanted.format}"


def _equal(said: Any, wanted: Expected) -> bool:
    try:
        shares = said["probabilities"]
        return bool(
            said["label"] == wanted.label
            and shares.keys() == wanted.probabilities.keys()
            and all(
                abs(exact(shares[name]) - exact(share)) <= exact(PROBABILITY_TOLERANCE)
                for name, share in wanted.probabilities.items()
            )
        )
    except (KeyError, TypeError, ValueError, AttributeError):  # any other answer is not a prediction
        return False


def _shown(said: Any) -> str:
    if not isinstance(said, Mapping):
        return "no prediction"
    return f"{_short(said.get('label'))} with {_short(said.get('probability'))}"


def _chunks(sample: Sample | None) -> Iterator[tuple[Sequence[Mapping[str, Any]], Sequence[Expected]]]:
    if sample is None:
        return
    for start in range(0, len(sample.instances), ROWS_A_CALL):
        part = slice(start, start + ROWS_A_CALL)
        yield sample.instances[part], sample.expected[part]
