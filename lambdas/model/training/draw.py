"""Draws a few rows of many, part by part: for what looks at few, as the cross-validation and the trial do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from lambdas.model.arrays import Integers
from lambdas.model.data.part import Part
from lambdas.model.folding.summary import Summary
from lambdas.model.folding.total import Rows
from lambdas.model.reading.table import Table, concat


def drawn(rows: Rows, *, summary: Summary, at_most: int, seed: int) -> Table:
    """All rows in their order, or of so many as are wanted each class its share, at random.

    A class's rows are cut into stretches of about one length, and one row of each is drawn: so what is drawn does not
    depend on how the rows are cut into parts, and the memory not on how many there are.
    """
    if summary.rows <= at_most:
        return concat([rows.open(name).table() for name in rows.names])
    rng = np.random.default_rng(seed)
    ends = np.cumsum([0, *summary.class_rows]) * at_most // summary.rows
    wanted = {
        name: _ranks(rng, count=count, wanted=max(1, share))
        for name, count, share in zip(
            summary.class_names, summary.class_rows.tolist(), np.diff(ends).tolist(), strict=True
        )
    }
    return _taken(rows, wanted)


def first_of_each_class(rows: Rows, *, at_most: int) -> Table:
    """The first rows of each class, in the order of the rows."""
    return _taken(rows, {name: np.arange(at_most) for name in rows.open(rows.names[0]).classes})


def _ranks(rng: np.random.Generator, *, count: int, wanted: int) -> Integers:
    """So many different places below `count`, ascending."""
    ends = np.arange(wanted + 1, dtype=np.int64) * count // wanted
    return rng.integers(ends[:-1], ends[1:])


def _taken(rows: Rows, wanted: Mapping[str, Integers]) -> Table:
    """The rows of these places among those of their class."""
    return concat([part.table() for part in _parts(rows, wanted)])


def _parts(rows: Rows, wanted: Mapping[str, Integers]) -> Iterator[Part]:
    before: dict[str, int] = dict.fromkeys(wanted, 0)
    for name in rows.names:
        part = rows.open(name)
        labels = np.asarray(part.labels)
        places = [_of_class(labels == part.classes.index(each), wanted[each], before, each) for each in wanted]
        yield _picked(part, np.sort(np.concatenate(places)))


def _of_class(is_one: Any, wanted: Integers, before: dict[str, int], name: str) -> Integers:
    """Places in the part of the wanted rows of one class, which are counted through all parts."""
    here = np.flatnonzero(is_one)
    first, last = np.searchsorted(wanted, (before[name], before[name] + len(here)))
    found: Integers = here[wanted[first:last] - before[name]]
    before[name] += len(here)
    return found


def _picked(part: Part, places: Integers) -> Part:
    return Part(part.numeric[places], part.codes[places], part.labels[places], part.levels, part.classes)
