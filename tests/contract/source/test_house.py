"""The laws of the house: small folders, each with a true map in its `__init__.py`, and imports that run downwards."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.contract.source.sources import ROOT, map_of

MODULES_AT_MOST = 12
OF_LIKE_THINGS = {"lambdas", "lambdas/recipes", "workflows/cli"}
"""Folders that may hold as many modules as there are tasks, models and commands."""
USERS_OWN = "lambdas/recipes"
"""Whose modules are the user's: no map lists them."""
LAYERED = ("chalicelib", "lambdas/model")
SHARED_NAMES = {
    "__main__": "a package as a command of Python's",
    "anchor": "the version that every new model is compared with beside the live one",
    "app": "the Chalice app",
    "artifact": "a model as bytes",
    "backtest": "a recipe's rules tried on nights that were",
    "built_in": "the algorithms that SageMaker brings along",
    "change_sets": "CloudFormation's change sets",
    "convert": "a file written anew, as a recipe reads it",
    "date_parts": "numbers of a date, such as its weekday",
    "deploy": "a stage made, or changed",
    "destroy": "a stage removed",
    "endpoint": "the endpoint of a version",
    "endpoints": "SageMaker's endpoints",
    "functions": "the Lambda functions of a stage",
    "handler": "what Lambda calls in a serving function",
    "imports": "models that were trained elsewhere",
    "layers": "Lambda's layers",
    "ledger": "what was live, and when",
    "live_quality": "how good the live version is on new rows",
    "models": "the models of a stage",
    "notices": "what the stage tells people and programs",
    "objects": "S3's objects",
    "package": "a model version with the code that serves it",
    "permissions": "what IAM allows",
    "plan": "what a deployment would change",
    "predictions": "answers for rows",
    "rebuild": "a version trained again from what it was trained on",
    "recipe": "the description of a model",
    "recipe_files": "the files that recipes stand in",
    "refusal": "a request that is refused, in words",
    "refusals": "why something is refused, in words",
    "replay_sample": "rows that a published version has to answer as it was judged",
    "row_answers": "what versions answered, row by row",
    "runs": "runs of the state machine",
    "sagemaker": "jobs of SageMaker's",
    "stage": "one deployment of the system, such as prod",
    "tasks": "the state machine's Lambda functions",
    "thresholds": "bounds of metrics",
    "transforms": "stored batches that SageMaker transforms",
    "values": "immutable values that cost a cold start little",
    "wanted": "a stage as it should be",
}
"""The names of modules that stand in several folders, and the one meaning that each has in all of them."""


def folders() -> list[str]:
    inits = [path for top in ("chalicelib", "lambdas", "workflows") for path in (ROOT / top).rglob("__init__.py")]
    return sorted(str(path.parent.relative_to(ROOT)) for path in inits)


def modules(folder: str) -> set[str]:
    return {path.name for path in (ROOT / folder).glob("*.py")} - {"__init__.py"}


def rooms(folder: str) -> set[str]:
    return {f"{path.parent.name}/" for path in (ROOT / folder).glob("*/__init__.py")}


def test_folders_have_at_most_twelve_modules() -> None:
    counts = {folder: len(modules(folder)) for folder in folders() if folder not in OF_LIKE_THINGS}

    assert {folder: count for folder, count in counts.items() if count > MODULES_AT_MOST} == {}


def test_map_of_a_folder_lists_what_is_there_and_nothing_else() -> None:
    for folder in folders():
        if folder != USERS_OWN:
            listed = map_of(folder)
            wanted = modules(folder) | rooms(folder) | ({"locks/"} & set(listed))
            assert sorted(listed) == sorted(wanted), folder


def place(file: str, layered: str) -> str:
    """The module or folder of `layered` that a file belongs to, as the map has it."""
    first, *more = Path(file).relative_to(layered).parts
    return f"{first}/" if more else first


@cache
def ranks(layered: str) -> dict[str, int]:
    """How far down a place is; the modules below the last folder are one layer, the ground."""
    listed = map_of(layered)
    ground = max(position for position, name in enumerate(listed) if name.endswith("/")) + 1
    return {name: min(position, ground) for position, name in enumerate(listed)}


def imported(file: str, layered: str) -> set[str]:
    """The files of `layered` that a file imports, wherever in it: for type checkers too."""
    package = layered.replace("/", ".")
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and f"{node.module}.".startswith(f"{package}."):
            for name in (f"{node.module}.{alias.name}" for alias in node.names):
                path = name.replace(".", "/")
                module = node.module.replace(".", "/")
                files = (f"{path}.py", f"{path}/__init__.py", f"{module}.py", f"{module}/__init__.py")
                found.add(next(each for each in files if (ROOT / each).is_file()))
    return found - {f"{layered}/__init__.py"}


@pytest.mark.parametrize("layered", LAYERED)
def test_imports_run_downwards(layered: str) -> None:
    rank = ranks(layered)
    files = [str(path.relative_to(ROOT)) for path in sorted((ROOT / layered).rglob("*.py"))]

    upwards = [
        f"{file} imports {other}"
        for file in files
        if file != f"{layered}/__init__.py"
        for other in sorted(imported(file, layered))
        if rank[place(other, layered)] < rank[place(file, layered)]
    ]

    assert upwards == []


@pytest.mark.parametrize("layered", [*LAYERED, "workflows", "benchmarks"])
def test_no_modules_import_one_another(layered: str) -> None:
    """A circle of imports is one module in several files."""
    files = [str(path.relative_to(ROOT)) for path in sorted((ROOT / layered).rglob("*.py"))]
    left = {file: imported(file, layered) - {file} for file in files}
    while free := [file for file, needs in left.items() if not needs & left.keys()]:
        for file in free:
            del left[file]

    assert sorted(left) == []


def test_no_module_name_has_two_meanings() -> None:
    """A name that stands in several folders means the same in each: `SHARED_NAMES` says what."""
    folders_of: dict[str, set[str]] = {}
    for folder in folders():
        for name in modules(folder):
            folders_of.setdefault(name.removesuffix(".py"), set()).add(folder)

    shared = {name for name, found in folders_of.items() if len({_room(folder) for folder in found}) > 1}

    assert sorted(shared) == sorted(SHARED_NAMES)


def _room(folder: str) -> str:
    """Folders of one room share names: a protocol and its client, one format beside the others."""
    if folder.startswith(("chalicelib/aws", "chalicelib/edges")):
        return "edges"
    return "formats" if folder.startswith("lambdas/model/formats/") else folder
