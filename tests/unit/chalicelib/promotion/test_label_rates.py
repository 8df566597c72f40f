"""Label rates in a canary: a remark, whatever they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest

from chalicelib.edges.metrics import Labels
from chalicelib.errors import MetricsUnavailable
from chalicelib.promotion import canary
from chalicelib.promotion.canary import WORSE, Health
from chalicelib.promotion.eprocess import EITHER_WAY, Minute, evidence
from tests.fakes.clock import START, FakeClock
from tests.fakes.metrics import InMemoryMetrics
from tests.given import worlds

MODEL, LIVE, NEW = "kdd99-http", "1", "2"
SPAN = timedelta(minutes=5)


class Counted(InMemoryMetrics):
    """Labels as they are given, and calls that never fail."""

    def __init__(self, labels: Mapping[str, Mapping[datetime, Labels]]) -> None:
        super().__init__(clock=FakeClock())
        self.given = labels

    def labels(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Labels]]:
        return {version: self.given.get(version, {}) for version in function_versions}


class Silent(InMemoryMetrics):
    def labels(
        self, model: str, *, function_versions: Sequence[str], since: datetime, until: datetime
    ) -> Mapping[str, Mapping[datetime, Labels]]:
        raise MetricsUnavailable("counting the labels: AccessDeniedException")


def look(metrics: InMemoryMetrics) -> Health:
    now = START + timedelta(hours=2)
    return canary.look(metrics, model=MODEL, candidate=NEW, live=LIVE, share=0.1, since=START, now=now)


def counted(mine: Sequence[Labels], theirs: Sequence[Labels]) -> Counted:
    by_span = [{START + place * SPAN: each for place, each in enumerate(labels)} for labels in (mine, theirs)]
    return Counted({NEW: by_span[0], LIVE: by_span[1]})


def attacks(calls: int, *, attack: int) -> Labels:
    return Labels(calls=calls, by_label={"attack": attack, "normal": calls - attack})


def test_label_that_is_answered_more_often_is_a_remark_and_no_problem() -> None:
    health = look(counted([attacks(1_000, attack=82)] * 10, [attacks(9_000, attack=270)] * 10))

    assert health.problems == []
    assert "answers attack on 8.2% of calls, live 3.0%: more often (odds 2.9), a remark" in health.remarks
    assert "answers normal on 91.8% of calls, live 97.0%: less often (odds 0.35), a remark" in health.remarks


def test_even_a_version_that_answers_one_class_alone_is_a_remark() -> None:
    health = look(counted([attacks(100, attack=0)] * 10, [attacks(900, attack=450)] * 10))

    assert health.problems == []
    assert "answers attack on 0.0% of calls, live 50.0%: less often (odds 0), a remark" in health.remarks


def test_label_that_one_version_alone_answers_is_told_without_odds() -> None:
    health = look(counted([attacks(100, attack=50)] * 10, [attacks(900, attack=0)] * 10))

    assert "answers attack on 50.0% of calls, live 0.0%: more often, a remark" in health.remarks


def test_labels_that_are_not_shown_to_differ_are_told_in_a_sentence() -> None:
    health = look(counted([attacks(100, attack=3)], [attacks(900, attack=30)]))

    assert health.remarks[-1] == (
        "no label of 100 calls of the new version is shown more or less frequent than with the live one"
    )


def test_nothing_is_said_where_a_version_logs_no_labels() -> None:
    """As one of an earlier release."""
    silent = look(counted([attacks(100, attack=3)], []))

    assert [each for each in silent.remarks if "label" in each or "attack" in each] == []


def test_labels_that_cannot_be_counted_hold_nothing_up() -> None:
    health = look(Silent(clock=FakeClock()))

    assert health.problems == []
    assert health.remarks[-1] == (
        "the labels of the answers could not be counted: counting the labels: AccessDeniedException"
    )


def test_version_that_goes_back_is_not_asked_for_its_labels() -> None:
    metrics = Silent(clock=FakeClock())
    metrics.clock = lambda: START + timedelta(hours=2)
    for version, failed in ((NEW, 20), (LIVE, 0)):
        for number in range(100):
            metrics.count(MODEL, function_version=version, at=START, failed=number < failed)

    health = look(metrics)

    assert health.problems
    assert [each for each in health.remarks if "labels" in each] == []


def test_fakes_count_a_call_once_for_each_label_of_it() -> None:
    metrics = InMemoryMetrics(clock=lambda: START + timedelta(hours=2))
    for labels in (("attack", "normal"), ("normal",), ()):
        metrics.count(MODEL, function_version=NEW, at=START + timedelta(minutes=6), labels=labels)

    found = metrics.labels(MODEL, function_versions=(NEW, LIVE), since=START, until=START + timedelta(minutes=11))

    assert found == {NEW: {START + SPAN: Labels(calls=2, by_label={"attack": 1, "normal": 2})}, LIVE: {}}


@pytest.mark.parametrize("rate", [0.3, 0.05, 0.004])
def test_equal_label_rates_are_seldom_told_to_differ(rate: float) -> None:
    told = sum(_is_told(rate, rate, seed=seed) for seed in range(200))

    worlds.tell(f"a label on {rate:.1%} of the calls of both: {told} of 200 canaries tell of a difference")
    assert told <= 10


@pytest.mark.parametrize(("rate", "times", "least"), [(0.3, 1.25, 0.95), (0.05, 1.5, 0.95), (0.004, 2.0, 0.8)])
def test_label_rates_that_differ_are_mostly_told(rate: float, times: float, least: float) -> None:
    told = sum(_is_told(rate, times * rate, seed=seed) for seed in range(50))

    worlds.tell(f"a label on {rate:.1%} of the calls, {times} times as often: {told / 50:.0%} are told")
    assert told >= least * 50


def _is_told(rate: float, mine: float, *, seed: int) -> bool:
    """In 100 spans of 1,000 calls of both, a tenth of them the candidate's, with two labels."""
    draw = np.random.Generator(np.random.PCG64([seed, round(1e6 * mine)]))
    minutes = [
        Minute(int(new), 100, int(live), 900)
        for new, live in zip(draw.binomial(100, mine, size=100), draw.binomial(900, rate, size=100), strict=True)
    ]
    return evidence(minutes, odds=EITHER_WAY).shows_worse(e=2 * WORSE)
