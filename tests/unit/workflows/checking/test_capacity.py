"""As many rows are said to fit as the tasks take, and the setting that is named is the one that helps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import DatasetTooLarge
from chalicelib.settings import TASK_MB, StageSettings, load
from lambdas import recipes
from lambdas.model.recipe import Categorical, Numeric, Recipe
from tests.given import data
from workflows.checking.capacity import capacity, rounded
from workflows.checking.file import check_room

KDD = recipes.load("kdd99-http")
ROW_BYTES = 3 * 8 + 4 * len("normal")
"""Of KDD's table."""
WIDE = data.recipe(columns=[*(Numeric(f"n{at}") for at in range(34)), *(Categorical(f"c{at}") for at in range(7))])
MB = st.integers(TASK_MB.start, TASK_MB.stop - 1)
SETTINGS = st.builds(StageSettings, preprocess_memory_mb=MB, train_memory_mb=MB, evaluate_memory_mb=MB)


@given(SETTINGS)
def test_rows_that_are_said_to_fit_are_taken_and_a_tenth_more_are_not(settings: StageSettings) -> None:
    roomy = replace(settings, train_storage_mb=10_240, evaluate_storage_mb=10_240)
    rows = capacity(KDD, roomy).rows

    check_room([(rows * 99 // 100, rows * 99 // 100 * ROW_BYTES)], recipe=KDD, settings=roomy)
    with pytest.raises(DatasetTooLarge):
        check_room([(rows * 11 // 10, rows * 11 // 10 * ROW_BYTES)], recipe=KDD, settings=roomy)


@pytest.mark.parametrize("recipe", [KDD, WIDE, data.recipe(), data.three_class_recipe()], ids=lambda each: each.model)
def test_more_of_the_setting_that_is_named_lets_more_rows_fit(recipe: Recipe) -> None:
    settings = StageSettings()
    before = capacity(recipe, settings)
    (field,) = [name for name, each in StageSettings.settings.items() if each.variable == before.setting]

    after = capacity(recipe, load(StageSettings, {before.setting: str(before.mb + 64)}))

    assert getattr(settings, field) == before.mb
    assert after.rows > before.rows


def test_wide_rows_are_fewer_and_little_room_in_tmp_bounds_them() -> None:
    most = StageSettings(preprocess_memory_mb=10_240, train_memory_mb=10_240, evaluate_memory_mb=10_240)
    small = replace(most, train_storage_mb=512)

    assert capacity(WIDE, StageSettings()).rows < capacity(KDD, StageSettings()).rows / 5
    assert capacity(KDD, small).setting == "NIGHTSWAP_TRAIN_STORAGE_MB"


@given(st.integers(0, 10**10))
def test_rounded_number_is_near(rows: int) -> None:
    said = rounded(rows)

    told = float(said.removesuffix(" million").replace(",", "")) * (1e6 if "million" in said else 1)
    assert told == pytest.approx(rows, rel=0.051)
