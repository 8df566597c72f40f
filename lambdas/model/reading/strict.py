"""Reads any file record by record, by the grammar of `records`: keeps the good cells and names the bad ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from lambdas.model.arrays import Integers
from lambdas.model.reading.columns import Gathered, Part
from lambdas.model.reading.findings import Findings
from lambdas.model.reading.records import Malformed, Record, count_lines, is_blank, records

BATCH_RECORDS = 500
"""Few enough to stay in a processor's cache."""
NUMERALS = re.compile(r"[0-9+\-.eE\s]*", re.ASCII)
"""Of texts of these characters, float() reads those that `cells.number_check` reads, and no others."""


def gather(name: str, *, text: bytes, into: Gathered, model: str) -> None:
    """Gather all rows; raises the DataError that names what is wrong."""
    reading = _Reading(into)
    reading.gathered.lines = count_lines(text)
    try:
        reading.read(records(text))
    except Malformed as exc:
        raise reading.findings.malformed(name, model=model, why=f"{exc}") from exc
    if reading.findings:
        raise reading.findings.error(name, model=model)


class _Reading:
    def __init__(self, gathered: Gathered) -> None:
        self.gathered = gathered
        self.findings = Findings(gathered.wanted)
        self._wanted = gathered.wanted

    def read(self, found: Iterable[Record]) -> None:
        header = True
        batch: list[Record] = []
        try:
            for record in found:
                if len(record[1]) < 2 and is_blank(record[1]):
                    self.gathered.blank_lines += 1
                elif header:
                    header = False
                else:
                    batch.append(record)
                    if len(batch) == BATCH_RECORDS:
                        self._take(batch)
                        batch = []
        finally:
            if batch:
                self._take(batch)

    def _take(self, batch: list[Record]) -> None:
        part = self._part([fields for _, fields in batch])
        if part is None or not part.is_good(self._wanted):
            self.findings.note(batch, first_row=self.gathered.rows + 1)
        elif not self.findings:
            self.gathered.add(part)
        self.gathered.rows += len(batch)

    def _part(self, rows: Sequence[list[str]]) -> Part | None:
        """None where a record has too many or too few fields, or a cell should be a number and is not."""
        if not all(len(fields) == self._wanted.width for fields in rows):
            return None
        columns = list(zip(*rows, strict=True))
        numbers = np.empty((len(rows), len(self._wanted.numeric)))
        for j, (place, _) in enumerate(self._wanted.numeric):
            if not NUMERALS.fullmatch("".join(columns[place])):
                return None
            try:
                numbers[:, j] = list(map(float, columns[place]))
            except ValueError:
                return None
        return Part(numbers, [_coded(columns[place]) for place, _, _ in self._wanted.texts])


def _coded(column: Sequence[str]) -> tuple[Integers, list[str]]:
    places = {level: place for place, level in enumerate(dict.fromkeys(column))}
    return np.array([places[text] for text in column]), list(places)
