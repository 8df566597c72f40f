"""Says in a sentence what came of a comparison, for people who know no statistics."""

from __future__ import annotations

import math

from chalicelib.cutting import amount, verb
from lambdas.model.gate.comparison import (
    NO_WORSE,
    NOT_ENOUGH_ROWS,
    NOT_PROVED,
    NOT_SHOWN_WORSE,
    NOTHING_TO_COMPARE,
    UNDEFINED,
    WORSE,
    Comparison,
    Comparisons,
)
from lambdas.model.gate.demands import Demands
from lambdas.model.gate.thresholds import MORE_ROWS
from lambdas.model.metrics.ratios import WHY_UNDEFINED

DECIMALS_MIN, DECIMALS_MAX = 2, 8
COPIES_TOLD = 1.5
"""Copies from which on a reader has to know why so many rows tell so little."""


def sentence(comparison: Comparison, *, rows: int, demands: Demands, called: str = "live") -> str:
    """Both values, the difference with its interval, the margin, the verdict, and what the rows would notice.

    `called` is what the other version is called.
    """
    why = WHY_UNDEFINED[comparison.metric]
    if comparison.verdict == UNDEFINED:
        return f"undefined: {why}"
    if comparison.verdict == NOTHING_TO_COMPARE:
        return f"new {comparison.challenger:.4g}, {called} undefined ({why}): nothing to compare with"
    if comparison.challenger is None:
        return f"NOT ENOUGH ROWS: of both models {why}"
    verdict = _verdict(comparison, rows=rows, demands=demands)
    return f"{_numbers(comparison, called=called)}: {verdict}; {_noticed(comparison, rows=rows)}"


def summary(found: Comparisons) -> str:
    """Of ratios that all passed, in a few words; empty where none was compared."""
    told = [each for each in found.comparisons if each.notices is not None]
    if not told:
        return ""
    worst = max(told, key=lambda each: each.notices or 0.0)
    is_proved = all(each.verdict == NO_WORSE for each in found.comparisons)
    said = (
        "proved no worse than the live model in every compared ratio"
        if is_proved
        else "not shown worse than the live model"
    )
    return f"{said}; in {worst.name}, {_noticed(worst, rows=found.rows)}"


def points(fall: float) -> str:
    """A fall in points, hundredths of a ratio; two digits, rounded up.

    >>> points(0.0712), points(0.00999), points(0.08)
    ('7.2 points', '1 point', '8 points')
    """
    hundredths = 100 * fall
    places = 1 - math.floor(math.log10(hundredths)) if hundredths > 0 else 0
    rounded = math.ceil(round(hundredths * 10**places, 6)) / 10**places
    return f"{rounded:g} {verb(rounded, 'point', 'points')}"


def _numbers(of: Comparison, *, called: str) -> str:
    low, high, difference = of.low or 0.0, of.high or 0.0, of.difference or 0.0
    width = max(high - low, 10**-DECIMALS_MAX)
    decimals = min(max(1 - math.floor(math.log10(width / 2)), DECIMALS_MIN), DECIMALS_MAX)
    more = decimals + 1
    return (
        f"new {of.challenger:.{more}f}, {called} {of.champion:.{more}f}, difference {difference:+.{more}f}"
        f" ({low:+.{decimals}f} to {high:+.{decimals}f}), margin {of.margin:g}"
    )


def _verdict(of: Comparison, *, rows: int, demands: Demands) -> str:
    if of.verdict == WORSE:
        return f"worse, {amount(of.against, 'row')} against it and {of.in_favour:,} for it (p = {of.p:.2g})"
    if of.verdict == NOT_PROVED:
        return "not proved no worse, which the recipe demands"
    if of.verdict == NOT_ENOUGH_ROWS:
        demanded = [] if demands.detectable is None else [f"notice a {_change(of)} of {points(demands.detectable)}"]
        proof = ["prove the margin"] if demands.proved else []
        needed = of.rows_needed or 0
        more = f"{needed - rows:,} more than the holdout has" if needed > rows else "distinct ones"
        return f"NOT ENOUGH ROWS, {needed:,} would {' and '.join(demanded + proof)}, {more}: {MORE_ROWS}"
    if of.verdict == NO_WORSE:
        return f"proved no worse{', by a test of this ratio alone' if _reaches_beyond(of) else ''}"
    return NOT_SHOWN_WORSE


def _reaches_beyond(of: Comparison) -> bool:
    """Whether the interval, which is of all ratios together, leaves more than the margin open."""
    low, high = of.low or 0.0, of.high or 0.0
    return (high if _change(of) == "rise" else -low) > of.margin


def _noticed(of: Comparison, *, rows: int) -> str:
    notices, champion = of.notices or 0.0, of.champion or 0.0
    is_rate = _change(of) == "rise"
    these = f"{amount(rows, 'row')}{', many of them copies,' if of.copies >= COPIES_TOLD else ''}"
    if notices >= (1 - champion if is_rate else champion):
        return f"{these} would not notice even a {_change(of)} to {1 if is_rate else 0}"
    return f"{these} would notice a {_change(of)} of {points(notices)}"


def _change(of: Comparison) -> str:
    """How the ratio becomes worse."""
    return "rise" if of.metric == "false_positive_rate" else "fall"
