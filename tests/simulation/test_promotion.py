"""Thousands of nights, each by its seed: whatever goes wrong in them, the live model stays a good one.

SIMULATION_CASES says how many seeds, SIMULATION_SEED the first of them. A failure names its seed and the command that
shows it again.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.simulation.cases import CASES, SEED
from tests.simulation.hunting import hunted

CHUNK = 500
"""Seeds of one test."""


@pytest.mark.parametrize("first", range(SEED, SEED + CASES, CHUNK))
def test_whatever_goes_wrong_at_night_live_stays_good_and_the_next_night_promotes(
    first: int, record_property: Callable[[str, object], None]
) -> None:
    count = min(CHUNK, SEED + CASES - first)

    tried = hunted("--seeds", first, count)

    assert tried == count
    record_property("seeded nights", tried)
