"""A scorecard that Lambda would not take is refused before and after its fit, with its size."""

from __future__ import annotations

import json

import pytest

from chalicelib.errors import EstimatorUnsupported
from lambdas.model.formats.fitted import Exported, Levels
from lambdas.model.formats.scorecard.size import (
    ARTIFACT_BYTES_MAX,
    WEIGHT_BYTES,
    check_size,
    expected_bytes,
    foresee,
)
from lambdas.model.recipe import Categorical
from tests.given import data

RECIPE = data.recipe(columns=[Categorical("flag"), Categorical("zone")])
LEVELS = Levels((("a", "bc"), tuple(f"z{n}" for n in range(1234))))
DOCUMENT = {"scores": [{"categories": [{"column": "flag"}]}, {"categories": [{"column": "flag"}]}]}


def test_level_is_named_in_the_schema_and_beside_each_weight() -> None:
    named = len('"a",') + len('"bc",')

    assert expected_bytes(DOCUMENT, levels={"flag": ("a", "bc")}) == named + 2 * (named + 2 * WEIGHT_BYTES)
    assert expected_bytes(DOCUMENT, levels={"flag": ("ü",)}) == 3 * len('"\\u00fc",') + 2 * WEIGHT_BYTES
    assert expected_bytes({"scores": []}, levels={"flag": ("a", "bc")}) == named


def test_scorecard_is_as_large_as_lambda_takes_it_and_no_larger() -> None:
    check_size(RECIPE, size_bytes=ARTIFACT_BYTES_MAX, levels=LEVELS)
    with pytest.raises(EstimatorUnsupported) as raised:
        check_size(RECIPE, size_bytes=ARTIFACT_BYTES_MAX + 1, levels=LEVELS)

    assert raised.value.message.startswith(
        "the scorecard of recipe flows takes 40 MB, and Lambda serves 40 MB at most: it holds weights of 2 classes"
        " for 1,236 categories, 1,234 of them of column zone. Leave that column out"
    )
    assert raised.value.details["size_bytes"] == ARTIFACT_BYTES_MAX + 1


def test_size_is_foreseen_by_the_levels_of_all_rows() -> None:
    few = Exported(json.dumps(DOCUMENT).encode(), {})
    many = Levels((tuple("x" * 1000 + f"{n}" for n in range(20_000)), ()))

    foresee(few, recipe=RECIPE, levels=LEVELS)
    with pytest.raises(EstimatorUnsupported, match="takes 61 MB"):
        foresee(few, recipe=RECIPE, levels=many)
