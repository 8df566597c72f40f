"""docs/estimators.md names every estimator that is served, and of every other classifier why it is not."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from sklearn.utils import all_estimators

from lambdas.model.features.searches import SEARCHES
from lambdas.model.features.steps import PARTS_OF
from lambdas.model.formats.scorecard import reasons
from lambdas.model.formats.scorecard.supported import CLASSIFIERS, SERVED, TRANSFORMERS
from lambdas.model.recipe import Recipe
from lambdas.serve.dates import PARTS
from lambdas.serve.number_functions import NUMPYS
from tests.contract.docs import pages
from workflows.checking.recipe import try_out

PAGE = pages.PAGES["estimators.md"]
ROWS = pages.rows(PAGE)
WORD = re.compile(r"\b[A-Z]\w+")


def section(heading: str) -> str:
    return PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def in_section(heading: str) -> set[str]:
    return {name for row in pages.rows(section(heading))[2:] for name in WORD.findall(row[0])}


def test_every_classifier_that_is_served_is_in_its_table_and_no_other() -> None:
    assert in_section("The last step") == {*CLASSIFIERS, *SEARCHES}


def test_every_step_before_it_that_is_served_is_in_its_table_and_no_other() -> None:
    assert in_section("Before it") == {*TRANSFORMERS, *PARTS_OF}


def test_every_other_classifier_of_scikit_learn_is_in_the_table_of_the_refused() -> None:
    theirs = {name for name, _ in all_estimators(type_filter="classifier")}

    assert in_section("What is refused") >= theirs - {*CLASSIFIERS, *SEARCHES}


@pytest.mark.parametrize("name", reasons.CLASSIFIERS)
def test_the_page_says_of_a_refused_classifier_what_the_error_says(name: str) -> None:
    why, way = reasons.CLASSIFIERS[name]

    assert [why, f"`{way}`"] in [row[1:] for row in ROWS if name in WORD.findall(row[0])]


@pytest.mark.parametrize("snippet", pages.blocks(PAGE, "python"))
def test_each_snippet_is_an_estimator_that_can_be_served(snippet: str) -> None:
    whole: dict[str, Any] = {}
    exec(pages.blocks(pages.PAGES["recipes.md"], "python")[0], whole)  # noqa: S102
    given: dict[str, Any] = {}
    exec(snippet, whole, given)  # noqa: S102
    recipe: Recipe = replace(whole["RECIPE"], **given)

    assert try_out(recipe) is recipe


def test_every_function_has_its_name_on_the_page() -> None:
    assert set(re.findall(r"`np\.(\w+)`", section("Functions of one column"))) == {*NUMPYS, "abs", "clip"}
    assert {*re.findall(r"`(\w+)`", section("Parts of a time"))} == {*PARTS}


def test_an_error_leads_to_this_page() -> None:
    assert "docs/estimators.md" in SERVED


def test_what_each_costs_is_as_the_benchmark_measured_it() -> None:
    results = json.loads((pages.ROOT / "benchmarks/results/formats.json").read_text("utf-8"))["of"]
    wanted = [
        [name, f"`{each['format']}`", f"{each['kilobytes']:,}", f"{each['cold_ratio']:.2f}", str(each["warm_us"])]
        for name, each in results.items()
    ]

    assert pages.rows(section("By format"))[2:] == wanted
    assert {each["format"] for each in results.values()} == {"scorecard", "trees", "onnx"}
