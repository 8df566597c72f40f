"""The arrows of the design: who may import whom, and what a function loads when it starts.

    app -> chalicelib <- lambdas        workflows -> chalicelib, lambdas.recipes; workflows.checking -> lambdas.model

Nothing imports workflows, and `lambdas/serve` stands alone, because it is shipped with a model and nothing else.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from chalicelib.errors import leaves
from chalicelib.names import PIPELINE, document_name
from tests.contract.api_process import Api, Reply, authorizing, event, secret, standing_in_for_aws, with_tokens

ROOT = Path(__file__).parents[2]
LINES_AT_MOST = 300

SCIENCE = {"numpy", "scipy", "pandas", "sklearn"}
ALLOWED = {
    "app.py": {"chalice", "chalicelib"},
    "chalicelib": {"chalicelib"},
    "chalicelib/aws": {"chalicelib", "boto3", "botocore"},
    "lambdas": {"chalicelib", "lambdas"},
    "lambdas/model": {"chalicelib", "lambdas"} | SCIENCE,
    "lambdas/recipes": {"chalicelib", "lambdas"} | SCIENCE,
    "lambdas/serve": set[str](),
}
"""What each part may import beside the standard library; the longest name that fits a file counts."""

PURE = ("lambdas/model/", "lambdas/recipes/")
WORLD = {"os", "time", "datetime", "socket", "subprocess", "urllib", "http"}
"""Environment, clock, network and other processes."""
PURE_CORE = {"chalicelib.cutting", "chalicelib.errors", "chalicelib.exact", "chalicelib.limits", "chalicelib.names"}
"""What of chalicelib has no outside either."""

DEFINING_WITH_THE_SDK = {"workflows/definitions/retrain.py", "workflows/definitions/states.py"}
SCIKIT_FREE = (
    *("restore_alias", "evaluate", "version_model", "replay", "shift_traffic", "swap_alias"),
    *("record_outcome", "move_alias"),
)


@dataclass(frozen=True)
class Import:
    """`module` is the dotted name, for `from a.b import c` too: `a.b.c`."""

    file: str
    module: str
    is_relative: bool = False

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def is_below(self, *packages: str) -> bool:
        return any(self.module == package or self.module.startswith(f"{package}.") for package in packages)


def files(*folders: str) -> list[str]:
    """The product's modules, relative to the clone; of these folders, if any are named."""
    found = [ROOT / "app.py"]
    for package in ("chalicelib", "lambdas", "workflows"):
        found += sorted((ROOT / package).rglob("*.py"))
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if name.startswith(folders)] if folders else names


@cache
def tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below that exist when the program runs."""
    for child in ast.iter_child_nodes(node):
        if not is_for_type_checkers(child):
            yield child
            yield from nodes(child)


def imports(*folders: str) -> list[Import]:
    found = []
    for file in files(*folders):
        for node in nodes(tree(file)):
            if isinstance(node, ast.Import):
                found += [Import(file, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                stem = f"{node.module}." if node.module else ""
                found += [Import(file, f"{stem}{alias.name}", node.level > 0) for alias in node.names]
    return found


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


def test_workflows_knows_of_the_lambdas_their_recipes_and_where_it_looks_ahead_their_model() -> None:
    known = [each for each in imports("workflows/") if each.is_below("lambdas")]
    ahead = [each for each in known if each.is_below("lambdas.model")]

    assert [each for each in known if not each.is_below("lambdas.recipes", "lambdas.model")] == []
    assert [each for each in ahead if not each.file.startswith("workflows/checking/")] == []


def test_command_line_loads_numpy_pandas_and_scikit_learn_only_for_what_needs_them() -> None:
    assert loaded_by("workflows.cli.main") & SCIENCE == set()


def test_serve_names_itself_relatively_because_it_moves() -> None:
    own = [each for each in imports("lambdas/serve/") if each.top not in sys.stdlib_module_names]

    assert [each for each in own if not each.is_relative] == []


def test_relative_imports_do_not_leave_serve() -> None:
    levels = [
        (file, node.level)
        for file in files("lambdas/serve/")
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ImportFrom)
    ]

    assert [each for each in levels if each[1] > 1] == []


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
        "lambdas/model/formats/table.py"
    }


def test_environment_is_read_in_settings_alone() -> None:
    readers = [each.file for each in imports("app.py", "chalicelib/", "lambdas/") if each.is_below("os")]

    assert set(readers) == {"chalicelib/settings.py"}


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
    makers = {"client", "resource", "Session", "edges", "serving_functions", "known_tokens"}
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


@pytest.mark.parametrize("file", files())
def test_module_is_short(file: str) -> None:
    assert len((ROOT / file).read_text(encoding="utf-8").splitlines()) <= LINES_AT_MOST


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


@pytest.mark.parametrize("leaf", leaves())
def test_error_is_raised_somewhere(leaf: str) -> None:
    users = [file for file in files() if file != "chalicelib/errors.py" and leaf in used_names(file)]

    assert users, f"nothing raises {leaf}"


@cache
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


def loaded_by(module: str) -> set[str]:
    """The packages that are in memory once the module is imported, by a process with an empty environment."""
    script = (
        f"import json, sys, {module}; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_app_starts_without_an_environment_and_stays_light() -> None:
    loaded = loaded_by("app")

    assert "chalicelib" in loaded
    assert loaded & (SCIENCE | {"stepfunctions", "sagemaker", "lambdas", "workflows"}) == set()


def predicting(asked: str, sent: bytes) -> Reply:
    """AWS with a version that answers one instance."""
    if "/invocations" in asked:
        return 200, {"status": 200, "body": {"model": "kdd99-http", "predictions": [{"label": "normal"}]}}
    return with_tokens(asked, sent)


def test_get_predict_loads_no_module_that_defines_a_dataclass() -> None:
    """One costs a cold start 0.3 ms and more; `chalicelib.values` costs a fiftieth."""
    with standing_in_for_aws(predicting) as address:
        loaded, _, answered, afterwards = Api(address).ask(
            {"loaded": True},
            authorizing(f"Bearer {secret('reader')}"),
            event("GET", "/predict", query={"duration": "0"}),
            {"loaded": True},
        )
    defining = {"dataclasses", "dataclasses.dataclass"}

    assert (answered["statusCode"], afterwards) == (200, loaded)
    assert {"app.py", "chalicelib/api/prediction.py", "chalicelib/api/known_tokens.py"} <= set(loaded)
    assert [
        each for each in imports("app.py", "chalicelib/") if each.file in loaded and each.module in defining
    ] == []


@pytest.mark.parametrize("task", SCIKIT_FREE)
def test_task_that_does_not_train_loads_neither_scikit_learn_nor_pandas(task: str) -> None:
    assert loaded_by(f"lambdas.{task}") & {"sklearn", "pandas", "scipy"} == set()


def test_preprocess_loads_pandas_without_scikit_learn() -> None:
    assert loaded_by("lambdas.preprocess") & {"sklearn", "pandas", "scipy"} == {"pandas"}


def test_train_needs_no_pandas() -> None:
    """scikit-learn imports pandas by itself where it is installed (sklearn.utils.fixes), and does without it too."""
    assert loaded_by("lambdas.train") & {"pandas"} == set()

    absent = "import sys; sys.modules['pandas'] = None; import lambdas.train, sklearn.linear_model, sklearn.pipeline"
    done = subprocess.run(
        [sys.executable, "-c", absent], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_serving_function_loads_the_standard_library_alone() -> None:
    third_party = loaded_by("lambdas.serve.handler") & (SCIENCE | {"boto3", "botocore", "chalicelib"})

    assert third_party == set()


@pytest.mark.parametrize("folder", ["chalicelib", "lambdas", "workflows"])
def test_every_read_of_a_document_says_its_shape(folder: str) -> None:
    shapeless = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in {"documents.find", "documents.read"}
        and not (len(call.args) == 3 or any(keyword.arg == "shape" for keyword in call.keywords))
    ]

    assert shapeless == []


LOOSE = {"Any", "dict", "Mapping"}
"""What says nothing of the fields."""


def test_public_function_returns_a_stored_document_as_a_record() -> None:
    """`documents.find` and `documents.read` give whatever JSON holds: who calls them makes a record of it."""
    readers = [
        (path, function)
        for folder in ("chalicelib", "lambdas")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.parent.name != "documents"
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        and any(
            isinstance(call, ast.Call) and ast.unparse(call.func) in {"documents.find", "documents.read"}
            for call in ast.walk(function)
        )
    ]
    loose = [
        f"{path.relative_to(ROOT)}:{function.name}"
        for path, function in readers
        if not function.name.startswith("_") and function.returns is not None
        for name in ast.walk(function.returns)
        if isinstance(name, ast.Name) and name.id in LOOSE
    ]

    assert readers
    assert loose == []
