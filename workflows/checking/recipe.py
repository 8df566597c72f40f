"""Checks a recipe as a run would: loads, fits and exports it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path

from chalicelib.aws.patience import API_SECONDS, GATEWAY_SECONDS, PROMPT
from chalicelib.cutting import quoted
from chalicelib.errors import NightswapError, RecipeInvalid, TrainingFailed
from chalicelib.limits import WORDS_CHARACTERS
from lambdas import recipes
from lambdas.model.recipe import Recipe, comparison_rules
from workflows.checking import required

THERE = {*sys.stdlib_module_names, "chalicelib", "lambdas"}
"""The modules that every task can import."""


def look_up(wanted: str) -> Recipe:
    """The recipe of a model, or in a Python file; raises RecipeUnknown or RecipeInvalid."""
    is_file = wanted.endswith(".py") or "/" in wanted
    file = Path(wanted) if is_file else recipes.file_of(wanted)
    with redirect_stdout(sys.stderr):  # its prints must not mix with JSON output
        recipe = recipes.load_file(file)
    _refuse_early_imports(file, named=wanted if is_file else f"{recipes.IN_WORDS}/{file.name}")
    return recipe


def served(model: str) -> Recipe:
    """The recipe of a model, which can be served; raises as `look_up` and `try_out` do."""
    return try_out(look_up(model))


def notes(recipe: Recipe) -> list[str]:
    """What is valid in the recipe and has changed its meaning since an earlier release."""
    return comparison_rules.notes(recipe)


def notes_of_all(found: Iterable[Recipe]) -> list[str]:
    """The notes of several recipes, each with its model."""
    return [f"recipe {recipe.model}: {each}" for recipe in found for each in notes(recipe)]


def unawaited(recipe: Recipe) -> list[str]:
    """What the recipe lets its serving function take that no synchronous answer can."""
    seconds = recipe.serving.timeout_seconds
    if seconds is None or seconds <= PROMPT.read_seconds:
        return []
    return [
        f"its serving function may take {seconds} s, and POST /predict waits {PROMPT.read_seconds} s for it, then"
        f" answers 503: the API has {API_SECONDS} s in all, and API Gateway gives up after {GATEWAY_SECONDS}. A"
        " replay, a batch and whoever calls the function themselves wait for all of it"
    ]


def _refuse_early_imports(file: Path, *, named: str) -> None:
    """Raises RecipeInvalid for a library that the file imports when it is loaded: it is here, and not on AWS."""
    for node in ast.parse(file.read_bytes()).body:
        for module in _imported(node):
            if module.partition(".")[0] not in THERE:
                raise RecipeInvalid(
                    f"{named}, line {node.lineno}: imports {module} when it is loaded, and not every task that loads"
                    " it has that library on AWS: import it inside the function `estimator`",
                    file=file.name,
                    line=node.lineno,
                )


def _imported(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def try_out(recipe: Recipe) -> Recipe:
    """The recipe, once its estimator was fitted and exported on rows that are made up; raises as `tried` does."""
    tried(recipe)
    return recipe


def tried(recipe: Recipe) -> Sequence[str]:
    """What its format warns of, of a model that was fitted and exported on rows that are made up.

    Raises EstimatorUnsupported or TrainingFailed, as the run would after its fit; RecipeInvalid for a package that it
    requires, and that is not locked or not here.
    """
    from lambdas.model.training import trial

    lacking = [*required.problems(recipe)]
    if lacking:
        about = f"recipe {recipe.model}"
        raise RecipeInvalid(f"{about}: {'; '.join(lacking)}", model=recipe.model, about=about, problems=lacking)
    try:
        with redirect_stdout(sys.stderr):
            return trial.try_out(recipe)
    except NightswapError:
        raise
    except (Exception, SystemExit) as exc:  # the function is a user's, who may have written anything
        said = quoted(f"{exc}", WORDS_CHARACTERS)
        raise TrainingFailed(f"the estimator of recipe {recipe.model} raised {type(exc).__name__}: {said}") from exc


def in_lines(error: NightswapError) -> str:
    """The error's message for people: where it lists several problems, each on a line of its own."""
    problems = error.details.get("problems") or []
    if len(problems) < 2:
        return error.message
    return "\n".join([f"{error.details['about']}:", *(f"  - {each}" for each in problems)])
