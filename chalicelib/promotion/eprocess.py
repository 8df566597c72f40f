"""Does one version fail more often than another? Evidence that may be looked at after every minute.

In a minute, let both versions get so many calls, and fail so many of them together. If both are equally good, which
calls failed is chance alone: the candidate's failures are hypergeometric, whatever the rate was in that minute. So an
outage that hits both is no evidence. If the candidate's odds of a failure are `odds` times as high, its failures
follow Fisher's noncentral hypergeometric distribution:

    P(k failures of the candidate) ~ C(calls, k) C(live_calls, failures - k) odds^k

The evidence e is the product over the minutes of P(seen) under `odds`, divided by P(seen) under equal odds, and of
that the mean over ODDS. Under equal odds, or better ones, its expected value stays 1 at most. So the probability that
it ever reaches e is 1/e at most, however often one looks: Ville's inequality. Such a process is an e-process.

Source: Ville, Étude critique de la notion de collectif, Gauthier-Villars (1939); Ramdas, Grünwald, Vovk and Shafer,
Game-theoretic statistics and safe anytime-valid inference, Statistical Science 38 (2023) 576-601.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from chalicelib.values import Value

ODDS = (1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
"""How many times as bad a candidate may be; each gets the same share of the evidence."""
EITHER_WAY = tuple(sign for odds in (1.1, 1.25, 1.5, 2.0, 4.0) for sign in (odds, 1 / odds))
"""Of what may be more or less frequent, and is no failure: an answer, say."""
NEGLIGIBLE = 1e-18
"""A term so small beside the largest does not change their sum."""


class Minute(Value):
    """What happened to two versions at the same time."""

    failed: int
    """Of the candidate's calls, 0 to `calls`."""
    calls: int
    live_failed: int
    live_calls: int


class Evidence(Value):
    """What some minutes say together."""

    now: float
    """The natural logarithm of e after the last minute."""
    highest: float
    """The natural logarithm of the highest e after any minute; 0 at least."""
    by_odds: tuple[float, ...]
    """The natural logarithm of the likelihood ratio of each of the odds to equal odds."""

    def shows_worse(self, *, e: float) -> bool:
        """Whether equal versions would ever come to such evidence in at most one canary out of `e`."""
        return self.highest >= math.log(e)

    def rules_out(self, odds: float, *, e: float) -> bool:
        """Whether at most one in `e` versions so many times as bad looks so much like an equal one.

        `odds` is one of ODDS, by which the evidence was gathered.
        """
        return -self.by_odds[ODDS.index(odds)] >= math.log(e)


def evidence(minutes: Iterable[Minute], *, odds: Sequence[float] = ODDS) -> Evidence:
    """The evidence of minutes in the order of time, each of them once."""
    totals, highest = [0.0] * len(odds), 0.0
    for minute in minutes:
        totals = [total + ratio for total, ratio in zip(totals, log_ratios(minute, odds=odds), strict=True)]
        highest = max(highest, log_mean(totals))
    return Evidence(now=log_mean(totals), highest=highest, by_odds=tuple(totals))


def log_ratios(minute: Minute, *, odds: Sequence[float] = ODDS) -> tuple[float, ...]:
    """The natural logarithm of P(seen) under each of the odds, divided by P(seen) under equal odds."""
    if not (minute.calls and minute.live_calls and minute.failed + minute.live_failed):
        return (0.0,) * len(odds)
    equal = _log_sum(minute, log_odds=0.0)
    return tuple(
        minute.failed * log_odds - _log_sum(minute, log_odds=log_odds) + equal for log_odds in map(math.log, odds)
    )


def log_mean(logarithms: Sequence[float]) -> float:
    """The logarithm of the mean of numbers, from their logarithms."""
    largest = max(logarithms)
    return largest + math.log(math.fsum(math.exp(each - largest) for each in logarithms) / len(logarithms))


def calls_that_tell(found: Evidence, *, odds: float, share: float, rate: float, e: float) -> int:
    """About how many more calls of both versions would show a candidate worse that is `odds` times as bad.

    `share`, 0 to 1 exclusively, is the candidate's share of the calls, and `rate`, above 0, the live version's share
    of failures. Where failures are rare, each is the candidate's with the probability `theirs`, or with `share` if it
    is equally good; so a failure adds their Kullback-Leibler divergence to the logarithm of the evidence.
    """
    weight = share * odds + 1 - share
    theirs = share * odds / weight
    gain = theirs * math.log(theirs / share) + (1 - theirs) * math.log((1 - theirs) / (1 - share))
    mixing = math.log(len(ODDS))
    missing = math.log(e) + mixing - max(found.now, -mixing)
    return max(0, math.ceil(missing / (gain * rate * weight)))


def _log_sum(minute: Minute, *, log_odds: float) -> float:
    """The logarithm of the sum over k of C(calls, k) C(live_calls, failures - k) odds^k.

    The terms rise to one peak and fall after it: the sum begins there, and leaves out what is negligible.
    """
    calls, live_calls, failures = minute.calls, minute.live_calls, minute.failed + minute.live_failed
    least, most = max(0, failures - live_calls), min(calls, failures)
    odds = math.exp(log_odds)

    def step(k: int) -> float:
        """Term k + 1 divided by term k; the larger k, the smaller."""
        return odds * (calls - k) * (failures - k) / ((k + 1) * (live_calls - failures + k + 1))

    peak, above = least, most
    while peak < above:
        middle = (peak + above) // 2
        peak, above = (middle + 1, above) if step(middle) > 1 else (peak, middle)
    total = term = 1.0
    for k in range(peak, most):
        term *= step(k)
        total += term
        if term < NEGLIGIBLE:
            break
    term = 1.0
    for k in range(peak - 1, least - 1, -1):
        term /= step(k)
        total += term
        if term < NEGLIGIBLE:
            break
    return _log_choose(calls, peak) + _log_choose(live_calls, failures - peak) + peak * log_odds + math.log(total)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
