"""The pages about recipes have every field of one with its true default, and their snippets are recipes that work."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lambdas import recipes
from lambdas.model import recipe as parts
from lambdas.model.recipe import (
    Approval,
    Categorical,
    Continuous,
    Date,
    Integer,
    Numeric,
    OneOf,
    Recipe,
    Serving,
    Shift,
    Split,
    Threshold,
    Tolerate,
    Tune,
    Window,
    at_least,
    at_most,
    at_most_cost,
)
from lambdas.model.recipe.gate_rules import LESS_IS_BETTER, METRICS
from lambdas.serve.handler import FORMATS
from tests.contract.docs import pages
from tests.e2e.commands import test_pages
from tests.e2e.commands.test_readme import loans
from workflows.checking.recipe import try_out
from workflows.cli.main import group

PAGE = pages.PAGES["recipes.md"]
COLUMNS, SPLITS, TOLERANCE, OPERATING_POINT, SETTINGS, TUNING = (
    pages.PAGES[f"{name}.md"] for name in ("columns", "splits", "tolerance", "operating-point", "settings", "tuning")
)
TEXTS = (PAGE, COLUMNS, SPLITS, TOLERANCE, OPERATING_POINT, SETTINGS, TUNING)
WHOLE_FILE = re.compile("^import|^from", re.MULTILINE)
"""A snippet that stands by itself: the test of its page runs it."""
WHOLE, *PARTS = pages.blocks(PAGE, "python")
MADE_OF = (
    Recipe,
    Numeric,
    Numeric.array,
    Date,
    Categorical,
    Split,
    Window,
    Shift,
    Threshold,
    Tolerate,
    Approval,
    Serving,
    Tune,
    Continuous,
    Integer,
    OneOf,
    at_least,
    at_most,
    at_most_cost,
)


MADE: Mapping[str, Any] = {
    each.name: each.default_factory for each in fields(Recipe) if each.default_factory is not MISSING
}
"""The fields of a recipe whose default is a part of its own defaults."""


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the whole recipe's file defines."""
    found: dict[str, Any] = {}
    exec(WHOLE, found)  # noqa: S102
    return found


def defaults(of: Callable[..., Any]) -> Mapping[str, str]:
    """The parameters of a part, each with its default as the page has it."""
    return {name: _shown(name, each.default) for name, each in inspect.signature(of).parameters.items()}


def _shown(name: str, default: object) -> str:
    if default is inspect.Parameter.empty:
        return "required"
    return f"`{MADE[name].__name__}()`" if repr(default) == "<factory>" else f"`{default!r}`"


def in_the_table() -> set[tuple[str, str]]:
    return {(cells[0], cells[1]) for page in TEXTS for cells in pages.rows(page) if len(cells) == 3}


@pytest.mark.parametrize("of", MADE_OF)
def test_every_field_is_in_a_table_with_its_default(of: Callable[..., Any]) -> None:
    assert {(f"`{name}`", default) for name, default in defaults(of).items()} <= in_the_table()


def test_no_field_is_in_a_table_that_a_recipe_does_not_have() -> None:
    known = {(f"`{name}`", default) for of in MADE_OF for name, default in defaults(of).items()}

    assert {row for row in in_the_table() if row[0].startswith("`")} == known


def test_the_whole_recipe_writes_out_every_field(names: dict[str, Any]) -> None:
    calls = [node for node in ast.walk(ast.parse(WHOLE)) if isinstance(node, ast.Call)]
    written = {keyword.arg for call in calls for keyword in call.keywords}
    positional = {"name", "metric", "share", "costs", *defaults(Threshold)}

    # The loans have neither date nor array, and search nothing; that such fields work is told by pages of their own.
    elsewhere = (Date, Numeric.array, Tune, Continuous, Integer, OneOf)
    assert {name for of in MADE_OF if of not in elsewhere for name in defaults(of)} <= written | positional
    assert {column.name for column in names["RECIPE"].columns} == {"age", "income", "housing", "purpose"}


def test_the_whole_recipe_and_its_data_are_taken(tmp_path: Path) -> None:
    (tmp_path / "loans.py").write_text(WHOLE)
    (tmp_path / "loans.csv").write_text(loans())

    done = CliRunner().invoke(group, ["check", f"{tmp_path}/loans.py", f"{tmp_path}/loans.csv"])

    assert done.exit_code == 0, done.output
    assert "a run would take that" in done.output


@pytest.mark.parametrize(
    "snippet",
    [*PARTS, *(each for page in TEXTS[1:] for each in pages.blocks(page, "python") if not WHOLE_FILE.search(each))],
)
def test_each_snippet_is_a_part_of_a_recipe_that_can_be_served(snippet: str, names: dict[str, Any]) -> None:
    given: dict[str, Any] = {}
    exec(snippet, {**vars(parts), **names}, given)  # noqa: S102
    recipe: Recipe = replace(names["RECIPE"], **given)

    assert try_out(recipe) is recipe


def test_every_metric_is_in_the_table_with_the_function_that_bounds_it() -> None:
    told = {cells[0]: cells[1:3] for cells in pages.rows(PAGE) if len(cells) == 4}

    for metric in METRICS:
        made_with = "`at_most`" if metric in LESS_IS_BETTER else "`at_least`"
        assert told[f"`{metric}`"][0] == made_with


EXAMPLES = pages.section(PAGE, "examples")
POINTS = {
    "check": "#recipes",
    "draft": "first-model.md#a-first-model",
    "convert": "first-model.md#files-from-elsewhere",
    "add": "../README.md#add-a-model",
    "list, remove": "first-model.md#afterwards",
    "missing or out of range": "columns.md#missing-values",
    "bad": "tolerance.md#bad-rows",
    "labels": "tolerance.md#labels",
    "dates": "columns.md#dates",
    "arrays": "columns.md#arrays",
    "groups": "splits.md#groups",
    "copies": "splits.md#copies",
    "by time": "splits.md#by-time",
    "windows": "splits.md#windows",
    "steps": "estimators.md#before-it",
    "functions": "estimators.md#functions-of-one-column",
    "times": "estimators.md#parts-of-a-time",
    "searches": "estimators.md#searches",
    "why": "predictions.md#why-the-columns-that-moved-it-most",
    "warnings": "columns.md#warnings-of-a-prediction",
    "at a time": "predictions.md#what-was-live-before",
    "rebuilt": "predictions.md#a-version-trained-again",
}
"""What a recipe, or a command about one, can do for the tables that people have, and where it is shown."""
RUN = {
    "sh": {*test_pages.PAGES, test_pages.FIRST_MODEL, "README.md"},
    "python": {"recipes.md", "columns.md", "splits.md", "tolerance.md", "estimators.md"},
    "json": {"columns.md"},
}
"""The pages whose blocks of a language the tests run, or hold against what runs."""


def test_each_point_is_linked_to_its_example() -> None:
    assert dict(re.findall(r"\[([^\]]+)\]\(([^)\s]+)\)", EXAMPLES)) == POINTS


@pytest.mark.parametrize("link", POINTS.values())
def test_behind_each_link_stands_an_example_that_the_tests_run(link: str) -> None:
    path, anchor = link.split("#")
    page = Path(path or "recipes.md").name
    shown = pages.section((pages.PAGES | pages.AT_THE_TOP)[page], anchor)

    assert any(pages.blocks(shown, language) for language, run in RUN.items() if page in run)


def test_page_names_every_format_in_the_order_in_which_they_are_asked() -> None:
    told = next(cells[2] for cells in pages.rows(PAGE) if cells[0] == "`format`")

    assert re.findall(r"`([a-z]+)`", told) == list(FORMATS)
    assert recipes.IN_WORDS in PAGE
