"""One file for each model. To add a model is to add a file here; the file's name is the model's, with `_` for `-`.

    RECIPE = Recipe(model="kdd99-http", columns=..., label=..., classes=..., estimator=..., thresholds=...)

The state machine's tasks load a recipe by its model's name; the deployment makes a serving function for each.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from chalicelib.cutting import cut, listed
from chalicelib.errors import RecipeInvalid, RecipeUnknown
from chalicelib.limits import WORDS_CHARACTERS
from lambdas.model.recipe import Recipe, Shift
from lambdas.model.recipe_types import shown

FOLDER = Path(__file__).parent
Planned = Callable[[str], Sequence[Shift]]
"""From a model's name to the steps of its canary."""
DEFINITION = re.compile(r"^RECIPE\b", re.MULTILINE)


def names() -> tuple[str, ...]:
    """The models that have a recipe, in alphabetical order. Reads the files and imports none of them."""
    # A file that is no UTF-8 has its name too: to load it is to be told so.
    files = {file.stem: file.read_text("utf-8", errors="replace") for file in FOLDER.glob("[a-z]*.py")}
    return tuple(sorted(stem.replace("_", "-") for stem, text in files.items() if DEFINITION.search(text)))


def load(model: str) -> Recipe:
    """The model's recipe; raises RecipeUnknown or RecipeInvalid."""
    file = _file(model)
    with blamed_on(file):
        module = importlib.import_module(f"{__name__}.{file.stem}")
    return of(module, model=model)


@contextmanager
def blamed_on(file: Path) -> Iterator[None]:
    """Raise whatever a recipe's file raises, when it is imported, as RecipeInvalid with its line."""
    try:
        yield
    except (Exception, SystemExit) as exc:  # the file is a user's, who may have written anything
        line = _line(exc, file=file)
        where = f"lambdas/recipes/{file.name}" + (f", line {line}" if line else "")
        raise RecipeInvalid(f"{where}: {_words(exc)}", file=file.name, line=line) from exc


def _line(exc: BaseException, *, file: Path) -> int | None:
    if isinstance(exc, SyntaxError) and exc.filename == str(file):
        return exc.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(exc.__traceback__) if frame.filename == str(file)]
    return lines[-1] if lines else None


def _words(exc: BaseException) -> str:
    if isinstance(exc, RecipeInvalid):
        return exc.message
    said = exc.msg if isinstance(exc, SyntaxError) else f"{exc}"
    return f"{type(exc).__name__}: {cut(said, WORDS_CHARACTERS)}"


def of(module: ModuleType, *, model: str) -> Recipe:
    """The recipe in the model's module; raises RecipeInvalid when there is none, or another model's."""
    recipe = getattr(module, "RECIPE", None)
    if not isinstance(recipe, Recipe) or recipe.model != model:
        found = recipe.model if isinstance(recipe, Recipe) else recipe
        raise RecipeInvalid(
            f"RECIPE in {_file(model).name} is {shown(found)}: expected a Recipe with model={model!r}"
        )
    return recipe


def rollout(model: str) -> Sequence[Shift]:
    """The steps of the model's canary; raises as `load` does."""
    return load(model).rollout


def source_sha256(model: str) -> str:
    """SHA-256 of the recipe's file, in hexadecimal: part of a run's fingerprint; raises RecipeUnknown."""
    return hashlib.sha256(_file(model).read_bytes()).hexdigest()


def _file(model: str) -> Path:
    known = names()
    if model not in known:
        raise RecipeUnknown(
            f"there is no recipe {model!r}: known are {listed(known)}; add one as a file of lambdas/recipes",
            model=model,
            known=known,
        )
    return FOLDER / f"{model.replace('-', '_')}.py"
