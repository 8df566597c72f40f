"""How often a canary takes a version back that is as good as the live one, and how soon one that is worse.

All draws are seeded; a look comes after every minute. The figures are printed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from numpy.random import Generator

from chalicelib.promotion import eprocess
from chalicelib.promotion.canary import WORSE
from chalicelib.promotion.eprocess import ODDS, Minute

RUNS = 500
LOOKS = 200
SEED = 20261121

Evidences = np.ndarray[tuple[int, int], np.dtype[np.float64]]

ratios = cache(lambda *counted: eprocess.log_ratios(Minute(*map(int, counted))))
"""The same counts come again and again."""


def highest(random: Generator, *, rate: float, times: float, share: float, calls: int, wobbles: bool) -> Evidences:
    """The highest evidence so far, its natural logarithm, by run and look; `calls` of both versions a look.

    Where the rate wobbles it is another one in each minute, for both versions.
    """
    size = (RUNS, LOOKS)
    rates = np.minimum(rate * np.exp(random.normal(size=size) * wobbles), 1.0)
    mine = random.binomial(calls, share, size)
    failed = random.binomial(mine, np.minimum(times * rates, 1.0))
    live_failed = random.binomial(calls - mine, rates)
    counted = np.stack([failed, mine, live_failed, calls - mine], axis=-1).reshape(-1, 4)
    different, where = np.unique(counted, axis=0, return_inverse=True)
    by_odds = np.array([ratios(*each) for each in different])[where.ravel()].reshape(*size, len(ODDS)).cumsum(axis=1)
    return np.maximum.accumulate(np.logaddexp.reduce(by_odds, axis=2) - np.log(len(ODDS)), axis=1)


@pytest.fixture
def show(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a figure though the test passes."""

    def shown(figure: str) -> None:
        with capsys.disabled():
            print(f"\n  {figure}", end="")  # noqa: T201 - the figures are what this suite is run for

    return shown


def found(evidence: Evidences) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """In which look, from 1, each run found the candidate worse; LOOKS + 1 where it never did."""
    worse = evidence >= np.log(WORSE)
    return np.where(worse.any(axis=1), worse.argmax(axis=1) + 1, LOOKS + 1)


@pytest.mark.parametrize("wobbles", [False, True], ids=["steady", "wobbling"])
@pytest.mark.parametrize("share", [0.1, 0.5])
@pytest.mark.parametrize(("rate", "calls"), [(0.01, 200), (0.001, 1_000)])
def test_equal_versions_are_taken_back_at_most_once_in_20_canaries_of_200_looks(
    rate: float, calls: int, share: float, wobbles: bool, show: Callable[[str], None]
) -> None:
    random = np.random.default_rng(SEED)

    evidence = highest(random, rate=rate, times=1.0, share=share, calls=calls, wobbles=wobbles)

    alarms = np.mean(found(evidence) <= LOOKS)
    show(f"errors {rate:.1%}, share {share:.0%}, wobbles {wobbles}: {alarms:.1%} of {RUNS} equal versions taken back")
    assert alarms <= 0.05


def test_comparing_observed_rates_at_every_look_would_take_most_equal_versions_back(
    show: Callable[[str], None],
) -> None:
    """What makes the evidence worth its arithmetic."""
    random = np.random.default_rng(SEED)
    mine = random.binomial(200, 0.1, (RUNS, LOOKS))
    failed, live_failed = random.binomial(mine, 0.01).cumsum(axis=1), random.binomial(200 - mine, 0.01).cumsum(axis=1)
    calls = mine.cumsum(axis=1)

    live_calls = 200 * np.arange(1, LOOKS + 1) - calls
    alarms = np.mean(((failed > 0) & (failed * live_calls > live_failed * calls)).any(axis=1))
    show(f"by observed rates: {alarms:.1%} of {RUNS} equal versions taken back")
    assert alarms >= 0.8


@pytest.mark.parametrize(
    ("rate", "times", "share", "calls", "within"),
    [(0.01, 5, 0.1, 100, 4_000), (0.001, 10, 0.1, 500, 12_000), (0.01, 2, 0.5, 400, 16_000)],
)
def test_worse_versions_are_found_on_nine_of_ten_canaries(
    rate: float, times: float, share: float, calls: int, within: int, show: Callable[[str], None]
) -> None:
    random = np.random.default_rng(SEED)

    evidence = highest(random, rate=rate, times=times, share=share, calls=calls, wobbles=False)

    needed = found(evidence) * calls
    show(
        f"errors {rate:.1%}, {times} times as bad, share {share:.0%}: found after {np.median(needed):,.0f} calls of"
        f" both (median), on 90 % of canaries within {np.quantile(needed, 0.9):,.0f}"
    )
    assert np.mean(needed <= within) >= 0.9


def test_version_that_always_fails_is_found_within_100_calls(show: Callable[[str], None]) -> None:
    random = np.random.default_rng(SEED)

    evidence = highest(random, rate=0.001, times=1_000.0, share=0.1, calls=10, wobbles=False)

    needed = found(evidence) * 10
    show(f"always failing, share 10%: found after {np.median(needed):,.0f} calls, at most {needed.max():,.0f}")
    assert np.mean(needed <= 100) >= 0.99
