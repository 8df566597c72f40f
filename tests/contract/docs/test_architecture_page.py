"""docs/architecture.md lists every Lambda function with its file, every prefix of the bucket, and every part."""

from __future__ import annotations

from chalicelib import layout
from chalicelib.names import PIPELINE, Names, serving_function, task_function
from tests.contract.docs import pages
from tests.contract.test_architecture import ALLOWED
from workflows.deploying.chalice_app.chalice_resources import function_name, function_names

PAGE = pages.PAGES["architecture.md"]
STAGE = "STAGE"


def first_cells() -> list[str]:
    return [cells[0] for cells in pages.rows(PAGE)]


def test_every_lambda_function_is_told_with_its_file() -> None:
    told = {cells[0]: cells[1] for cells in pages.rows(PAGE) if cells[0].startswith("nightswap-")}
    names = Names(stage=STAGE, account="123456789012", region="eu-west-1")
    of_the_app = [function_name(names, each) for each in function_names("prod", root=pages.ROOT)]
    tasks = {task_function(STAGE, task): f"`lambdas/{task.replace('-', '_')}.py`" for task in PIPELINE}

    assert {name: told[name] for name in tasks} == tasks
    assert set(told) - set(tasks) == {*of_the_app, serving_function(STAGE, "MODEL")}


def test_every_prefix_of_the_bucket_is_told() -> None:
    known = {getattr(layout, name) for name in dir(layout) if name.isupper()} | {"models/", "moves/"}
    told = " ".join(first_cells())

    assert {prefix for prefix in known if f"`{prefix}`" not in told} == set()


def test_every_part_with_imports_of_its_own_is_told() -> None:
    told = " ".join(cell for cells in pages.rows(PAGE) for cell in cells)

    assert {part for part in ALLOWED if f"`{part}`" not in told and f"`{part}/`" not in told} == set()
