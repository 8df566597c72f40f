"""What the anchor is worth over a series of nights, in made-up worlds. Every figure is printed and has its bound.

More series, and more sizes of the holdout, are in `tests/simulation/test_anchor_years.py`.
"""

from __future__ import annotations

from statistics import mean

import numpy as np
import pytest

from tests.given import series, worlds
from tests.given.series import Gate, live_through


@pytest.mark.parametrize(("rows", "least"), [(600, 0.9), (113_500, 0.75)])
def test_a_hundred_equally_good_models_are_mostly_promoted(rows: int, least: float) -> None:
    lived = [live_through(100, rows=rows, gate=Gate(), seed=seed) for seed in range(2)]

    share = mean(each.promoted for each in lived) / 100
    worlds.tell(f"100 equal nights, {rows:,} rows: {share:.0%} promoted, promised {least:.0%}")
    assert share >= least


def test_a_year_of_rotting_data_does_not_take_the_live_model_along() -> None:
    with_anchor, without = (
        live_through(365, rows=5_000, gate=Gate(has_anchor=has_anchor), rot=series.ROT, seed=1)
        for has_anchor in (True, False)
    )

    worlds.tell(
        f"a year of rot, 5,000 rows: fell {with_anchor.fall:.1f} points, without an anchor {without.fall:.1f}"
    )
    assert with_anchor.fall <= 3
    assert without.fall > 10


@pytest.mark.parametrize(("rows", "margin", "most"), [(600, 0.01, 0.02), (600, 0.001, 0.07)])
def test_champion_and_anchor_together_seldom_refuse_an_equal_model(rows: int, margin: float, most: float) -> None:
    share = series.refused(rows=rows, gate=Gate(margin=margin), nights=200, seed=3)

    worlds.tell(
        f"equal to champion and anchor, {rows} rows, margin {margin}: {share:.1%} refused, promised {most:.0%}"
    )
    assert share <= most


def test_three_models_are_wrong_together_as_often_as_two_of_them() -> None:
    three, two = series.wrong_together([0.05, 0.05, 0.1]), series.wrong_together([0.05, 0.1])

    assert three.sum() == pytest.approx(1)
    assert np.allclose(three.sum(axis=0), two)
    assert [three[1].sum(), three[:, :, 1].sum()] == pytest.approx([0.05, 0.1], abs=1e-6)
