"""Reads what was answered row by row: `row-answers/MODEL/RUN.zip`, of the night that is judged and of others.

Nights are joined by the hashes of their rows: a version's answer for a row is known if it was ever scored on the same
row, be it as challenger, as live version or as anchor. A row that it answered in two ways counts as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from chalicelib import layout
from chalicelib.cutting import listed
from chalicelib.documents import documents
from chalicelib.edges import Edges
from chalicelib.errors import RegistryIncomplete, VersionUnknown
from chalicelib.limits import ROW_ANSWER_DAYS
from chalicelib.registry import registry
from chalicelib.registry.report import Report
from lambdas.model.arrays import Integers
from lambdas.model.evaluation.counted import in_order
from lambdas.model.evaluation.judging_again import NotKept
from lambdas.model.evaluation.tally.row_answers import RowAnswers, Words
from lambdas.model.evaluation.tally.tally import ANCHOR, CHALLENGER, CHAMPION
from workflows.backtesting.reported_nights import Night, Progress

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Known:
    """(m,) each: what one version answered for different rows, in the order of their hashes; none of them twice."""

    hashes: Words
    places: Integers
    """Of the answered class among the recipe's."""

    @classmethod
    def of(cls, many: Iterable[tuple[Words, Integers]]) -> Known:
        """Of many nights, without the rows that two of them answer differently."""
        hashes, places = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
        for more, answers in many:
            hashes, places = np.concatenate([hashes, more]), np.concatenate([places, answers])
            order = np.lexsort((places, hashes))
            hashes, places = hashes[order], places[order]
            is_new = np.ones(len(hashes), dtype=np.bool_)
            is_new[1:] = (hashes[1:] != hashes[:-1]) | (places[1:] != places[:-1])
            hashes, places = hashes[is_new], places[is_new]
        _, firsts, times = np.unique(hashes, return_index=True, return_counts=True)
        once = firsts[times == 1]
        return cls(hashes[once], places[once])

    def among(self, hashes: Words) -> tuple[Flags, Integers]:
        """(n,) each: whether it is known what the version answered, and what; 0 where it is not."""
        if not len(self.hashes):
            return np.zeros(len(hashes), dtype=np.bool_), np.zeros(len(hashes), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        is_known = self.hashes[at] == hashes
        return is_known, self.places[at] * is_known


class KeptRows:
    """Of all nights of a model."""

    def __init__(self, edges: Edges, model: str, nights: Sequence[Night], *, progress: Progress) -> None:
        self.model, self._edges, self._progress = model, edges, progress
        self._reports: dict[str, Report | None] = {night.run: night.report for night in nights}
        self._known: dict[tuple[int, tuple[str, ...], tuple[str, ...]], Known] = {}

    def of(self, night: Night) -> NightRows:
        return NightRows(self, night)

    def find(self, run: str) -> RowAnswers | None:
        """None where they are gone. Raises NotKept where they are damaged."""
        key = layout.row_answers(self.model, run)
        stored = self._edges.store.find(key)
        if stored is None:
            return None
        try:
            return RowAnswers.decode(stored.body)
        except ValueError as exc:
            raise NotKept(f"{key} is damaged: {exc}") from exc

    def known(self, model_version: int, *, columns: tuple[str, ...], classes: tuple[str, ...]) -> Known:
        """What the version answered on all nights whose rows have these columns and classes."""
        key = (model_version, columns, classes)
        if key not in self._known:
            self._known[key] = Known.of(self._answers(model_version, columns=columns, classes=classes))
        return self._known[key]

    def _answers(
        self, model_version: int, *, columns: tuple[str, ...], classes: tuple[str, ...]
    ) -> Iterator[tuple[Words, Integers]]:
        scored = list(self._scored(model_version))
        for done, (run, name, judging) in enumerate(scored):
            self._progress(f"reading what version {model_version} answered", done, len(scored))
            try:
                found = self.find(run)
            except NotKept:  # whoever judges that night again is told
                continue
            if found is None or found.judging != judging or name not in found.labels:
                continue
            if found.columns == columns and set(found.classes) == set(classes):
                yield found.hashes, found.places_among(classes)[found.labels[name]]

    def _scored(self, model_version: int) -> Iterator[tuple[str, str, int]]:
        """The runs that scored the version and whose answers are kept, each with what it was there."""
        made_by = self._made_by(model_version)
        for run in self._runs:
            report = self._report(run)
            if report is None:
                continue
            anchor = report.anchor.model_version if report.anchor else None
            scored = {CHALLENGER: run == made_by, CHAMPION: report.champion_model_version == model_version}
            for name, is_it in {**scored, ANCHOR: anchor == model_version}.items():
                if is_it:
                    yield run, name, report.judging

    def _made_by(self, model_version: int) -> str | None:
        try:
            return registry.manifest(self._edges, model=self.model, model_version=model_version).run
        except (RegistryIncomplete, VersionUnknown):
            return None

    @cached_property
    def _runs(self) -> list[str]:
        prefix = layout.row_answers(self.model)
        return [each.key.removeprefix(prefix).removesuffix(".zip") for each in self._edges.store.list(prefix)]

    def _report(self, run: str) -> Report | None:
        if run not in self._reports:
            key = layout.run_document(run, "report")
            self._reports[run] = documents.readable(partial(Report.find, self._edges.store, key), told=[])
        return self._reports[run]


class NightRows:
    """As `judge_again` asks for them."""

    def __init__(self, kept: KeptRows, night: Night) -> None:
        self._kept, self._night = kept, night
        self._found: RowAnswers | None = None

    def tonight(self) -> RowAnswers:
        if self._found is None:
            self._found = self._read()
        return self._found

    def of_version(self, model_version: int, *, classes: Sequence[str]) -> Integers:
        found = self.tonight()
        known = self._kept.known(model_version, columns=found.columns, classes=tuple(classes))
        is_known, places = known.among(found.hashes)
        if not is_known.all():
            rows = int(found.times[is_known].sum())
            raise NotKept(f"as far as answers are kept, that one was scored on {rows:,} of its {found.rows:,} rows")
        return places

    def _read(self) -> RowAnswers:
        report = self._night.report
        if report.row_answers is None:
            raise NotKept("an earlier release kept no answers row by row")
        if report.row_answers.problem:
            raise NotKept(f"its answers were not kept row by row: {report.row_answers.problem}")
        found = self._kept.find(self._night.run)
        if found is None:
            why = f"they go after {ROW_ANSWER_DAYS} days, and with a file that is erased"
            raise NotKept(f"its answers row by row are gone: {why}")
        if not _fits(found, report):
            raise NotKept(
                "its answers row by row are of another judging than its report: nothing tells which is right"
            )
        if lacking := _lacking(found, report):
            key = layout.row_answers(self._kept.model, self._night.run)
            raise NotKept(
                f"{key} is damaged: its report says that {listed(lacking)} was scored, and it holds no answer"
            )
        return found


def _fits(found: RowAnswers, report: Report) -> bool:
    """Whether both are of the same judging, and count the same rows."""
    wanted: Sequence[str] = report.classes or ()
    if found.judging != report.judging or set(found.classes) != set(wanted):
        return False
    champion: Mapping[str, Sequence[Sequence[float]]] = report.champion.document if report.champion else {}
    told = ((CHALLENGER, report.matrix), (CHAMPION, champion.get("matrix")))
    return all(
        name in found.labels and in_order(found.matrix(name), of=found.classes, wanted=wanted).tolist() == matrix
        for name, matrix in told
        if matrix is not None
    )


def _lacking(found: RowAnswers, report: Report) -> list[str]:
    """The versions that the report says were scored on these rows, and whose answers or ranks are not there."""
    has_champion = report.champion is not None and report.champion.scored
    has_anchor = report.anchor is not None and report.anchor.comparison is not None
    ranked = [CHALLENGER, *([CHAMPION] if has_champion else [])]
    scored = [*ranked, *([ANCHOR] if has_anchor else [])]
    return [name for name in scored if name not in found.labels or (name in ranked and name not in found.ranks)]
