from __future__ import annotations

import hashlib
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import RecipeInvalid, RecipeUnknown
from lambdas import recipes
from tests.given import data

FOLDER = Path(recipes.__file__).parent
ROOT = FOLDER.parent.parent


def test_default_model_has_a_recipe() -> None:
    assert "kdd99-http" in recipes.names()


@pytest.mark.parametrize("model", recipes.names())
def test_every_recipe_loads_and_builds_its_estimator(model: str) -> None:
    recipe = recipes.load(model)

    assert recipe.model == model
    assert hasattr(recipe.estimator(recipe.positions), "fit")


@pytest.mark.parametrize("model", ["no-such", "../model/recipe", "__init__", "kdd99_http", ""])
def test_unknown_recipe_lists_the_known_ones(model: str) -> None:
    with pytest.raises(RecipeUnknown, match=r"known are .*kdd99-http"):
        recipes.load(model)

    with pytest.raises(RecipeUnknown):
        recipes.source_sha256(model)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "kdd99_http.py defines no RECIPE: write RECIPE = Recipe(model='kdd99-http', ...)"),
        ({"RECIPE": None}, "RECIPE in kdd99_http.py is None: write RECIPE = Recipe(model='kdd99-http', ...)"),
        ({"RECIPE": "a text"}, "RECIPE in kdd99_http.py is 'a text': write RECIPE = Recipe(model='kdd99-http', ...)"),
        (
            {"RECIPE": data.recipe(model="est-lr")},
            "RECIPE in kdd99_http.py is of model 'est-lr': write model='kdd99-http', as the file is named (_ for -),"
            " or name the file est_lr.py",
        ),
    ],
)
def test_file_without_the_recipe_of_its_model_is_told_what_to_write(content: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        recipes.of(content, file=Path("kdd99_http.py"))

    assert raised.value.message == said


def test_model_with_an_underscore_is_told_the_name_to_write() -> None:
    with pytest.raises(RecipeInvalid) as raised:
        data.recipe(model="est_lr")

    assert raised.value.message == (
        "recipe 'est_lr': model is 'est_lr', and a model's name is 1 to 24 small letters, digits and -, a letter"
        " first: write model='est-lr'"
    )


def test_unknown_recipe_that_is_nearly_one_is_told_which() -> None:
    with pytest.raises(RecipeUnknown, match=r"no recipe 'kdd99_http' \(is it kdd99-http\?\)"):
        recipes.load("kdd99_http")


def write(folder: Path, name: str, text: str = "RECIPE = 1\n") -> Path:
    file = folder / name
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("asked", "hint"),
    [
        ("my_loans", r" \(lambdas/recipes/My_Loans\.py [^()]*: name it my_loans\.py, [^()]*\)"),
        ("your_loans", ""),
        ("LOANS", r" \(is it loans\?\)"),
        ("2", ""),
    ],
    ids=["a file with a wrong name", "none alike", "a model", "no name"],
)
def test_unknown_recipe_is_told_the_first_file_that_is_alike(asked: str, hint: str, tmp_path: Path) -> None:
    for name in ("loans.py", "My_Loans.py", "my-loans.py", "More-Loans.py", "2.py"):
        write(tmp_path, name)

    with pytest.raises(RecipeUnknown, match=f"there is no recipe '{asked}'{hint}: known are loans;"):
        recipes.file_of(asked, tmp_path)


SOURCE = (ROOT / "lambdas/recipes/kdd99_http.py").read_text()


def test_recipe_can_be_loaded_from_a_file_elsewhere_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    recipe = recipes.load_file(write(tmp_path, "kdd99_http.py", SOURCE))

    assert recipe.model == "kdd99-http"
    assert hasattr(recipe.estimator(recipe.positions), "fit")
    assert [each.name for each in tmp_path.iterdir()] == ["kdd99_http.py"]


def test_recipe_with_the_import_lines_of_earlier_releases_still_loads(tmp_path: Path) -> None:
    moved = ", at_least, at_most"
    earlier = SOURCE.replace(moved, "\nfrom lambdas.model.thresholds import at_least, at_most", 1)

    assert moved not in earlier
    assert len(recipes.load_file(write(tmp_path, "kdd99_http.py", earlier)).thresholds) == 4


def test_file_of_the_folder_is_loaded_as_the_tasks_load_it() -> None:
    assert recipes.load_file(FOLDER / "kdd99_http.py") is recipes.load("kdd99-http")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("my-loans.py", SOURCE, "my-loans.py defines RECIPE, and its name cannot be a model's: name it my_loans.py"),
        ("loans.py", SOURCE, "RECIPE in loans.py is of model 'kdd99-http': write model='loans'"),
        ("loans.py", "A = 1\n", "loans.py defines no RECIPE: write RECIPE = Recipe(model='loans', ...)"),
        ("loans.py", "RECIPE = (\n", "loans.py, line 1: SyntaxError: '(' was never closed"),
    ],
)
def test_file_elsewhere_that_is_no_recipe_is_named_with_what_to_write(
    name: str, text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(RecipeInvalid) as raised:
        recipes.load_file(write(tmp_path, name, text))

    assert words in raised.value.message


def test_the_recipes_of_the_project_are_in_order() -> None:
    assert recipes.problems() == []


def test_folder_without_a_recipe_is_told_how_to_add_one(tmp_path: Path) -> None:
    (said,) = recipes.problems(tmp_path)

    assert said == "lambdas/recipes holds no recipe: add one, as README's `Add a model` has it"


def test_error_of_a_recipe_inside_another_keeps_its_words(tmp_path: Path) -> None:
    file = write(tmp_path, "loans.py", "from lambdas import recipes\nRECIPE = recipes.load('nosuch')\n")

    with pytest.raises(RecipeInvalid, match="line 2: RecipeUnknown: there is no recipe 'nosuch'"):
        recipes.load_file(file)


BROKEN = {
    "unclosed": ("A = 1\nRECIPE = Recipe(\n", "line 2: SyntaxError: '(' was never closed"),
    "zero": ("A = 1\n\nRECIPE = 1 / 0\n", "line 3: ZeroDivisionError: division by zero"),
    "missing": ("import no_such_module\nRECIPE = None\n", "line 1: ModuleNotFoundError: No module named"),
    "argument": (
        "from lambdas.model.recipe import Recipe\n\nRECIPE = Recipe(modle='x')\n",
        "line 3: TypeError: Recipe.__init__() got an unexpected keyword argument 'modle'",
    ),
    "positional": (
        "from lambdas.model.gate.thresholds import at_least\nRECIPE = at_least('recall', 0.7)\n",
        "line 2: TypeError: at_least() takes 1 positional argument",
    ),
    "contradiction": (
        "from tests.given import data\n\nRECIPE = data.recipe(\n    thresholds=[],\n)\n",
        "line 3: recipe 'flows': there is no threshold",
    ),
    "exit": ("import sys\nRECIPE = None\nsys.exit(0)\n", "line 3: SystemExit: 0"),
    "deep": ("def f():\n    raise KeyError('a')\n\nRECIPE = f()\n", "line 2: KeyError: 'a'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_file_that_cannot_be_imported_is_invalid_at_its_line(name: str, tmp_path: Path) -> None:
    text, words = BROKEN[name]
    file = tmp_path / "loans.py"
    file.write_text(text)

    with pytest.raises(RecipeInvalid) as raised, recipes.blamed_on(file):
        runpy.run_path(str(file))

    assert raised.value.message.startswith(f"lambdas/recipes/loans.py, {words}")
    assert raised.value.__cause__ is not None


@pytest.mark.parametrize("content", [b"RECIPE = 'caf\xe9'\n", b"RECIPE = '\0'\n"])
def test_file_that_python_cannot_read_is_invalid(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "loans.py"
    file.write_bytes(content)

    with pytest.raises(RecipeInvalid) as raised, recipes.blamed_on(file):
        runpy.run_path(str(file))

    assert re.match("lambdas/recipes/loans.py.*: (SyntaxError|ValueError): ", raised.value.message)


def test_source_hash_is_that_of_the_file() -> None:
    expected = hashlib.sha256((FOLDER / "kdd99_http.py").read_bytes()).hexdigest()

    assert recipes.source_sha256("kdd99-http") == expected


def test_loading_every_recipe_imports_neither_numpy_nor_pandas_nor_scikit_learn() -> None:
    code = (
        "import sys; from lambdas import recipes; [recipes.load(name) for name in recipes.names()]; "
        "print([name for name in ('numpy', 'pandas', 'sklearn', 'scipy', 'boto3') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
