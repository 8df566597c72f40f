"""The objects of a data set -> training part, holdout and a profile.

Each object is split by itself, so that a row never changes side when nights are added: no champion is ever judged on
rows that it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import DatasetEmpty, SingleClass, TooFewRows
from lambdas.model.confusion import places_of
from lambdas.model.profile import profile
from lambdas.model.recipe import Recipe
from lambdas.model.split import split_rows
from lambdas.model.table import Table, concat

OBJECTS_SHOWN = 10


@dataclass(frozen=True, eq=False)
class Prepared:
    """Both parts hold at least one row, the two together at least two classes. `profile` is ready for JSON."""

    train: Table
    holdout: Table
    profile: dict[str, Any]


def prepare(objects: Sequence[tuple[str, Table]], *, recipe: Recipe) -> Prepared:
    """Split and describe the objects, given with their names; raises DatasetEmpty, SingleClass, TooFewRows."""
    if not objects:
        raise DatasetEmpty(f"the data set of {recipe.model} is empty: {_way_on(recipe)}", model=recipe.model)
    trains, holdouts = zip(*(_split(table, recipe=recipe) for _, table in objects), strict=True)
    train, holdout = concat(trains), concat(holdouts)
    facts = profile(train, holdout=holdout, recipe=recipe)
    facts["objects"] = {name: len(table) for name, table in objects}
    _check(facts, recipe=recipe)
    return Prepared(train, holdout, facts)


def _way_on(recipe: Recipe) -> str:
    return f"nightswap data add FILE --model {recipe.model}"


def _split(table: Table, *, recipe: Recipe) -> tuple[Table, Table]:
    # By the classes' order and not by their names, so that a class can be renamed without another split.
    train, holdout = split_rows(places_of(table.labels, labels=recipe.class_names), split=recipe.split)
    return table.take(train), table.take(holdout)


def _check(facts: dict[str, Any], *, recipe: Recipe) -> None:
    objects = list(facts["objects"])
    names = ", ".join(objects[:OBJECTS_SHOWN]) + (", ..." if len(objects) > OBJECTS_SHOWN else "")
    found = [name for name, counts in facts["classes"].items() if counts["rows"]]
    if len(found) < 2:
        raise SingleClass(
            f"all {facts['rows']:,} rows of the data set hold the class {found[0]}: the recipe names "
            f"{', '.join(recipe.class_names)}. Add data of another class: {_way_on(recipe)}. Objects: {names}",
            model=recipe.model,
            found=found,
        )
    if not facts["holdout_rows"]:
        raise TooFewRows(
            f"{facts['rows']:,} rows in {len(objects)} objects leave none to hold out: a class needs two rows in one "
            f"object. Add data: {_way_on(recipe)}. Objects: {names}",
            model=recipe.model,
            rows=facts["rows"],
        )
