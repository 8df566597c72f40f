"""Tells in sentences how a new model did beside the live one, and beside the anchor. Pure: reads nothing."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.cutting import amount
from chalicelib.evidence import erasures
from chalicelib.registry.report import Comparison, Flips, Paired, Report, Threshold

SIDES_TOLD = 10
"""The report has more."""


def with_champion(report: Report) -> Iterator[str]:
    number, champion = report.champion_model_version, report.champion
    if report.judging == 2:
        yield "It was judged twice, because the live version had changed after the first time; this is the second."
    if champion is None:
        yield "Nothing was live to compare it with."
        return
    if not champion.scored:
        yield f"It could not be compared with version {number}, which was live: {champion.problem}"
        return
    yield f"It was compared with version {number}, which was live, on the same {amount(champion.rows, 'row')}."
    yield from threshold(champion.threshold, indent="  ")
    for fall in report.champion_fell:
        yield (
            f"  Its {fall['ratio']} of {fall['class']} was {fall['then']:.3g} when it was judged itself, and is"
            f" {fall['now']:.3g} here: the new rows differ from the old, or their labels are wrong; with few rows of"
            " the class it may be chance."
        )
    if report.comparison:
        yield from _compared(report.comparison)
    if report.paired:
        yield from _paired(report.paired)
    if report.flips:
        yield from _flips(report.flips)


def _compared(comparison: Comparison) -> Iterator[str]:
    yield _right(comparison)
    if not comparison.decides:
        decided = ": what follows decided nothing" if comparison.ratios else ""
        yield f"  The recipe does not compare the two{decided}."
    elif not comparison.ratios:
        yield "  No threshold compares a ratio of the two: no ratio was tested for being worse."
    yield from (f"  {each.name}: {each.words}." for each in comparison.ratios)


def _flips(found: Flips) -> Iterator[str]:
    """Who changes sides, and by which column."""
    if not found.flipped:
        yield "  Both answer every row alike."
        return
    yield f"  {found.flipped:,} of {found.rows:,} rows ({100 * found.flipped / found.rows:.2g} %) change sides:"
    for each in found.sides[:SIDES_TOLD]:
        columns = ", ".join(f"{moved.column or 'the level'} ({moved.rows:,})" for moved in each.moved_by)
        moved_by = f"; moved most by {columns}" if columns else ""
        rows = f"{amount(each.rows, 'row')} of {each.true}"
        yield f"    {rows}: {each.champion} before, {each.challenger} now{moved_by}"
    left = found.sides_left_out + len(found.sides[SIDES_TOLD:])
    if left:
        yield f"    and {amount(left, 'more kind')}"


def _right(found: Comparison | Paired) -> str:
    mine, theirs = found.only_challenger_right, found.only_champion_right
    both = f"  Both get {amount(found.both_right, 'row')} right and {found.both_wrong:,} wrong"
    if not mine + theirs:
        return f"{both}: the same ones."
    return f"{both}; {mine:,} the new model alone gets right, {theirs:,} the live one alone."


def _paired(paired: Paired) -> Iterator[str]:
    """Of a report of an earlier release."""
    yield _right(paired)
    mine, theirs = paired.only_challenger_right, paired.only_champion_right
    if not mine + theirs:
        return
    if paired.p_value >= paired.significance:
        meaning = "that may well be chance"
    else:
        meaning = f"the {'new' if mine > theirs else 'live'} one is better, by more than chance explains"
    yield f"  By McNemar's test (p = {paired.p_value:.3g}, {paired.method}) {meaning}."


def with_anchor(report: Report, *, model: str) -> Iterator[str]:
    anchor = report.anchor
    if anchor is None or anchor.model_version is None:
        return
    compared = anchor.comparison
    if compared is None:
        yield f"{anchor.why[:1].upper()}{anchor.why[1:]}."
        return
    yield f"On the same rows it was compared with the anchor too, and found {anchor.why}."
    yield from (f"  {each.name}: {each.words}." for each in compared.ratios)
    if not all(each.passed for each in compared.ratios):
        yield (
            "  If the live model is good enough to go on from, a pin makes it the anchor; anchor=None in the recipe"
            f' does without one: nightswap pin --model {model} --reason "..."'
        )
        yield f'  To let runs promote again then: nightswap unpin --model {model} --reason "..."'


def erased(report: Report) -> Iterator[str]:
    for each in report.erased:
        yield f"Of the rows on which they differ, {each.rows} are not shown: {erasures.in_words(each)}."


def threshold(point: Threshold | None, *, indent: str = "") -> Iterator[str]:
    if point is not None:
        words = f": {point.words}" if point.words else ""
        yield f"{indent}It answers {point.positive} at a probability of {point.probability:.6g} or more{words}."
