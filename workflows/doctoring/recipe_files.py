"""That each recipe can be loaded: what the doctor says of them, and what a deployment does not begin without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chalicelib.errors import DeploymentFailed, NightswapError
from workflows.doctoring.finding import Finding, Severity, error, ok

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


def refuse_broken_recipes(models: Sequence[str], *, load: Load) -> None:
    """Raises DeploymentFailed when a night could not load one of the recipes."""
    found = check_recipe_files(models, load=load)
    broken = [f"{each.where} {each.what}" for each in found if each.severity is Severity.ERROR]
    if broken:
        raise DeploymentFailed(f"{'; '.join(broken)}. Nothing was changed: correct that, and deploy again")
