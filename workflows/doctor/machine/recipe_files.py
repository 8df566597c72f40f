"""Checks that each recipe can be loaded and served."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chalicelib.errors import NightswapError
from workflows.checking.recipe import in_lines
from workflows.doctor.finding import Finding, error, ok

Load = Callable[[str], object]


def check_recipe_files(models: Sequence[str], *, load: Load, problems: Sequence[str]) -> Iterator[Finding]:
    """One finding for each model, and before them for each of the `problems` of files that only look like a recipe.

    `load` raises a NightswapError that names file and line, or why what the recipe makes cannot be served.
    """
    for each in problems:
        yield error(each, where="recipes", way_out="rename or correct it")
    for model in models:
        try:
            load(model)
        except NightswapError as exc:
            way_out = "correct its file in lambdas/recipes"
            yield error(f"cannot be used: {in_lines(exc)}", where=f"recipe {model}", way_out=way_out)
        else:
            yield ok("is valid, and its estimator can be served", where=f"recipe {model}")
