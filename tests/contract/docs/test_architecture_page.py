"""docs/architecture.md lists every folder, in the order of imports, every Lambda function and every prefix."""

from __future__ import annotations

import re

import pytest

from chalicelib import layout
from chalicelib.names import PIPELINE, Names, document_name, serving_function, task_function
from tests.contract.docs import pages
from tests.contract.source.sources import ALLOWED, map_of
from workflows.deploying.chalice_app.chalice_resources import function_name, function_names

PAGE = pages.PAGES["architecture.md"]
STAGE = "STAGE"


def first_cells() -> list[str]:
    return [cells[0] for cells in pages.rows(PAGE)]


def test_every_lambda_function_is_told_with_its_file() -> None:
    told = {cells[0]: cells[1] for cells in pages.rows(PAGE) if cells[0].startswith("nightswap-")}
    names = Names(stage=STAGE, account="123456789012", region="eu-west-1")
    of_the_app = [function_name(names, each) for each in function_names("prod", root=pages.ROOT)]
    tasks = {task_function(STAGE, task): f"`lambdas/{document_name(task)}.py`" for task in PIPELINE}

    assert {name: told[name] for name in tasks} == tasks
    assert set(told) - set(tasks) == {*of_the_app, serving_function(STAGE, "MODEL")}


def test_every_prefix_of_the_bucket_is_told() -> None:
    known = {getattr(layout, name) for name in dir(layout) if name.isupper()} | {"models/", "moves/"}
    told = " ".join(first_cells())

    assert {prefix for prefix in known if f"`{prefix}`" not in told} == set()


def test_every_part_with_imports_of_its_own_is_told() -> None:
    told = " ".join(cell for cells in pages.rows(PAGE) for cell in cells)

    assert {part for part in ALLOWED if f"`{part}`" not in told and f"`{part}/`" not in told} == set()


def folders_of_the_page(part: str) -> list[str]:
    """Directly below a part, in the page's order."""
    return re.findall(rf"^\| `{part}/([a-z_]+)/` \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("part", ["chalicelib", "lambdas", "lambdas/model", "workflows"])
def test_every_folder_is_told(part: str) -> None:
    there = {file.parent.name for file in (pages.ROOT / part).glob("*/__init__.py")}

    assert sorted({*folders_of_the_page(part)}) == sorted(there)


@pytest.mark.parametrize("part", ["chalicelib", "lambdas/model"])
def test_folders_stand_in_the_order_of_the_map_whose_imports_run_downwards(part: str) -> None:
    listed = [name.removesuffix("/") for name in map_of(part) if name.endswith("/")]

    assert folders_of_the_page(part) == listed
