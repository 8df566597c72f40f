"""Years of made-up nights with an anchor: equal models go live, and what rots does not; every figure is printed.

The few that each run of the fast tests looks at are in `tests/unit/lambdas/model/gate/test_anchor_promises.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import mean

import pytest

from tests.given import series, worlds
from tests.given.series import Gate, Series, live_through
from tests.simulation.cases import CORES

SERIES, WITHOUT = 8, 2
"""So many with an anchor; fewer without one, which do not differ much and in which every night takes longer."""
ROWS = (600, 5_000, 113_500)
PROMOTED = dict(zip(ROWS, (0.9, 0.9, 0.75), strict=True))
"""The share of a hundred equal nights that has to be promoted, by the rows of the holdout."""
FALL = dict(zip(ROWS, (7, 3, 1.5), strict=True))
"""By how many points what is live may be worse after a year in which the data rot by 18."""
REFUSED = {0.001: 0.07, 0.01: 0.02}
"""By margin: the share of nights on which a model may be refused that is as good as champion and anchor."""


def lived(nights: int, *, rows: int, rot: float = 0.0, has_anchor: bool = True) -> Sequence[Series]:
    one = partial(_one, nights, rows, rot, Gate(has_anchor=has_anchor))
    with ProcessPoolExecutor(CORES) as pool:
        return list(pool.map(one, range(SERIES if has_anchor else WITHOUT)))


def _one(nights: int, rows: int, rot: float, gate: Gate, seed: int) -> Series:
    return live_through(nights, rows=rows, gate=gate, rot=rot, seed=100 + seed)


@pytest.mark.parametrize("rows", ROWS)
def test_equal_nights_are_promoted(rows: int) -> None:
    found = lived(100, rows=rows)

    share, drift = mean(each.promoted for each in found) / 100, mean(-each.fall for each in found)
    worlds.tell(f"100 equal nights, {rows:,} rows: {share:.0%} promoted, quality {drift:+.1f} points")
    assert share >= PROMOTED[rows]
    assert drift >= -0.3


@pytest.mark.parametrize("rows", ROWS)
def test_a_year_of_rot_stops_at_the_anchor(rows: int) -> None:
    with_anchor, without = (
        [each.fall for each in lived(365, rows=rows, rot=series.ROT, has_anchor=has_anchor)]
        for has_anchor in (True, False)
    )

    worlds.tell(
        f"a year of rot, {rows:,} rows: fell {mean(with_anchor):.1f} points ({min(with_anchor):.1f} to"
        f" {max(with_anchor):.1f}), without an anchor {mean(without):.1f}"
    )
    assert mean(with_anchor) <= FALL[rows]
    assert mean(without) >= 2 * mean(with_anchor)


@pytest.mark.parametrize("margin", REFUSED)
@pytest.mark.parametrize("rows", [200, *ROWS])
def test_champion_and_anchor_together_seldom_refuse_an_equal_model(rows: int, margin: float) -> None:
    share = series.refused(rows=rows, gate=Gate(margin=margin), nights=500, seed=rows)

    worlds.tell(f"equal to champion and anchor, {rows:,} rows, margin {margin}: {share:.1%} refused")
    assert share <= REFUSED[margin]
