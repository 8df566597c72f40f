"""One file for each model. To add a model, add a file here; the file has the model's name, with `_` for `-`.

    RECIPE = Recipe(model="kdd99-http", columns=..., label=..., classes=..., estimator=..., thresholds=...)

The state machine's tasks load a recipe by its model's name; the deployment makes a serving function for each.
"""

from __future__ import annotations

import hashlib
import importlib
import runpy
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from chalicelib.cutting import cut, listed
from chalicelib.errors import RecipeInvalid, RecipeUnknown
from chalicelib.limits import WORDS_CHARACTERS
from chalicelib.names import nearest_model_name
from lambdas.model.recipe import Approval, Endpoint, Recipe, Shift, recipe_files
from lambdas.model.recipe.types import shown

FOLDER = Path(__file__).parent
IN_WORDS = "lambdas/recipes"
Planned = Callable[[str], Sequence[Shift]]
"""From a model's name to the steps of its canary."""
Targets = Callable[[str], Endpoint | None]
"""From a model's name to the endpoint of each of its versions; None where its function answers by itself."""
Approves = Callable[[str, bool], Approval | None]
"""From a model's name, and whether its stage wants approval, to how long its versions wait; None when they do not."""


def names() -> tuple[str, ...]:
    """The models that have a recipe, in alphabetical order. Reads the files and imports none of them."""
    return tuple(recipe_files.found_in(FOLDER))


def problems(folder: Path = FOLDER) -> list[str]:
    """Each file that looks like a recipe and is not: its name, and advice. Also an empty folder."""
    wrong = [f"{IN_WORDS}/{file.name} {said}" for file, said in recipe_files.problems_in(folder)]
    if not wrong and not recipe_files.found_in(folder):
        return [f"{IN_WORDS} holds no recipe: add one, as README's `Add a model` has it"]
    return wrong


def is_recipe(source: bytes) -> bool:
    """Whether a file with this content is a model's recipe, or is shared by those that import it."""
    return recipe_files.defines(source.decode("utf-8", "replace"))


def load(model: str) -> Recipe:
    """The model's recipe; raises RecipeUnknown or RecipeInvalid."""
    file = file_of(model)
    with blamed_on(file):
        module = importlib.import_module(f"{__name__}.{file.stem}")
    return of(vars(module), file=file)


def load_file(file: Path) -> Recipe:
    """The recipe in any file; raises RecipeInvalid."""
    said = recipe_files.problem(file, folder=file.parent)
    if said is not None:
        raise RecipeInvalid(f"{file} {said}", file=file.name)
    if file.resolve().parent == FOLDER and recipe_files.model_of(file) in names():
        return load(recipe_files.model_of(file))
    with blamed_on(file, named=str(file)):
        content = runpy.run_path(str(file))
    return of(content, file=file)


@contextmanager
def blamed_on(file: Path, *, named: str | None = None) -> Iterator[None]:
    """Turn any error of importing a recipe's file into RecipeInvalid, with the line."""
    try:
        yield
    except (Exception, SystemExit) as exc:  # the file is a user's, who may have written anything
        line = _line(exc, file=file)
        where = (named or f"{IN_WORDS}/{file.name}") + (f", line {line}" if line else "")
        details = exc.details if isinstance(exc, RecipeInvalid) else {}
        raise RecipeInvalid(
            f"{where}: {_words(exc)}",
            file=file.name,
            line=line,
            about=f"{where}: {details.get('about')}",
            problems=details.get("problems", []),
        ) from exc


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


def of(content: Mapping[str, object], *, file: Path) -> Recipe:
    """The recipe among a module's names; raises RecipeInvalid without one, or when its model is not the file's."""
    model = recipe_files.model_of(file)
    recipe = content.get("RECIPE")
    if isinstance(recipe, Recipe) and recipe.model == model:
        return recipe
    if isinstance(recipe, Recipe):
        raise RecipeInvalid(
            f"RECIPE in {file.name} is of model {recipe.model!r}: write model={model!r}, as the file is named"
            f" (_ for -), or name the file {recipe.model.replace('-', '_')}.py",
            file=file.name,
        )
    found = f"RECIPE in {file.name} is {shown(recipe)}" if "RECIPE" in content else f"{file.name} defines no RECIPE"
    raise RecipeInvalid(f"{found}: write RECIPE = Recipe(model={model!r}, ...)", file=file.name)


def rollout(model: str) -> Sequence[Shift]:
    """The steps of the model's canary; raises as `load` does."""
    return load(model).rollout


def endpoint(model: str) -> Endpoint | None:
    """The endpoint of each of the model's versions; raises as `load` does."""
    return load(model).endpoint


def approval(model: str, stage_wants_it: bool) -> Approval | None:
    """How long a version of the model waits for a person; None when it does not. Raises as `load` does."""
    return wanted_approval(load(model), stage_wants_it)


def wanted_approval(recipe: Recipe, stage_wants_it: bool) -> Approval | None:
    """The recipe's own, else the usual one where recipe or stage want any."""
    wanted = recipe.approve or stage_wants_it
    return Approval() if wanted is True else wanted or None


def source_sha256(model: str) -> str:
    """SHA-256 of the recipe's file, in hexadecimal: part of a run's fingerprint; raises RecipeUnknown."""
    return hashlib.sha256(file_of(model).read_bytes()).hexdigest()


def file_of(model: str, folder: Path = FOLDER) -> Path:
    """The file of the model's recipe; raises RecipeUnknown."""
    known = recipe_files.found_in(folder)
    if model not in known:
        hint = _hint(model, known=known, folder=folder)
        raise RecipeUnknown(
            f"there is no recipe {shown(model)}{hint}: known are {listed(known)}; add one as a file of {IN_WORDS}",
            model=model,
            known=list(known),
        )
    return known[model]


def _hint(model: str, *, known: Collection[str], folder: Path) -> str:
    near = nearest_model_name(model)
    if near is None:
        return ""
    if near in known:
        return f" (is it {near}?)"
    for file, said in recipe_files.problems_in(folder):
        if nearest_model_name(file.stem) == near:
            return f" ({IN_WORDS}/{file.name} {said})"
    return ""
