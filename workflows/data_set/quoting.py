"""Finds what quotes rows of a model's data: documents of its versions and runs, intermediates, and kept parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from chalicelib import layout
from chalicelib.documents import documents
from chalicelib.documents.shapes import Kind
from chalicelib.edges import Edges
from chalicelib.edges.hosting.transform_jobs import TransformJobs
from chalicelib.edges.object_versions import ObjectVersion, ObjectVersions
from chalicelib.evidence import erasures, evidence
from chalicelib.registry import registry, run_documents
from chalicelib.registry.manifest import SCORECARD_FILE, Manifest
from chalicelib.registry.replay_sample import Sample
from chalicelib.registry.report import Report
from chalicelib.registry.run_documents import Outcome, Profile, State
from workflows.checking.rows import HowRead, how_read
from workflows.data_set import redacting
from workflows.data_set.lineage import Tags, Version
from workflows.data_set.matching import Matching
from workflows.data_set.redacting import Json, Note

FAILING_STATES = ("preprocess", "train")
"""The documents of the states whose errors may quote cells."""


@dataclass(frozen=True)
class Outside:
    edges: Edges
    versions: ObjectVersions
    transforms: TransformJobs
    stage: str


@dataclass(frozen=True, kw_only=True)
class Rewrite:
    """A document that loses rows, and its new content."""

    key: str
    etag: str
    before: bytes
    after: bytes
    rows: int
    model_version: int | None = None
    """Of one of a version's parts."""
    why_every_row: str | None = None
    """Why it loses every row; None where it loses those of the files alone."""


def kept(versions: ObjectVersions, *, model: str) -> dict[str, list[ObjectVersion]]:
    """All versions of what may quote rows, by key."""
    found: dict[str, list[ObjectVersion]] = defaultdict(list)
    prefixes = (layout.versions(model), layout.rejected(model, "", "").rstrip("/") + "/", layout.untold(model))
    of_runs = (f"{layout.RUNS}{model}-", f"{layout.WORK}{model}-", layout.row_answers(model))
    for prefix in (*prefixes, *of_runs, layout.parts(model)):
        for each in versions.list(prefix):
            found[each.key].append(each)
    return found


@dataclass(frozen=True)
class Quoting:
    """What lies in the bucket of the versions and runs that are affected."""

    outside: Outside
    model: str
    note: Note
    matching: Matching
    kept: Mapping[str, list[ObjectVersion]]

    def rewrites_of_versions(self, made: Sequence[Version]) -> Iterator[Rewrite]:
        for each in made:
            number, run = each.model_version, each.manifest.run
            self._refuse_damage(number)
            sample, report = (layout.version(self.model, number, part) for part in registry.QUOTING)
            cells = self._cells(run, each.manifest)
            yield from self._rewritten(sample, Sample, run, each.tags, cells, number)
            yield from self._rewritten(report, Report, run, each.tags, cells, number)

    def rewrites_of_runs(self, runs: Mapping[str, Tags], made: Sequence[Version]) -> Iterator[Rewrite]:
        manifests = {each.manifest.run: each.manifest for each in made}
        for run, tags in runs.items():
            cells = self._cells(run, manifests.get(run))
            for key in (
                layout.run_document(run, "report"),
                layout.rejected(self.model, run, registry.REPORT),
            ):
                yield from self._rewritten(key, Report, run, tags, cells)
            profile = partial(redacting.profile, note=self.note)
            yield from self._changed(layout.run_document(run, "profile"), Profile.misfit, profile)
            yield from self._unsaid(layout.run_document(run, "outcome"), Outcome.misfit)
            for state in FAILING_STATES:
                yield from self._unsaid(layout.run_document(run, state), State.misfit)

    def wiped(
        self,
        made: Sequence[Version],
        runs: Mapping[str, Tags],
        rewrites: Sequence[Rewrite],
        going: Collection[str],
    ) -> Iterator[ObjectVersion]:
        """Of what quotes rows all versions but the one that stays; of what is rows every one.

        `going` are the keys of the versions that go whole.
        """
        rewritten = {each.key for each in rewrites}
        whole = {key for key in self.kept if self._is_whole(key, runs, rewritten, going)}
        quoting = {layout.version(self.model, each.model_version, part) for each in made for part in registry.QUOTING}
        for run in runs:
            quoting |= {layout.run_document(run, each) for each in ("report", "profile", "outcome", *FAILING_STATES)}
            quoting.add(layout.rejected(self.model, run, registry.REPORT))
        for key in sorted(whole | quoting):
            for each in self.kept.get(key, ()):
                stays = each.is_latest and not each.is_mark and key not in whole | rewritten
                if not stays:
                    yield each

    def _is_whole(self, key: str, runs: Mapping[str, Tags], rewritten: set[str], going: Collection[str]) -> bool:
        """Whether the whole object is deleted."""
        if key.startswith(layout.WORK):
            return key.removeprefix(layout.WORK).partition("/")[0] in runs
        if key.startswith(layout.ROW_ANSWERS):  # without some of its rows it could judge nothing again
            return key in {layout.row_answers(self.model, run) for run in runs}
        if key.startswith(layout.PARTS):  # rows of many files in one, of which the next run makes the rest anew
            return True
        if key.startswith(layout.untold(self.model)):  # it quotes what the outcome does
            run = key.removeprefix(layout.untold(self.model)).rpartition("-")[0]
            return layout.run_document(run, "outcome") in rewritten
        rejected = (run for run in runs if key.startswith(layout.rejected(self.model, run, registry.ARTIFACT_STEM)))
        return key in going or any(self._holds_rows(key, run=run) for run in rejected)

    def _holds_rows(self, key: str, *, run: str) -> bool:
        """Of the rejected model that the run made; what was deleted is taken for rows."""
        if self.outside.edges.store.find(key) is None:
            return True
        training = run_documents.training(self.outside.edges, run=run)
        if training is None or training.artifact is None:  # of a release that knew scorecards alone, or lost since
            return not key.endswith(f"/{SCORECARD_FILE}")
        return training.artifact.format not in erasures.FORMATS_WITHOUT_ROWS

    def _refuse_damage(self, number: int) -> None:
        """A part that is not what was judged is put back from an older version, which this would delete."""
        edges = self.outside.edges
        judged = evidence.judged(edges, model=self.model, model_version=number)
        for part in registry.QUOTING:
            key = layout.version(self.model, number, part)
            if edges.store.find(key) is not None and evidence.problem(edges, judged, part) is not None:
                raise documents.damaged(key, "it is not what was judged")

    def _rewritten(
        self,
        key: str,
        record: type[Sample | Report],
        run: str,
        tags: Tags,
        cells: HowRead | None,
        number: int | None = None,
    ) -> Iterator[Rewrite]:
        redact = redacting.sample if record is Sample else redacting.report
        found = self.matching.look_up(run=run, tags=tags, cells=cells)

        def without(document: Json) -> tuple[Json, int]:
            return redact(document, found.is_gone, note=self.note)

        for each in self._changed(key, record.misfit, without):
            yield replace(each, model_version=number, why_every_row=found.why_every_row)

    def _cells(self, run: str, manifest: Manifest | None) -> HowRead | None:
        """How the run read its rows: by the manifest of its version, for its own documents expire. One without an
        artifact is of a release that put nothing in the place of a cell."""
        made = manifest or run_documents.training(self.outside.edges, run=run)
        if made is None:
            return None
        return how_read(made.artifact.schema["columns"]) if made.artifact else {}

    def _unsaid(self, key: str, shape: Kind) -> Iterator[Rewrite]:
        def without(document: Json) -> tuple[Json, int]:
            is_quoting = redacting.quotes(document, tuple(self.note["files"]))
            return redacting.unsaid(document, note=self.note), int(is_quoting)

        yield from self._changed(key, shape, without)

    def _changed(self, key: str, shape: Kind, without: Callable[[Json], tuple[Json, int]]) -> Iterator[Rewrite]:
        stored = self.outside.edges.store.find(key) if key in self.kept else None
        if stored is None:
            return
        left, rows = without(documents.read(stored.body, key=key, shape=shape))
        if rows:
            yield Rewrite(key=key, etag=stored.etag, before=stored.body, after=documents.encode(left), rows=rows)
