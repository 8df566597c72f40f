"""The arrows of the design: who may import whom.

    app -> chalicelib <- lambdas        workflows -> chalicelib, lambdas.recipes
    workflows.checking, .backtesting, .converting, .drafting, .importing, .rebuilding -> lambdas.model

Nothing imports workflows, and `lambdas/serve` stands alone, because it is shipped with a model and nothing else.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from chalicelib.errors import leaves
from chalicelib.names import PIPELINE, document_name
from tests.contract.source.sources import ALLOWED, ROOT, files, imports, tree

LINES_AT_MOST = 300


PURE = ("lambdas/model/", "lambdas/recipes/")
WORLD = {"os", "time", "datetime", "socket", "subprocess", "urllib", "http"}
"""Environment, clock, network and other processes."""
PURE_CORE = {
    *("chalicelib.cutting", "chalicelib.errors", "chalicelib.exact", "chalicelib.limits", "chalicelib.names"),
    *("chalicelib.settings.schedules", "chalicelib.edges.serving_room", "chalicelib.values"),
    *("chalicelib.contracts.endpoints", "chalicelib.contracts.instances"),
}
"""What of chalicelib has no outside either."""

DEFINING_WITH_THE_SDK = {
    f"workflows/definitions/{name}.py"
    for name in (
        "retrain",
        "ends",
        "states",
        "sagemaker",
        "hosting/endpoint",
        "hosting/transform",
        "hosting/sessions",
    )
}


def part_of(file: str) -> str:
    return max((part for part in ALLOWED if file == part or file.startswith(f"{part}/")), key=len)


def test_each_part_imports_the_standard_library_and_what_it_may() -> None:
    beside = [each for each in imports("app.py", "chalicelib/", "lambdas/") if not each.is_relative]

    wrong = [
        each
        for each in beside
        if each.top not in sys.stdlib_module_names and each.top not in ALLOWED[part_of(each.file)]
    ]

    assert wrong == []


def test_nothing_imports_workflows() -> None:
    assert [each for each in imports("app.py", "chalicelib/", "lambdas/") if each.is_below("workflows")] == []


def test_workflows_knows_of_the_lambdas_their_recipes_and_where_it_looks_ahead_or_back_their_model() -> None:
    known = [each for each in imports("workflows/") if each.is_below("lambdas")]
    ahead = [each for each in known if each.is_below("lambdas.model")]

    tasks = [each for each in known if not each.is_below("lambdas.recipes", "lambdas.model")]
    # a run; and how a batch reads its file
    repeating = ("workflows/rebuilding/", "workflows/data_set/batches/", "workflows/transforming/")
    assert [each for each in tasks if not each.file.startswith(repeating)] == []
    folders = ("checking", "backtesting", "converting", "drafting", "importing", "rebuilding")
    looking = tuple(f"workflows/{folder}/" for folder in folders)
    assert [each for each in ahead if not each.file.startswith(looking)] == []


def test_serve_names_itself_relatively_because_it_moves() -> None:
    own = [
        each
        for each in imports("lambdas/serve/")
        if each.top not in {*sys.stdlib_module_names, *ALLOWED[part_of(each.file)]}
    ]

    assert [each for each in own if not each.is_relative] == []


def test_relative_imports_do_not_leave_serve() -> None:
    levels = [
        (file, node.level)
        for file in files("lambdas/serve/")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ImportFrom)
    ]

    assert [
        (file, level) for file, level in levels if level > len(Path(file).relative_to("lambdas/serve").parts)
    ] == []


def test_model_and_recipes_have_no_outside() -> None:
    wrong = [
        each
        for each in imports(*PURE)
        if each.top in WORLD or (each.top == "chalicelib" and not each.is_below(*PURE_CORE))
    ]

    assert wrong == []


def test_an_artifact_format_is_known_to_its_own_folder_and_the_table_of_formats_alone() -> None:
    folder = ROOT / "lambdas/model/formats"
    formats = [each.parent.name for each in folder.glob("*/__init__.py")]
    code = [f"{package}.{name}" for name in formats for package in ("lambdas.model.formats", "lambdas.serve")]
    users = {each.file for each in imports() if each.is_below(*code)}

    assert formats
    assert {file for file in users if Path(file).parts[:-2] != ("lambdas", "model", "formats")} == {
        "lambdas/model/formats/all_formats.py"
    }


def test_environment_is_read_in_settings_alone() -> None:
    """To list a folder reads none, nor to ask how much memory there is."""
    found = imports("app.py", "chalicelib/", "lambdas/")
    readers = [each.file for each in found if each.is_below("os") and each.module not in ("os.listdir", "os.sysconf")]

    assert set(readers) == {"chalicelib/settings/reading.py"}


def test_pandas_is_imported_in_one_place() -> None:
    assert {each.file for each in imports() if each.is_below("pandas")} == {"lambdas/model/reading/plain.py"}


def test_recipes_import_scikit_learn_when_they_build_an_estimator() -> None:
    """Every task loads a recipe, and only Train builds its estimator."""
    early = [
        file
        for file in files("lambdas/recipes/")
        for node in tree(file).body
        if isinstance(node, ast.Import | ast.ImportFrom) and "sklearn" in ast.unparse(node)
    ]

    assert early == []


def test_sdk_is_imported_where_the_machine_is_defined_alone() -> None:
    users = {each.file for each in imports() if each.is_below("stepfunctions", "sagemaker")}

    assert users == DEFINING_WITH_THE_SDK


def test_no_client_is_made_at_import() -> None:
    makers = {"client", "resource", "Session", "edges", "invoker", "known_tokens"}
    wrong = []
    for file in files():
        for node in at_import(tree(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in makers:
                wrong.append(f"{file}:{node.lineno}")

    assert wrong == []


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is loaded: everything but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for outside in (*child.decorator_list, child.args):
                yield from at_import(outside)
                yield outside
        elif not isinstance(child, ast.Lambda):
            yield child
            yield from at_import(child)


def test_modules_are_short() -> None:
    lines = {file: len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in files()}

    assert {file: count for file, count in lines.items() if count > LINES_AT_MOST} == {}


def test_no_task_moves_an_alias_itself() -> None:
    """`lambdas/__init__.py` has the rule for what a task does; here is the part of it that imports tell."""
    core = {f"chalicelib.promotion.{each}" for each in ("versioning", "proving", "shift", "swap")}
    moving = [each for each in imports("lambdas/") if each.is_below("chalicelib.promotion", "chalicelib.ledger")]

    assert {each.module for each in moving} == core


def test_every_function_has_its_file_and_every_file_its_function() -> None:
    handling = {
        Path(file).stem
        for file in files("lambdas/")
        if Path(file).parent.name == "lambdas"
        and any(isinstance(node, ast.FunctionDef) and node.name == "handler" for node in tree(file).body)
    }

    assert handling == {document_name(task) for task in PIPELINE}


def test_every_error_is_raised_somewhere() -> None:
    used = frozenset().union(*(used_names(file) for file in files() if file != "chalicelib/errors.py"))

    assert [leaf for leaf in leaves() if leaf not in used] == []


def used_names(file: str) -> frozenset[str]:
    """The names that a module does something with; to catch an error is not to raise it."""
    caught = {
        id(node)
        for handler in ast.walk(tree(file))
        if isinstance(handler, ast.ExceptHandler) and handler.type
        for node in ast.walk(handler.type)
    }
    return frozenset(
        node.id
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and id(node) not in caught
    )
