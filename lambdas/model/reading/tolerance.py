"""Decides whether a file may go without its bad rows: they must be few, of the file and of each of its classes.

Rows are seldom bad by chance alone: a source that fails spoils the rows of one class, and a model that learns from
the rest takes that class for rarer than it is. So no class may lose a larger share of its rows than a file may,
unless chance explains it. Were the bad rows like the others, then of m bad rows whose class is known, the number in a
class with a share p of all such rows would be binomial, B(m, p), or vary less. So many or more must not be rarer than
CHANCE, divided among the classes. A row whose label is unknown or cannot be read counts for no class.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chalicelib.cutting import amount, cut, listed, verb
from chalicelib.errors import ClassSharesShifted
from chalicelib.exact import exact
from lambdas.model.arrays import Integers
from lambdas.model.gate.bounds import tail
from lambdas.model.reading.columns import Gathered
from lambdas.model.reading.findings import Finding, Findings, in_short
from lambdas.model.reading.table import LeftOut
from lambdas.model.reading.unpacking import way_out
from lambdas.model.recipe import Recipe

CHANCE = 1e-4
"""How often a file whose bad rows are like the others may be refused."""
LISTED_ROWS = 20
REASONS = 20


def left_out(name: str, gathered: Gathered, findings: Findings, *, recipe: Recipe) -> LeftOut | None:
    """The bad rows of the file; None where there is none. One that the recipe drops for a number out of range is left
    out, however many there are.

    Raises the DataError that names them where they are more than the recipe tolerates, or all; ClassSharesShifted
    where a class would lose a larger share of its rows than that.
    """
    if not findings:
        return None
    bad, rows, labels = gathered.bad, gathered.rows, gathered.labels
    spoilt = np.setdiff1d(bad, [*gathered.dropped])
    if len(spoilt) > exact(recipe.tolerate.rows) * rows or len(bad) == rows:
        raise findings.error(name, model=recipe.model, because=_too_many(len(spoilt), rows, recipe=recipe))
    every = _by_class(labels.rows(), recipe=recipe)
    lost = _by_class(labels.rows(bad), recipe=recipe)
    tolerated = _by_class(labels.rows(spoilt), recipe=recipe)
    shifted = shift(tolerated, every, tolerated=recipe.tolerate.rows)
    if shifted is not None:
        about = (
            f"{len(spoilt):,} of {amount(rows, 'row')} in {cut(name, 100)}"
            f" {verb(len(spoilt), 'is', 'are')} bad: without them {shifted}"
        )
        raise ClassSharesShifted(
            f"{about}. {findings.words(name)}. {way_out(name, model=recipe.model)}",
            object=name,
            column=recipe.label,
            lost=tolerated,
            rows=every,
            without_cells=shifted,
        )
    return LeftOut(bad, _facts(findings, bad, lost=lost, dropped=len(gathered.dropped)))


def shift(lost: Mapping[str, int], every: Mapping[str, int], *, tolerated: float) -> str | None:
    """How the share of a class would shift, in words, the least likely one first; None where no class loses too much.

    `every` has all rows of each class, `lost` those that are to be left out; `tolerated` is a share (0..1).

    >>> shift({"rare": 8, "common": 2}, {"rare": 40, "common": 1960}, tolerated=0.01)
    'the class rare falls from 2 % to 1.61 % of the rows: it loses 8 of 40, and all classes together 10 of 2,000'
    >>> shift({"rare": 2, "common": 8}, {"rare": 40, "common": 1960}, tolerated=0.01) is None
    True
    """
    all_lost, all_rows = sum(lost.values()), sum(every.values())
    chances = {
        of: tail(gone, all_lost, share=every[of] / all_rows)
        for of, gone in lost.items()
        if gone > exact(tolerated) * every[of]
    }
    rarest = min(chances, key=lambda of: chances[of], default=None)
    if rarest is None or chances[rarest] >= CHANCE / len(every):
        return None
    before, after = every[rarest] / all_rows, (every[rarest] - lost[rarest]) / (all_rows - all_lost)
    return (
        f"the class {rarest} falls from {100 * before:.3g} % to {100 * after:.3g} % of the rows: it loses"
        f" {lost[rarest]:,} of {every[rarest]:,}, and all classes together {all_lost:,} of {all_rows:,}"
    )


def in_words(facts: Mapping[str, Any]) -> str:
    """The reasons of rows that are left out.

    >>> in_words({"reasons": [{"column": "age", "problem": "empty", "rows": 1200}]})
    'column age empty (1,200)'
    """
    return listed(in_short(**each) for each in facts["reasons"])


def _by_class(labels: Mapping[str, int], *, recipe: Recipe) -> dict[str, int]:
    """Rows of each class, of these many with each label; those with an unknown one are left out."""
    counts = dict.fromkeys(recipe.class_names, 0)
    for label, rows in labels.items():
        name = recipe.class_of(label)
        if name is not None:
            counts[name] += rows
    return counts


def _too_many(bad: int, rows: int, *, recipe: Recipe) -> str:
    """Empty for a recipe that tolerates none."""
    share = recipe.tolerate.rows
    told = f"{bad:,} of {amount(rows, 'row')} {verb(bad, 'is', 'are')} bad"
    return f"{told}, and the recipe tolerates {100 * share:g} % of a file" if share else ""


def _facts(findings: Findings, bad: Integers, *, lost: Mapping[str, int], dropped: int) -> dict[str, Any]:
    return {
        "rows": len(bad),
        **({"dropped": dropped} if dropped else {}),
        "first_rows": (bad[:LISTED_ROWS] + 1).tolist(),
        "reasons": [_reason(each) for each in [*findings][:REASONS]],
        "classes": {name: rows for name, rows in lost.items() if rows},
        "class_unknown": len(bad) - sum(lost.values()),
    }


def _reason(finding: Finding) -> dict[str, Any]:
    return {"column": finding.column, "problem": finding.problem[1], "rows": finding.count}
