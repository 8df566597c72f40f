"""How often a fall is told by mistake in a year, and how soon a real one, in made-up years. Every figure is printed.

A year has 365 nights, three ratios, and either a new version after every night, after every month, or one all year.
"""

from __future__ import annotations

import math
from functools import cache
from statistics import median

import numpy as np
import pytest

from lambdas.model.gate import bounds
from lambdas.model.gate.statistics.falls import (
    FALSE_A_YEAR,
    ODDS,
    VERSIONS_A_YEAR,
    Errors,
    chance,
    evidence,
    proves_fall,
)
from tests.given import worlds

NIGHTS, RATIOS, YEARS = 365, 3, 40


@cache
def highest(errors: int, holdout: int) -> float:
    """The share of errors that the holdout leaves open."""
    return bounds.interval(errors, holdout, sure=1 - chance(RATIOS))[1]


def nights_until_told(
    rate: float, *, then: float, holdout: int, rows: int, nights: int, margin: float, draw: np.random.Generator
) -> int | None:
    """Of one ratio of a version: so many of `holdout` and of each night's `rows` are errors with these rates."""
    errors = int(draw.binomial(holdout, then))
    worst = highest(errors, holdout) + margin
    seen: list[Errors] = []
    for night in range(1, nights + 1):
        seen.append(Errors(int(draw.binomial(rows, rate)), rows))
        if night & (night - 1) == 0 or night == nights:  # what was proved once stays so: a few looks tell
            found = evidence(seen, worst=worst)
            if proves_fall(found, ratios=RATIOS):
                return _first(seen, worst=worst)
    return None


def _first(seen: list[Errors], *, worst: float) -> int:
    return next(
        night for night in range(1, len(seen) + 1) if proves_fall(evidence(seen[:night], worst=worst), ratios=RATIOS)
    )


@pytest.mark.parametrize("lives", [1, 30, 365], ids=["a version a night", "a version a month", "one version"])
@pytest.mark.parametrize(("holdout", "rows"), [(180, 60), (1_500, 500)])
def test_year_without_a_fall_seldom_tells_of_one(holdout: int, rows: int, lives: int) -> None:
    draw = np.random.Generator(np.random.PCG64([holdout, lives]))

    told = sum(
        any(
            nights_until_told(0.05, then=0.05, holdout=holdout, rows=rows, nights=lives, margin=0.0, draw=draw)
            for _ in range(RATIOS * math.ceil(NIGHTS / lives))
        )
        for _ in range(YEARS)
    )

    worlds.tell(
        f"{holdout} rows then, {rows} a night, no margin, {NIGHTS // lives} versions: {told} of {YEARS} years"
        f" tell of a fall that was none, promised {FALSE_A_YEAR:.0%}"
    )
    assert told <= FALSE_A_YEAR * YEARS


@pytest.mark.parametrize(
    ("holdout", "rows", "fall", "share", "within"),
    [
        (180, 60, 0.2, 0.95, 14),
        (1_500, 500, 0.1, 0.99, 2),
        (1_500, 500, 0.05, 0.7, 40),
        (34_000, 3_400, 0.03, 0.99, 6),
    ],
)
def test_real_fall_is_told_after_some_nights(holdout: int, rows: int, fall: float, share: float, within: int) -> None:
    draw = np.random.Generator(np.random.PCG64([holdout, round(100 * fall)]))

    found = [
        nights_until_told(0.05 + fall, then=0.05, holdout=holdout, rows=rows, nights=90, margin=0.01, draw=draw)
        for _ in range(60)
    ]
    told = [each for each in found if each]

    worlds.tell(
        f"{holdout} rows then, {rows} a night, a fall of {100 * fall:.0f} points: {len(told) / 60:.0%} are told, half"
        f" of them by night {median(told):.0f}; promised {share:.0%} and {within}"
    )
    assert len(told) >= share * 60
    assert median(told) <= within


def test_nights_that_are_harder_or_easier_below_the_worst_tell_of_no_fall() -> None:
    """The rate wobbles from night to night between 0 and `worst`: the level holds for any such year."""
    draw = np.random.Generator(np.random.PCG64(3))
    told = 0
    for _ in range(200):
        rates = draw.uniform(0.0, 0.1, size=NIGHTS)
        told += evidence([Errors(int(draw.binomial(200, rate)), 200) for rate in rates], worst=0.1) >= math.log(20)

    worlds.tell(f"200 years of wobbling nights: {told} come to e = 20")
    assert told <= 10


def test_expected_evidence_of_the_worst_that_is_no_news_is_one() -> None:
    """Summed over all outcomes of a night, by the binomial distribution itself."""
    rows, worst = 40, 0.07
    logs = [math.exp(_one_night(errors, rows, worst)) * _binomial(errors, rows, worst) for errors in range(rows + 1)]

    assert math.fsum(logs) == pytest.approx(1.0, abs=1e-12)


def _one_night(errors: int, rows: int, worst: float) -> float:
    """The logarithm of e after one night, from its definition."""
    shares = [odds * worst / (1 + (odds - 1) * worst) for odds in ODDS]
    terms = [(share / worst) ** errors * ((1 - share) / (1 - worst)) ** (rows - errors) for share in shares]
    found = math.log(math.fsum(terms) / len(terms))
    assert evidence([Errors(errors, rows)], worst=worst) == pytest.approx(max(found, 0.0), abs=1e-9)
    return found


def _binomial(errors: int, rows: int, share: float) -> float:
    return math.comb(rows, errors) * share**errors * (1 - share) ** (rows - errors)


def test_evidence_that_was_reached_once_stays() -> None:
    bad, good = Errors(30, 100), Errors(0, 1_000)

    assert evidence([bad, good], worst=0.05) == evidence([bad], worst=0.05) > 10


@pytest.mark.parametrize(("worst", "expected"), [(1.0, 0.0), (1.5, 0.0)])
def test_nothing_is_worse_than_errors_alone(worst: float, expected: float) -> None:
    assert evidence([Errors(10, 10)], worst=worst) == expected


def test_one_error_disproves_a_share_of_none() -> None:
    assert proves_fall(evidence([Errors(1, 10)], worst=0.0), ratios=RATIOS) is False
    assert proves_fall(evidence([Errors(5, 10)], worst=0.0), ratios=RATIOS) is True


def test_all_ratios_of_all_versions_of_a_year_share_the_chance() -> None:
    assert 2 * chance(RATIOS) * RATIOS * VERSIONS_A_YEAR == pytest.approx(FALSE_A_YEAR)
    assert proves_fall(-math.log(chance(RATIOS)), ratios=RATIOS)
    assert not proves_fall(-math.log(chance(RATIOS)) - 1e-9, ratios=RATIOS)
