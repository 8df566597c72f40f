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
    named = listed(f"{name} ({type(error).__name__})" for name, error in [*new.items()][1:])
    files = recipe.tolerate.files
    few = f"that were not before, and the recipe tolerates {files:,}" if files else "and the recipe tolerates none"
    bad = f"{len(new):,} files are bad{' ' if files else ', '}{few}"
    said = f"{bad}. Besides the first one: {named}. {first.message}"
    return type(first)(said, **first.details) if others else first
