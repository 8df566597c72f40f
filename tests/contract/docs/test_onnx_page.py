"""docs/onnx.md names every estimator that a graph serves, and its recipe can be served."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from lambdas.model.features.searches import SEARCHES
from lambdas.model.features.steps import PARTS_OF
from lambdas.model.formats.all_formats import FORMATS
from lambdas.model.formats.onnx.supported import CALIBRATED, CLASSIFIERS, SERVED, TRANSFORMERS, check
from lambdas.model.recipe import Recipe
from lambdas.serve import onnx
from tests.contract.docs import pages
from workflows.checking.recipe import try_out

PAGE = pages.PAGES["onnx.md"]
WORD = re.compile(r"\b[A-Z]\w+")


class Unset:
    """A step as it is by default."""

    DEFAULTS = (
        {"weights": "uniform", "metric": "minkowski", "p": 2, "probability": True, "kernel": "rbf", "binarize": 0.0}
        | {"loss": "log_loss", "method": "sigmoid", "voting": "soft", "estimators": [], "stack_method": "auto"}
        | {"handle_unknown": "ignore", "feature_name_combiner": "concat", "categories": "auto", "norm": "l2"}
        | {"missing_values": float("nan"), "output_distribution": "uniform", "estimator": "drop"}
    )

    def __getattr__(self, name: str) -> Any:
        return self.DEFAULTS.get(name)


def section(heading: str) -> list[list[str]]:
    return pages.rows(PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0])[2:]


def first_cells(heading: str) -> set[str]:
    return {name for row in section(heading) for name in WORD.findall(row[0])}


def test_every_classifier_of_graphs_is_in_the_table_and_no_other() -> None:
    served = {name for name, why in CLASSIFIERS.items() if why(Unset()) == ""}
    (calibrated,) = [row[1] for row in section("The last step") if row[0] == "CalibratedClassifierCV"]

    assert first_cells("The last step") == {*served, *SEARCHES}
    assert {name for name in CALIBRATED if name not in CLASSIFIERS} <= set(WORD.findall(calibrated))


def test_every_step_before_it_that_is_served_is_in_the_table_and_no_other() -> None:
    served = {name for name, why in TRANSFORMERS.items() if why(Unset()) == ""}

    assert first_cells("Before it") == {*served, *PARTS_OF}


@pytest.mark.parametrize("snippet", pages.blocks(PAGE, "python"))
def test_each_snippet_is_a_recipe_that_can_be_served(snippet: str) -> None:
    whole: dict[str, Any] = {}
    exec(pages.blocks(pages.PAGES["recipes.md"], "python")[0], whole)  # noqa: S102
    given: dict[str, Any] = {}
    exec(snippet, whole, given)  # noqa: S102
    recipe: Recipe = replace(whole["RECIPE"], **given)

    check(recipe.estimator(recipe.positions))
    assert try_out(recipe) is recipe


def test_protocol_is_as_in_the_code() -> None:
    assert f"`format_version` ({onnx.FORMAT_VERSION})" in PAGE
    assert f"within {FORMATS['onnx'].tolerance:.5f} of" in PAGE
    assert f"The graph takes `{onnx.INPUT}`" in PAGE
    assert f"`{onnx.LABELS}` and `{onnx.PROBABILITIES}`" in PAGE


def test_an_error_leads_to_this_page() -> None:
    assert "docs/onnx.md" in SERVED
