from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.model.arrays import Integers
from lambdas.model.splitting.row_hashes import STEP, mixed
from lambdas.model.splitting.split import DRAWN, STRATIFIED, Draw, enough_for_both, shares, split_rows
from lambdas.model.splitting.stratified import stratified

DRAW = Draw(rule=DRAWN, holdout_ratio=0.2, seed=42, salt="an object")
SALTS = 1000
GOLDEN = [14, 19, 21, 28, 16, 26]
GOLDEN_TWOS = [1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 1]
ratios = st.sampled_from([0.01, 0.07, 0.1, 0.2, 0.25, 0.3, 0.5, 0.7, 0.99])


def classes(*sizes: int) -> Integers:
    """So many rows of each class, mixed."""
    return np.random.default_rng(7).permutation(np.repeat(np.arange(len(sizes)), sizes))


def held_out(rows: Integers, draw: Draw) -> Integers:
    return split_rows(rows, draw=draw)[1]


def test_places_are_the_published_numbers_of_splitmix64() -> None:
    """The first five of the seed 1234567, by which implementations of splitmix64 are tested."""
    state = np.uint64(1234567) + np.arange(1, 6, dtype=np.uint64) * STEP

    assert mixed(state).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@given(sizes=st.lists(st.integers(0, 40), min_size=1, max_size=6), ratio=ratios, seed=st.integers(), salt=st.text())
def test_every_row_is_on_exactly_one_side_and_every_class_gives_its_share_rounded_up_or_down(
    sizes: list[int], ratio: float, seed: int, salt: str
) -> None:
    rows = classes(*sizes)

    train, holdout = split_rows(rows, draw=Draw(DRAWN, ratio, seed, salt))

    assert sorted([*train.tolist(), *holdout.tolist()]) == list(range(len(rows)))
    for name, size in enumerate([*sizes, sum(sizes)]):
        given_away = int((rows[holdout] == name).sum()) if name < len(sizes) else len(holdout)
        share = size * Fraction(str(ratio))
        assert given_away in (math.floor(share), math.ceil(share))


@pytest.mark.parametrize("sizes", [(998, 2), (2, 1, 1), (3, 3, 3, 3), (7, 50)])
@pytest.mark.parametrize("ratio", [0.2, 0.3])
def test_share_of_each_class_is_unbiased_over_the_salts(sizes: tuple[int, ...], ratio: float) -> None:
    rows = classes(*sizes)
    counted = np.zeros((SALTS, len(sizes)))
    for index in range(SALTS):
        holdout = held_out(rows, replace(DRAW, holdout_ratio=ratio, salt=f"object {index}"))
        counted[index] = np.bincount(rows[holdout], minlength=len(sizes))

    for size, mean in zip(sizes, counted.mean(axis=0), strict=True):
        share = size * ratio
        fraction = share - math.floor(share)
        assert abs(mean - share) <= 4 * math.sqrt(fraction * (1 - fraction) / SALTS) + 1e-9


def test_every_row_of_a_class_is_as_likely_to_be_held_out_as_any_other() -> None:
    rows = classes(5, 5)
    counted = np.zeros(10)
    for index in range(SALTS):
        counted[held_out(rows, replace(DRAW, salt=f"object {index}"))] += 1

    assert np.abs(counted / SALTS - 0.2).max() <= 4 * math.sqrt(0.2 * 0.8 / SALTS)


def test_two_rows_a_night_reach_the_holdout_in_proportion_over_the_nights() -> None:
    nights = [held_out(classes(998, 2), replace(DRAW, salt=f"night {night}")) for night in range(100)]

    attacks = sum(int((classes(998, 2)[holdout] == 1).sum()) for holdout in nights)

    assert 25 <= attacks <= 55  # of 200; the same salts draw the same always
    assert all(len(holdout) == 200 for holdout in nights)


def test_first_rule_is_what_it_always_was() -> None:
    rows = classes(30, 9)
    train, holdout = split_rows(rows, draw=Draw(STRATIFIED, 0.2, 42, "no matter"))

    expected = stratified(rows, holdout_ratio=0.2, seed=42)
    assert (train.tolist(), holdout.tolist()) == tuple(each.tolist() for each in expected)


def test_draw_depends_on_seed_salt_and_ratio() -> None:
    rows = classes(80, 20)
    others = [replace(DRAW, seed=43), replace(DRAW, salt="another"), replace(DRAW, holdout_ratio=0.3)]

    assert held_out(rows, DRAW).tolist() == held_out(rows, DRAW).tolist()
    assert len({tuple(held_out(rows, draw).tolist()) for draw in [DRAW, *others]}) == 4


def test_larger_ratio_holds_out_more_rows_and_gives_none_back() -> None:
    rows = classes(80, 20)

    few, many = (set(held_out(rows, replace(DRAW, holdout_ratio=ratio)).tolist()) for ratio in (0.2, 0.4))

    assert few < many


def test_draw_is_the_same_on_every_machine_for_ever() -> None:
    """Written down from the first machine: an object's rows must not change side by a release, numpy or processor."""
    rows = np.arange(30) % 3 // 2  # 20 of one class, 10 of the other
    twos = [held_out(np.repeat([0, 1], [998, 2]), replace(DRAW, salt=f"night {n}")) for n in range(12)]

    assert held_out(rows, DRAW).tolist() == GOLDEN
    assert [int((holdout >= 998).sum()) for holdout in twos] == GOLDEN_TWOS


def test_object_without_rows_and_one_with_a_single_row_are_split() -> None:
    nothing = split_rows(np.empty(0, dtype=np.int64), draw=DRAW)
    single = {tuple(map(len, split_rows(np.array([3]), draw=replace(DRAW, salt=f"{n}")))) for n in range(50)}

    assert [len(part) for part in nothing] == [0, 0]
    assert single == {(1, 0), (0, 1)}


def test_ratio_is_the_decimal_that_was_written() -> None:
    """As a float 0.07 times 100 is more than 7, and 0.29 times 100 less than 29."""
    for offset in (0, 2**63, 2**64 - 1):
        assert shares([100], ratio=0.07, offset=offset) == [7]
        assert shares([100], ratio=0.29, offset=offset) == [29]


@given(ratio=ratios, more=st.integers(0, 20), offset=st.integers(0, 2**64 - 1), before=st.integers(0, 50))
def test_rows_that_are_enough_reach_both_sides(ratio: float, more: int, offset: int, before: int) -> None:
    enough = enough_for_both(ratio)

    _, share = shares([before, enough + more], ratio=ratio, offset=offset)

    assert 1 <= share < enough + more
