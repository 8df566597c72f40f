from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from lambdas.model.splitting.stratified import stratified


@settings(max_examples=150)
@given(
    sizes=st.lists(st.integers(2, 60), min_size=1, max_size=5),
    seed=st.integers(0, 2**32 - 1),
    ratio=st.sampled_from([0.1, 0.2, 0.25, 1 / 3, 0.5, 0.7]),
)
def test_equals_scikit_learn_wherever_that_is_defined(sizes: list[int], seed: int, ratio: float) -> None:
    labels = np.random.default_rng(seed).permutation(np.repeat([f"class {n}" for n in range(len(sizes))], sizes))
    rows = np.arange(len(labels))
    try:
        expected = train_test_split(rows, test_size=ratio, stratify=labels, random_state=seed)
    except ValueError:
        return

    train, holdout = stratified(labels, holdout_ratio=ratio, seed=seed)

    assert train.tolist() == expected[0].tolist()
    assert holdout.tolist() == expected[1].tolist()


@given(
    labels=st.lists(st.sampled_from("abcdef"), max_size=30),
    seed=st.integers(0, 1000),
    ratio=st.floats(0.01, 0.99),
)
def test_every_row_is_on_exactly_one_side_and_single_rows_are_trained_on(
    labels: list[str], seed: int, ratio: float
) -> None:
    train, holdout = stratified(np.array(labels, dtype=np.str_), holdout_ratio=ratio, seed=seed)

    assert sorted([*train.tolist(), *holdout.tolist()]) == list(range(len(labels)))
    assert all(labels.count(labels[row]) > 1 for row in holdout)
    assert len(train) or not labels


def test_same_seed_draws_the_same_rows_and_another_seed_others() -> None:
    labels = np.array(["a", "b"] * 50)

    first, again, other = (stratified(labels, holdout_ratio=0.2, seed=seed)[1].tolist() for seed in (1, 1, 2))

    assert first == again != other


@pytest.mark.parametrize(("labels", "held_out"), [([], 0), (["a"], 0), (["a", "b"], 0), (["a", "a"], 1)])
def test_tiny_objects_are_split(labels: list[str], held_out: int) -> None:
    _, holdout = stratified(np.array(labels, dtype=np.str_), holdout_ratio=0.2, seed=42)

    assert len(holdout) == held_out
