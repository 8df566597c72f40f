"""Decides whether a version with a share of the traffic is worse than the live one. What is not shown worse goes on.

Both versions are counted in the same minutes and by the same alias, so trouble of the whole system affects both. Only
in the minute of a shift they may have had their calls at different times. All minutes since the first share are
counted anew at every look, each of them once: a repeated look finds the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.cutting import amount
from chalicelib.documents.frozen import Document, holds
from chalicelib.documents.shapes import list_of, maybe, moment, text
from chalicelib.edges.metrics import Labels, Metrics, Minute
from chalicelib.errors import MetricsUnavailable
from chalicelib.promotion import eprocess
from chalicelib.promotion.eprocess import Evidence
from chalicelib.promotion.replaying import bound_ms

MINUTE = timedelta(minutes=1)
SETTLED = timedelta(minutes=2)
"""So long after its end a minute is counted: CloudWatch has all its calls by then."""
WORSE = 20.0
"""The evidence of errors that rolls a version back: at most 5 % of all versions that are as good as the live one."""
SLOWER = 100.0
"""The evidence of slow calls that does: at most 1 % of them, beside those that errors roll back."""
ENOUGH = 20
"""Durations of the live version, from which their bound is made."""
TOLD = 5.0
"""A version that is so many times as bad is the one of which a remark says how many calls would have told it."""
RAREST = 1_000_000
"""What happens once in more canaries is not told apart."""
NONE_IN = 3
"""Where n calls brought no error, a rate above 3/n is unlikely: the rule of three, at 95 %.

Source: Hanley and Lippman-Hand, If nothing goes wrong, is everything all right? Interpreting zero numerators, JAMA
249 (1983) 1743-1745."""


SUPPOSED = 0.001
"""The rate at which a live version fails of which no call was seen."""


class Step(Protocol):
    """One step of a canary, as a recipe names it: a share of the traffic, 0..1, for so many seconds."""

    @property
    def share(self) -> float: ...

    @property
    def seconds(self) -> int: ...


class HealthSeen(Document):
    """What ShiftTraffic writes of a share: `runs/RUN/health_N.json`."""

    problems: Sequence[str] = holds(list_of(text))
    remarks: Sequence[str] = holds(list_of(text))
    at: str = holds(text)
    waits_until: str | None = holds(maybe(moment), default=None)
    """When its newest minutes can be counted, an ISO 8601 timestamp; None where they did not look bad."""


@dataclass(kw_only=True)
class Health:
    """`problems` speak against the version; `remarks` are for whoever reads how it was decided."""

    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    waits_until: datetime | None = None
    """When minutes can be counted that look bad; until then the version may not go on."""

    @property
    def in_words(self) -> str:
        return "; ".join(self.problems or self.remarks)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Calls of both versions, in the same minutes, and how many of them were bad in one way."""

    minutes: Sequence[eprocess.Minute]

    @property
    def bad(self) -> int:
        return sum(each.failed for each in self.minutes)

    @property
    def calls(self) -> int:
        return sum(each.calls for each in self.minutes)

    @property
    def live_bad(self) -> int:
        return sum(each.live_failed for each in self.minutes)

    @property
    def live_calls(self) -> int:
        return sum(each.live_calls for each in self.minutes)


def look(
    metrics: Metrics, *, model: str, candidate: str, live: str, share: float, since: datetime, now: datetime
) -> Health:
    """The candidate's health beside the live version's, both by their function versions.

    `share`, 0..1, is the candidate's of the traffic, and `since` is when its first one was shifted. Raises
    MetricsUnavailable.
    """
    health = _health(metrics, model=model, candidate=candidate, live=live, share=share, since=since, now=now)
    if not health.problems:
        until = _minute(now) - SETTLED
        health.remarks += _labels(metrics, model=model, candidate=candidate, live=live, since=since, until=until)
    return health


def _health(
    metrics: Metrics, *, model: str, candidate: str, live: str, share: float, since: datetime, now: datetime
) -> Health:
    versions, until = (candidate, live), _minute(now) - SETTLED
    shown = metrics.minutes(model, function_versions=versions, since=since, until=_minute(now) + MINUTE)
    counted = {
        version: {minute: each for minute, each in shown[version].items() if minute < until} for version in versions
    }
    health = Health()
    _judge_errors(health, _errors(counted[candidate], counted[live]), share=share)
    _wait_for_the_newest(health, shown[candidate], shown[live])
    begun = _begin_of_durations(counted[live])
    if begun is None:
        health.remarks.append(f"too few calls of the live version to compare durations: {ENOUGH} are enough")
        return health
    start, bound = begun
    within = metrics.shares_within(model, function_versions=versions, since=start, until=until, bound_ms=bound)
    slow = {
        version: {
            minute: (round(counted[version][minute].timed * (1 - share)), counted[version][minute].timed)
            for minute, share in within[version].items()
            if minute in counted[version]
        }
        for version in versions
    }
    _judge_durations(health, Compared(minutes=_beside(slow[candidate], slow[live])), bound=bound)
    return health


def _judge_errors(health: Health, errors: Compared, *, share: float) -> None:
    if not errors.calls or not errors.live_calls:
        health.remarks.append(
            f"{amount(errors.calls, 'invocation')} of the new version and {errors.live_calls} of the live one"
            f" counted (each"
            f" minute {SETTLED // MINUTE} minutes after its end): nothing to compare, so the replay decides;"
            f" {_what_would_have_told(errors, eprocess.evidence(()), share=share)}"
        )
        return
    found = eprocess.evidence(errors.minutes)
    if found.shows_worse(e=WORSE):
        health.problems.append(
            f"{errors.bad} of {amount(errors.calls, 'invocation')} of the new version failed, of the live one"
            f" {errors.live_bad} of {errors.live_calls}: {_rarity(found)}"
        )
        return
    seen = errors.calls / (errors.calls + errors.live_calls)
    health.remarks.append(
        f"{amount(errors.calls, 'invocation')} of the new version, {errors.bad} failed; {errors.live_calls} of"
        f" the live one,"
        f" {errors.live_bad} failed: not shown worse; {_what_would_have_told(errors, found, share=seen)}"
    )


def _wait_for_the_newest(
    health: Health, candidate: Mapping[datetime, Minute], live: Mapping[datetime, Minute]
) -> None:
    """What CloudWatch shows of the newest minutes may change: it rolls nothing back, but the version waits for it."""
    errors = _errors(candidate, live)
    if health.problems or not eprocess.evidence(errors.minutes).shows_worse(e=WORSE):
        return
    last = max(minute for minute, each in candidate.items() if each.errors)
    health.waits_until = last + MINUTE + SETTLED
    health.remarks.append(
        f"{errors.bad} of {amount(errors.calls, 'invocation')} of the new version failed, of the live one"
        f" {errors.live_bad} of"
        f" {errors.live_calls}, with the newest minutes, which are not counted yet: the rollout waits for them"
    )


def _judge_durations(health: Health, slow: Compared, *, bound: int) -> None:
    if not slow.calls or not slow.live_calls:
        health.remarks.append(f"no calls of both after the minutes that set the bound of durations, {bound} ms")
        return
    found = eprocess.evidence(slow.minutes)
    seen = (
        f"{slow.bad} of {amount(slow.calls, 'call')} of the new version took longer than {bound} ms, of the live one"
        f" {slow.live_bad} of {slow.live_calls}"
    )
    if found.shows_worse(e=SLOWER):
        health.problems.append(f"{seen}: {_rarity(found)}")
    else:
        health.remarks.append(f"{seen}: not shown slower")


def _labels(
    metrics: Metrics, *, model: str, candidate: str, live: str, since: datetime, until: datetime
) -> list[str]:
    """Which labels the candidate answers more or less often. A better model may: it is never a problem."""
    try:
        found = metrics.labels(model, function_versions=(candidate, live), since=since, until=until)
    except MetricsUnavailable as exc:
        return [f"the labels of the answers could not be counted: {exc.message}"]
    mine, theirs = found[candidate], found[live]
    if not mine or not theirs:
        return []
    names = sorted({label for each in (*mine.values(), *theirs.values()) for label in each.by_label})
    spans = {name: _beside(_of_label(mine, name), _of_label(theirs, name)) for name in names}
    remarks = [_other_share(name, Compared(minutes=each), labels=len(names)) for name, each in spans.items()]
    calls = amount(sum(each.calls for each in mine.values()), "call")
    same = f"no label of {calls} of the new version is shown more or less frequent than with the live one"
    return list(filter(None, remarks)) or [same]


def _of_label(spans: Mapping[datetime, Labels], name: str) -> dict[datetime, tuple[int, int]]:
    return {begun: (each.by_label.get(name, 0), each.calls) for begun, each in spans.items()}


def _other_share(name: str, seen: Compared, *, labels: int) -> str:
    """In words; empty where the two are not shown to differ. All labels together err in 1 of WORSE canaries."""
    if not eprocess.evidence(seen.minutes, odds=eprocess.EITHER_WAY).shows_worse(e=WORSE * labels):
        return ""
    mine, theirs = seen.bad / seen.calls, seen.live_bad / seen.live_calls
    odds = f" (odds {mine / (1 - mine) / (theirs / (1 - theirs)):.2g})" if 0 < theirs < 1 and mine < 1 else ""
    often = "more" if mine > theirs else "less"
    return f"answers {name} on {mine:.1%} of calls, live {theirs:.1%}: {often} often{odds}, a remark"


def _rarity(found: Evidence) -> str:
    """What Ville's inequality says of the evidence, in words."""
    rare = found.highest >= math.log(RAREST)
    canaries = _two_digits(RAREST if rare else math.exp(found.highest), rounded=math.floor)
    return f"of versions as good as the live one, at most 1 in {canaries} gets there"


def _what_would_have_told(errors: Compared, found: Evidence, *, share: float) -> str:
    """`share` is the candidate's, of the calls of both."""
    if found.rules_out(TOLD, e=WORSE):
        return f"of versions five times as bad, at most 1 in {WORSE:g} looks like this"
    rate = min(1.0, (errors.live_bad or NONE_IN) / errors.live_calls) if errors.live_calls else SUPPOSED
    more = eprocess.calls_that_tell(found, odds=TOLD, share=share, rate=rate, e=WORSE)
    calls = f"about {_two_digits(more)} more calls would have told a version five times as bad"
    if not errors.live_calls:
        return f"if the live version fails once in {1 / SUPPOSED:,.0f} calls, {calls}"
    return calls if errors.live_bad else f"at least {calls}"


def _errors(candidate: Mapping[datetime, Minute], live: Mapping[datetime, Minute]) -> Compared:
    """An error without its invocation is one of a call: CloudWatch's sums may come one after the other."""
    mine, theirs = (
        {minute: (each.errors, max(each.invocations, each.errors)) for minute, each in counted.items()}
        for counted in (candidate, live)
    )
    return Compared(minutes=_beside(mine, theirs))


def _beside(
    mine: Mapping[datetime, tuple[int, int]], theirs: Mapping[datetime, tuple[int, int]]
) -> list[eprocess.Minute]:
    """Bad and all calls of both versions, in the order of time."""
    nothing = (0, 0)
    return [
        eprocess.Minute(*mine.get(minute, nothing), *theirs.get(minute, nothing))
        for minute in sorted(mine.keys() | theirs.keys())
    ]


def _begin_of_durations(live: Mapping[datetime, Minute]) -> tuple[datetime, int] | None:
    """From which minute on durations are compared, and with which bound, in ms; None if the live version has few.

    The bound is made of the minutes before: were it made of the minutes that it is held to, looking often would not
    be allowed.
    """
    timed, took_ms = 0, 0.0
    for minute in sorted(live):
        timed, took_ms = timed + live[minute].timed, took_ms + live[minute].duration_ms
        if timed >= ENOUGH:
            return minute + MINUTE, math.ceil(bound_ms(took_ms / timed))
    return None


def _two_digits(number: float, *, rounded: Callable[[float], int] = round) -> str:
    """As in 1,500: the others would say more than is known."""
    unit = 10 ** max(0, math.floor(math.log10(max(number, 1))) - 1)
    return f"{rounded(number / unit) * unit:,}"


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
