"""Thousands of nights, each by its seed: whatever goes wrong in them, the live model stays a good one.

SIMULATION_CASES says how many seeds, SIMULATION_SEED the first of them. A failure names its seed.
"""

from __future__ import annotations

import pytest

from tests.simulation.cases import CASES, SEED
from tests.simulation.scenarios import busy_night, calm_night
from tests.simulation.world import World

CHUNKS = min(CASES, 15)
"""Tests that the seeds are dealt out to."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_whatever_goes_wrong_at_night_live_stays_good_and_the_next_night_promotes(chunk: int) -> None:
    for seed in range(SEED + chunk, SEED + CASES, CHUNKS):
        world = World(seed)

        busy_night(world)

        calm_night(world)
