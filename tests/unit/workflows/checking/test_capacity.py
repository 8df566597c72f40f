"""As many rows are said to fit as the tasks take, and the setting that is named is the one that helps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from chalicelib.errors import DatasetTooLarge
from chalicelib.settings.reading import load
from chalicelib.settings.stage import StageSettings
from chalicelib.settings.texts import TASK_MB
from lambdas import recipes
from lambdas.model.recipe import Categorical, Columns, LinearLearner, Numeric, Recipe, Serving, XGBoost
from tests.given import data, graphs
from workflows.checking.capacity import capacity, rounded
from workflows.checking.file import check_room

KDD = recipes.load("kdd99-http")
ROW_BYTES = 3 * 8 + 4 * len("normal")
"""Of KDD's table."""
WIDE = data.recipe(columns=[*(Numeric(f"n{at}") for at in range(34)), *(Categorical(f"c{at}") for at in range(7))])


def in_one_piece(_: Columns) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import RobustScaler

    return make_pipeline(RobustScaler(), LogisticRegression())


ONE_PIECE = data.numeric_recipe(in_one_piece)
MB = st.integers(TASK_MB.start, TASK_MB.stop - 1)
SETTINGS = st.builds(StageSettings, preprocess_memory_mb=MB, train_memory_mb=MB, evaluate_memory_mb=MB)


def size(rows: int) -> tuple[int, int]:
    return rows, rows * ROW_BYTES


@given(SETTINGS)
def test_file_that_is_said_to_fit_is_taken_and_one_of_a_tenth_more_rows_is_not(settings: StageSettings) -> None:
    roomy = replace(settings, evaluate_memory_mb=10_240)
    rows = capacity(KDD, roomy).file.rows

    check_room([size(rows * 99 // 100)], recipe=KDD, settings=roomy)
    with pytest.raises(DatasetTooLarge, match="in Preprocess"):
        check_room([size(rows * 11 // 10)], recipe=KDD, settings=roomy)


@pytest.mark.parametrize("estimator", [data.logistic_regression, in_one_piece], ids=["folds", "in one piece"])
@given(SETTINGS)
def test_data_set_that_is_said_to_fit_is_taken_and_one_of_a_tenth_more_rows_is_not(
    estimator: Any, settings: StageSettings
) -> None:
    recipe = data.numeric_recipe(estimator)
    found = capacity(recipe, replace(settings, train_storage_mb=10_240, evaluate_storage_mb=10_240)).data_set
    row_bytes = 2 * 8 + 4 * len("good")

    def files(rows: int) -> list[tuple[int, int]]:
        """So many that none is too large."""
        return [(rows // 1000, rows // 1000 * row_bytes)] * 1000

    check_room(files(found.rows * 99 // 100), recipe=recipe, settings=settings)
    if not found.setting.endswith("STORAGE_MB"):
        with pytest.raises(DatasetTooLarge):
            check_room(files(found.rows * 11 // 10), recipe=recipe, settings=settings)


@pytest.mark.parametrize("recipe", [KDD, WIDE, data.recipe(), ONE_PIECE], ids=["kdd", "wide", "flows", "one piece"])
def test_more_of_the_settings_that_are_named_lets_more_rows_fit(recipe: Recipe) -> None:
    before = capacity(recipe, StageSettings())
    bounds = (before.file, before.data_set)

    after = capacity(recipe, load(StageSettings, {each.setting: str(each.mb + 64) for each in bounds}))

    assert after.file.rows > before.file.rows
    assert after.data_set.rows > before.data_set.rows


def test_why_an_estimator_is_fitted_in_one_piece_is_told() -> None:
    found = capacity(ONE_PIECE, StageSettings(evaluate_memory_mb=3008))

    assert found.in_one_piece == "RobustScaler needs quantiles"
    assert found.in_words().startswith(
        "flows is trained in one piece (RobustScaler needs quantiles) and served as scorecard: about "
    )
    assert found.data_set.setting == "NIGHTSWAP_TRAIN_MEMORY_MB"
    assert capacity(KDD, StageSettings()).in_one_piece == ""


def test_format_whose_models_grow_with_the_rows_is_told_with_what_estimates_them() -> None:
    told = "Its model grows with the rows: nightswap check flows FILE estimates it"
    trees = capacity(data.recipe(estimator=lambda _: DecisionTreeClassifier()), StageSettings())

    assert trees.in_words().endswith(told)
    assert "grows" not in capacity(ONE_PIECE, StageSettings()).in_words()


@pytest.mark.parametrize(
    ("serving", "words"),
    [
        (Serving(), "one of up to 103 MB can be opened in 512 MB of memory"),
        (Serving(memory_mb=2048), "one of up to 487 MB can be opened in 2,048 MB of memory"),
        (Serving(memory_mb=128), "one of up to 7 MB can be opened in 128 MB of memory"),
    ],
)
def test_what_a_graph_takes_that_is_too_large_for_its_package_is_told(serving: Serving, words: str) -> None:
    told = capacity(graphs.recipe(graphs.neighbours, serving=serving), StageSettings()).in_words()

    assert told.endswith(
        "An artifact of more than 40 MB is read from the bucket at each cold start, in about 3.0 s for each 100 MB"
        f" (an estimate), and takes as much of the 512 MB in /tmp; {words}"
    )
    assert "40 MB" not in capacity(KDD, StageSettings()).in_words()


def test_library_that_the_image_of_the_endpoints_has_to_hold_is_told_in_the_place_of_the_bucket() -> None:
    of_graphs = capacity(graphs.recipe(graphs.neighbours, target="endpoint"), StageSettings()).in_words()
    of_others = capacity(replace(KDD, target="endpoint"), StageSettings()).in_words()

    assert of_graphs.endswith(
        ". The image of its endpoints has to hold onnxruntime: assemble it with --format onnx; an artifact has 40 MB"
        " at most there"
    )
    assert "from the bucket" not in of_graphs
    assert "image" not in of_others


def test_format_is_none_where_none_takes_the_estimator() -> None:
    found = capacity(data.recipe(estimator=lambda _: object()), StageSettings())

    assert found.format == ""
    assert "served as" not in found.in_words()


def test_sixty_four_copies_of_kdd_fit_into_a_new_accounts_defaults() -> None:
    assert capacity(KDD, StageSettings()).data_set.rows > 64 * 567_498


def test_little_room_in_tmp_bounds_the_rows() -> None:
    small = StageSettings(evaluate_memory_mb=10_240, train_storage_mb=512)

    assert capacity(KDD, small).data_set.setting == "NIGHTSWAP_TRAIN_STORAGE_MB"


@given(st.integers(0, 10**10))
def test_rounded_number_is_near(rows: int) -> None:
    said = rounded(rows)

    told = float(said.removesuffix(" million").replace(",", "")) * (1e6 if "million" in said else 1)
    assert told == pytest.approx(rows, rel=0.051)


def test_algorithm_of_sagemakers_is_told_and_has_all_rows_in_the_memory_of_preprocess() -> None:
    found = capacity(data.recipe(estimator=LinearLearner(), engine="sagemaker"), StageSettings())

    assert found.in_words().startswith(
        "flows is trained by SageMaker's linear-learner and served as scorecard: about"
    )
    assert found.data_set.setting == "NIGHTSWAP_PREPROCESS_MEMORY_MB"
    trees = capacity(data.recipe(estimator=XGBoost(), engine="sagemaker"), StageSettings())
    assert "estimates it" not in trees.in_words()
