"""Checks what a recipe requires: is it locked for Lambda, and installed here, where `check` fits the estimator?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path

from lambdas import recipes
from lambdas.model.recipe import Recipe

LOCK = "requires.txt"
"""Beside the recipes: the hashed wheels of all that any of them requires."""
Version = Callable[[str], str]
"""From the name of an installed package to its version; raises PackageNotFoundError."""
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def names() -> list[str]:
    """Of all packages that the recipes require, in alphabetical order. Raises RecipeInvalid."""
    return sorted({name for model in recipes.names() for name in recipes.load(model).requires})


def problems(recipe: Recipe, *, folder: Path = recipes.FOLDER, version: Version = metadata.version) -> Iterator[str]:
    """What is wrong, and what to do, of each package in words."""
    file = folder / LOCK
    pinned = _PINNED.findall(file.read_text()) if file.is_file() else []
    for name in recipe.requires:
        locked = [release for package, release in pinned if package == name]  # a release for each range of Pythons
        if not locked:
            yield f"it requires {name}, which {recipes.IN_WORDS}/{LOCK} does not lock: run make requires"
            continue
        try:
            found = version(name)
        except metadata.PackageNotFoundError:
            yield f"it requires {name}, which is not installed here: run make requires"
            continue
        if found not in locked:
            yield f"it requires {name} {' or '.join(locked)} as locked, and {found} is here: run make requires"
