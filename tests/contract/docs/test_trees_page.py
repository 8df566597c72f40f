"""docs/trees.md names every estimator that trees serve, and its recipes can be served."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from lambdas.model.features.missing import TAKING
from lambdas.model.features.searches import SEARCHES
from lambdas.model.features.steps import PARTS_OF
from lambdas.model.formats.trees.size import NODES_MAX, NODES_TOLD, ROW_US_MAX
from lambdas.model.formats.trees.supported import CLASSIFIERS, CODES, INCREASING, SERVED, TRANSFORMERS
from lambdas.model.recipe import Recipe
from lambdas.model.training.trial import FEW_ROWS, MORE_ROWS
from tests.contract.docs import pages
from workflows.checking.recipe import try_out

PAGE = pages.PAGES["trees.md"]
WORD = re.compile(r"\b[A-Z]\w+")


def in_section(heading: str) -> set[str]:
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {name for row in pages.rows(section)[2:] for name in WORD.findall(row[0])}


def test_every_classifier_of_trees_is_in_the_table_and_no_other() -> None:
    assert in_section("The last step") == {*CLASSIFIERS, *SEARCHES}
    assert {*TAKING} <= {*CLASSIFIERS}


def test_every_step_before_it_that_is_served_is_in_the_table_and_no_other() -> None:
    class Unset:
        def __getattr__(self, name: str) -> object:
            return {"categories": "auto", "feature_name_combiner": "concat", "missing_values": float("nan")}.get(name)

    served = {name for name, why in TRANSFORMERS.items() if why(Unset()) not in (INCREASING, CODES)}

    assert in_section("Before it") == {*served, *PARTS_OF}


@pytest.mark.parametrize("snippet", pages.blocks(PAGE, "python"))
def test_each_snippet_is_a_recipe_that_can_be_served(snippet: str) -> None:
    whole: dict[str, Any] = {}
    exec(pages.blocks(pages.PAGES["recipes.md"], "python")[0], whole)  # noqa: S102
    given: dict[str, Any] = {}
    exec(snippet, whole, given)  # noqa: S102
    recipe: Recipe = replace(whole["RECIPE"], **given)

    assert recipe.format == "trees"
    assert try_out(recipe) is recipe


def test_limits_are_as_in_the_code() -> None:
    assert f"More than {NODES_TOLD:,} nodes" in PAGE
    assert f"fits on {FEW_ROWS:,} and {MORE_ROWS:,} of them" in PAGE
    assert f"With more than {MORE_ROWS:,} training rows" in PAGE
    assert f"More than {NODES_MAX:,}, or an estimate of more\nthan {ROW_US_MAX // 1000} ms a row" in PAGE


def test_an_error_leads_to_this_page() -> None:
    assert "docs/trees.md" in SERVED


def test_measured_figures_are_those_of_the_benchmark() -> None:
    results = json.loads((pages.ROOT / "benchmarks/results/trees.json").read_text("utf-8"))["of"]

    for name, each in results.items():
        what = "a scorecard" if name == "scorecard" else f"{each['trees']} trees, {each['nodes']:,} nodes"
        of_a_walk = f"{each['walk_ratio']:.2f}" if "walk_ratio" in each else "-"
        figures = f"{each['megabytes']} | {each['cold_ratio']:.2f} | {each['warm_us']:.0f} | {of_a_walk}"
        assert f"| {what} | {figures} |" in PAGE
    assert f"took {results['75 thousand']['rows_100000_seconds']:.0f} s" in PAGE
