"""One file for each model. To add a model is to add a file here; the file's name is the model's, with `_` for `-`.

    RECIPE = Recipe(model="kdd99-http", columns=..., label=..., classes=..., estimator=..., thresholds=...)

The state machine's tasks load a recipe by its model's name; the deployment makes a serving function for each.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from pathlib import Path

from chalicelib.errors import RecipeInvalid, RecipeUnknown
from lambdas.model.recipe import Recipe

FOLDER = Path(__file__).parent
DEFINITION = re.compile(r"^RECIPE\b", re.MULTILINE)


def names() -> tuple[str, ...]:
    """The models that have a recipe, in alphabetical order. Reads the files and imports none of them."""
    files = FOLDER.glob("[a-z]*.py")
    return tuple(sorted(file.stem.replace("_", "-") for file in files if DEFINITION.search(file.read_text("utf-8"))))


def load(model: str) -> Recipe:
    """The model's recipe; raises RecipeUnknown, or RecipeInvalid when the file holds another model's."""
    module = importlib.import_module(f"{__name__}.{_file(model).stem}")
    recipe = getattr(module, "RECIPE", None)
    if not isinstance(recipe, Recipe) or recipe.model != model:
        found = recipe.model if isinstance(recipe, Recipe) else recipe
        raise RecipeInvalid(f"RECIPE in {_file(model).name} is {found!r}: expected a Recipe with model={model!r}")
    return recipe


def source_sha256(model: str) -> str:
    """SHA-256 of the recipe's file, in hexadecimal: part of a run's fingerprint; raises RecipeUnknown."""
    return hashlib.sha256(_file(model).read_bytes()).hexdigest()


def _file(model: str) -> Path:
    known = names()
    if model not in known:
        raise RecipeUnknown(
            f"there is no recipe {model!r}: known are {', '.join(known)}; add one as a file of lambdas/recipes",
            model=model,
            known=known,
        )
    return FOLDER / f"{model.replace('-', '_')}.py"
