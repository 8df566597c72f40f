"""That each recipe can be loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chalicelib.errors import NightswapError
from workflows.doctoring.finding import Finding, error, ok

Load = Callable[[str], object]


def check_recipe_files(models: Sequence[str], *, load: Load) -> Iterator[Finding]:
    """One finding for each model; `load` raises a NightswapError that names file and line."""
    for model in models:
        try:
            load(model)
        except NightswapError as exc:
            way_out = "correct its file in lambdas/recipes"
            yield error(f"cannot be loaded: {exc.message}", where=f"recipe {model}", way_out=way_out)
        else:
            yield ok("is valid", where=f"recipe {model}")
