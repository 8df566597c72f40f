"""Tells which errors say that a file is bad, and what a run fails with that has too many bad files."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.cutting import listed
from chalicelib.errors import DataError, DatasetTooLarge
from lambdas.model.recipe import Recipe


def is_of_the_file(error: DataError) -> bool:
    """Whether it is the file that is bad, and not too large for tonight's memory, or replaced in this moment."""
    return "object" in error.details and not isinstance(error, DatasetTooLarge)


def refusal(new: Mapping[str, DataError], *, recipe: Recipe) -> DataError:
    """The error of the first of too many bad files, which names the others."""
    first, *others = new.values()
    tolerated = f"the recipe tolerates {recipe.tolerate.files:,} more bad files a run, and {len(new):,} are"
    named = listed(f"{name} ({type(error).__name__})" for name, error in [*new.items()][1:])
    said = f"{tolerated}: bad too {'is' if len(others) == 1 else 'are'} {named}. {first.message}"
    return type(first)(said, **first.details) if others else first
