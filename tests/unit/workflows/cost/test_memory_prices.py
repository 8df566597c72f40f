"""Time and price at each memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.cost.memory_prices import CORE_MB, Profile, best, choices
from workflows.cost.prices import US_EAST_1

profiles = st.builds(
    Profile,
    busy_seconds=st.floats(0.001, 10),
    waiting_seconds=st.floats(0, 10),
    peak_mb=st.floats(1, 8_000),
)


@pytest.mark.parametrize(("memory_mb", "seconds"), [(CORE_MB, 1.5), (2 * CORE_MB, 1.5), (CORE_MB / 2, 2.5)])
def test_work_takes_as_long_as_its_share_of_a_processor_lets_it(memory_mb: int, seconds: float) -> None:
    profile = Profile(busy_seconds=1.0, waiting_seconds=0.5, peak_mb=100)

    assert profile.seconds_at(memory_mb) == pytest.approx(seconds)


@given(profiles)
def test_more_memory_is_never_slower_and_always_holds_the_peak(profile: Profile) -> None:
    found = choices(profile, architecture="x86_64", prices=US_EAST_1)
    seconds = [each.seconds for each in found]

    assert seconds == sorted(seconds, reverse=True)
    assert all(each.memory_mb >= profile.peak_mb for each in found)


@given(profiles)
def test_best_is_as_cheap_as_any(profile: Profile) -> None:
    found = choices(profile, architecture="x86_64", prices=US_EAST_1)

    assert best(found).million_usd <= 1.01 * min(each.million_usd for each in found)


def test_best_of_pure_work_is_a_whole_processor_and_of_pure_waiting_the_smallest() -> None:
    work = choices(Profile(busy_seconds=1.0, peak_mb=90), architecture="arm64", prices=US_EAST_1)
    waiting = choices(
        Profile(busy_seconds=0.0, waiting_seconds=1.0, peak_mb=90), architecture="arm64", prices=US_EAST_1
    )

    assert (best(work).memory_mb, best(waiting).memory_mb) == (CORE_MB, 128)


def test_no_memory_holds_more_than_lambda_has() -> None:
    assert choices(Profile(busy_seconds=1.0, peak_mb=10_000), architecture="x86_64", prices=US_EAST_1) == ()
