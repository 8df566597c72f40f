"""Turns an object into training part and holdout, and the sums of all into the profile of a data set.

Each object is split by itself, so that no row changes sides when later nights add objects: a champion is never judged
on rows that it was trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chalicelib.cutting import all_of, amount, listed, rows_of_each, verb
from chalicelib.errors import SingleClass, TooFewRows
from lambdas.model.arrays import Integers
from lambdas.model.data.part import Part
from lambdas.model.data.profile import profile
from lambdas.model.data.repeats import Counts
from lambdas.model.data.sums import Sums
from lambdas.model.reading.table import Extent, Labels, Reading
from lambdas.model.recipe import Recipe
from lambdas.model.splitting.row_hashes import Words
from lambdas.model.splitting.split import Draw, Groups, Mask, enough_for_both, split_rows
from lambdas.model.splitting.strata import strata


@dataclass(frozen=True, eq=False)
class Piece:
    """An object of the data set, with its draw and the labels that the draw is stratified by."""

    name: str
    reading: Reading
    draw: Draw
    labels: Labels
    salt: str
    """SHA-256 of its text, in hexadecimal."""
    groups: Groups
    """Its raw labels by the recipe's own classes, whatever it was first split by."""
    version_id: str | None = None
    """Of the object in S3; None where that is not known."""
    chosen: Mask | None = None
    """(n,): which rows are held out, where more decides than their classes."""
    inside: Mask | None = None
    """(n,): which rows lie in the recipe's window, where not all do."""
    counted: Words | None = None
    """(n,): the keys of its rows' groups, where the recipe names a column of groups."""

    @cached_property
    def rows(self) -> tuple[Integers, Integers]:
        """The positions among all its rows of its training rows, and of its holdout rows, without the bad ones.

        All rows of the object are drawn, whatever the window leaves of them: so it moves no row to the other side.
        """
        drawn = split_rows(strata(self.labels, groups=self.draw.groups), draw=self.draw, chosen=self.chosen)
        train, holdout = (self._used(self.reading.good(rows)) for rows in drawn)
        return train, holdout

    def _used(self, rows: Integers) -> Integers:
        return rows if self.inside is None else rows[self.inside[rows]]

    @property
    def groups_of_sides(self) -> tuple[Words, Words] | None:
        """Which groups have a row in the training part, and which in the holdout."""
        if self.counted is None:
            return None
        train, holdout = (np.unique(self.counted[rows]) for rows in self.rows)
        return train, holdout


def split(piece: Piece, *, recipe: Recipe) -> tuple[Part, Part]:
    """The object's training part and holdout."""
    whole = Part.of(piece.reading.table, classes=recipe.class_names)
    train, holdout = (whole.take(piece.reading.in_table(rows)).narrowed() for rows in piece.rows)
    return train, holdout


def described(
    sums: Sums, *, objects: Mapping[str, Extent], recipe: Recipe, repeats: Counts | None = None
) -> dict[str, Any]:
    """The profile of the objects, by their names; raises SingleClass and TooFewRows. `repeats` are as in `profile`.

    Training part and holdout have two classes or more, and every class in a threshold.
    """
    facts = profile(sums, recipe=recipe, repeats=repeats)
    facts["objects"] = {name: dict(vars(extent)) for name, extent in objects.items()}
    _check(facts, recipe=recipe)
    return facts


def _way_on(recipe: Recipe) -> str:
    return f"nightswap data add FILE --model {recipe.model}"


def _check(facts: dict[str, Any], *, recipe: Recipe) -> None:
    objects = list(facts["objects"])
    names = listed(objects)
    found = [name for name, counts in facts["classes"].items() if counts["rows"]]
    if len(found) < 2:
        raise SingleClass(
            f"{all_of(facts['rows'], 'row')} of the data set {verb(facts['rows'], 'holds', 'hold')} the class"
            f" {found[0]}: the recipe names "
            f"{listed(recipe.class_names)}. Objects: {names}. Add data of another class: {_way_on(recipe)}",
            model=recipe.model,
            found=found,
        )
    for part, called in (("train", "training part"), ("holdout", "holdout")):
        lacking = list(_lacking(facts["classes"], part=part, recipe=recipe))
        if lacking:
            rows = rows_of_each({name: facts["classes"][name]["rows"] for name in lacking})
            raise TooFewRows(
                f"the {called} has no row of {listed(lacking)}, of {amount(facts['rows'], 'row')} in"
                f" {amount(len(objects), 'object')} ({rows}): {names}. {_way_to_more(recipe)}: {_way_on(recipe)}",
                model=recipe.model,
                rows=facts["rows"],
                lacking=lacking,
            )


def _way_to_more(recipe: Recipe) -> str:
    if recipe.split.group is not None:
        return f"Which part a row is in is drawn for each {recipe.split.group}: a new file with more of them may help"
    if recipe.split.duplicates is not None:
        return "Copies of a row are in one part: a new file with other rows of the class may help"
    if recipe.split.by is not None:
        return (
            "The newest rows are held out, and none that a version was trained on: the data set needs older ones to"
            " train on, and newer ones to judge by"
        )
    enough = enough_for_both(recipe.split.holdout_ratio)
    return f"A new file that holds {enough} rows or more of a class gives some of them to each part"


def _lacking(classes: Mapping[str, Mapping[str, int]], *, part: str, recipe: Recipe) -> Iterator[str]:
    """The missing ones of the classes that each part needs: those in a threshold, and at least two.

    A rare class that no rule is about is no reason to fail the night: the profile tells where its rows are.
    """
    there = [name for name, counts in classes.items() if counts[part]]
    asked_for = {recipe.positive, *(threshold.of for threshold in recipe.thresholds)}
    for name, counts in classes.items():
        if name not in there and (name in asked_for or (len(there) < 2 and counts["rows"])):
            yield name
