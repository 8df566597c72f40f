"""The users of a scenario at each moment, and the files that let Taurus play it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load.generator import seconds, taurus_file
from benchmarks.load.scenarios import SCENARIOS, Part, Scenario, rising, steady

PARTS = st.lists(
    st.builds(Part, minutes=st.floats(0.1, 60), users=st.integers(1, 1_000)), min_size=1, max_size=4
).map(tuple)
EVERY = pytest.mark.parametrize("name", SCENARIOS)


@given(parts=PARTS, minute=st.floats(0, 300))
def test_there_are_never_more_users_than_the_most_and_one_at_least_while_it_lasts(
    parts: tuple[Part, ...], minute: float
) -> None:
    scenario = Scenario(about="", parts=parts)

    users = scenario.users(minute)

    assert (1 <= users <= scenario.most) if minute < scenario.minutes else users == 0


@given(users=st.integers(1, 1_000), minutes=st.floats(0.1, 60), moments=st.lists(st.floats(0, 1), min_size=2))
def test_users_of_a_ramp_never_get_fewer(users: int, minutes: float, moments: list[float]) -> None:
    scenario = Scenario(about="", parts=rising(users, minutes=minutes))

    found = [scenario.users(share * minutes * 0.999) for share in sorted(moments)]

    assert found == sorted(found)


@given(users=st.integers(1, 1_000), up=st.floats(0.1, 60), held=st.floats(0.1, 60), share=st.floats(0, 0.99))
def test_users_that_are_held_are_all_there(users: int, up: float, held: float, share: float) -> None:
    scenario = Scenario(about="", parts=rising(users, minutes=up, held=held))

    assert scenario.users(up + share * held) == users


def test_users_come_at_once_where_a_part_has_no_length() -> None:
    scenario = Scenario(about="", parts=steady(18, minutes=2))

    assert [scenario.users(minute) for minute in (-0.1, 0, 1.99, 2)] == [0, 18, 18, 0]


def test_scenarios_are_those_of_the_posts() -> None:
    assert SCENARIOS["silence"].moments == (0, 6, 16, 31, 61)
    assert [SCENARIOS[f"ramp-{users}"].users(4.999) for users in (3, 6, 9, 18)] == [2, 5, 8, 17]
    assert [SCENARIOS["surge"].users(minute) for minute in (1.5, 3, 3.9, 4)] == [4, 9, 9, 18]
    assert [SCENARIOS["thousand"].users(minute) for minute in (5, 10, 19.9, 20)] == [500, 1_000, 1_000, 0]


@EVERY
def test_all_moments_lie_in_the_scenario(name: str) -> None:
    assert all(moment < SCENARIOS[name].minutes for moment in SCENARIOS[name].moments)


def test_a_time_factor_shortens_a_scenario() -> None:
    assert seconds(SCENARIOS["surge"], time_factor=0.01) == 3


@EVERY
def test_taurus_has_a_file_that_plays_the_same(name: str) -> None:
    file = taurus_file(name)
    said = yaml.safe_load(file.read_text("utf-8"))
    (execution,) = said["execution"]

    assert execution["executor"] == "locust"
    assert execution["scenario"] == name
    assert execution["concurrency"] == SCENARIOS[name].most
    assert execution["hold-for"] == f"{60 * SCENARIOS[name].minutes:g}s"
    assert (file.parent / said["scenarios"][name]["script"]).resolve().is_file()


def test_taurus_has_no_other_file() -> None:
    assert {file.stem for file in Path(taurus_file("surge")).parent.iterdir()} == {*SCENARIOS}
