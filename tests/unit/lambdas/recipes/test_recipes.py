from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.errors import RecipeUnknown
from lambdas import recipes

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
