from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.pruning.retention import Policy, Prunable, decide
from tests.fakes.clock import START

OLD = START - timedelta(days=100)


def version(number: int, **changes: Any) -> Prunable:
    """An old one that nothing holds."""
    wanted: dict[str, Any] = {
        "created_at": OLD,
        "function_versions": (str(number),),
        "size_bytes": 1000,
        "held_because": None,
        "left_live_at": None,
        "is_begun": False,
    }
    return Prunable(model_version=number, **{**wanted, **changes})


def reasons(*versions: Prunable, keep: int = 0, days: int = 0) -> dict[int, str | None]:
    found = decide(versions, policy=Policy(keep=keep, days=days), now=START)
    return {each.version.model_version: each.kept_because for each in found}


def test_what_nothing_speaks_for_goes() -> None:
    assert reasons(version(1), version(2)) == {2: None, 1: None}


def test_what_is_held_stays_at_any_age_and_says_why() -> None:
    assert reasons(version(1, held_because="pinned"), version(2)) == {2: None, 1: "pinned"}


def test_newest_stay() -> None:
    assert reasons(*map(version, range(1, 5)), keep=2) == {
        4: "one of the newest 2",
        3: "one of the newest 2",
        2: None,
        1: None,
    }


@pytest.mark.parametrize(("age", "goes"), [(timedelta(days=30), True), (timedelta(days=29, hours=23), False)])
def test_young_ones_stay(age: timedelta, goes: bool) -> None:
    kept_because = reasons(version(1, created_at=START - age), days=30)[1]

    assert kept_because == (None if goes else "younger than 30 days")


@pytest.mark.parametrize(("ago", "goes"), [(timedelta(hours=24), True), (timedelta(hours=23, minutes=59), False)])
def test_what_served_a_day_ago_stays_whatever_the_policy(ago: timedelta, goes: bool) -> None:
    kept_because = reasons(version(1, left_live_at=START - ago))[1]

    assert kept_because == (None if goes else "left live 2026-11-20 03:01 UTC, less than 24 hours ago")


def test_what_was_begun_is_finished_whatever_the_policy_and_is_not_one_of_the_newest() -> None:
    versions = (version(1), version(2), version(3, is_begun=True, created_at=START))

    assert reasons(*versions, keep=1, days=30) == {3: None, 2: "one of the newest 1", 1: None}


def test_what_was_begun_and_is_held_now_stays() -> None:
    assert reasons(version(1, is_begun=True, held_because="live")) == {1: "live"}
